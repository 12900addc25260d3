import Headgate
import HeadgateDefinitions

/// Stages that keep what they were given, so that tests see how files are read without any backend.
enum TestStages {
    struct Recorded: SynchronousStage {
        let text: String
        func run(_ exchange: Exchange) throws -> StageOutcome { .proceed }
    }

    static let anything = FieldType<ConfigurationNode>(.any, expectation: "anything") { node, _ in node }

    /// A kind with optional keys that take anything; what was given is its explanation.
    static func kind(_ kind: String, _ phase: StagePhase, _ keys: [String], shorthand: String? = nil)
        -> StageDeclaration
    {
        let fields = keys.map {
            Field<ConfigurationNode?>($0, anything.map(Optional.some), default: nil, "The \($0).")
        }
        return StageDeclaration(
            kind: kind,
            phase: phase,
            summary: "A \(kind) for tests.",
            example: "- \(kind)",
            fields: fields,
            shorthand: shorthand,
        ) { settings, build in
            var parts: [String] = []
            for field in fields {
                if let value = try settings[field] { parts.append("\(field.name)=\(value.flow)") }
            }
            return BuiltStage(Recorded(text: kind), explanation: parts.joined(separator: " "))
        }
    }

    static let registry = StageRegistry([
        kind("request", .request, ["parameters", "templates", "passthroughBehavior", "contentHandling", "backend"]),
        kind("http", .dispatch, ["method", "uri", "timeoutInMillis", "tlsConfig"]),
        kind(
            "http-proxy",
            .dispatch,
            ["method", "uri", "timeoutInMillis", "tlsConfig", "parameters", "responseTransferMode"],
        ),
        kind("mock", .dispatch, []),
        kind("select", .select, ["responses", "on"], shorthand: "responses"),
        kind("response", .response, ["200", "400", "404", "500", "502"]),
        kind("script", .any, ["script"], shorthand: "script"),
    ])
}
