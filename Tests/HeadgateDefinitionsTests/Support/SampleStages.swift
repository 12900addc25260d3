import Headgate
import HeadgateStages

/// The built-in stages, with stand-ins for those that live in modules with a network or with Lua: the
/// same keys and types, and nothing behind them.
enum SampleStages {
    static let registry = StageRegistry(BuiltInStages.declarations + [http("http"), http("http-proxy"), script])

    private static let insecure = Field(
        "insecureSkipVerification",
        FieldType<Bool>.boolean,
        default: false,
        shown: "false",
        "Trusts anybody.",
    )
    private static let tls = Record<Bool>("tlsConfig", "TLS to the backend.", fields: [insecure]) { try $0[insecure] }

    private static let method = Field(optional: "method", FieldType<String>.method, "The request's method.")
    private static let uri = Field(
        required: "uri",
        FieldType<String>.text(format: "URI", expectation: "a URI"),
        "The backend.",
    )
    private static let timeout = Field(
        "timeoutInMillis",
        FieldType<Int>.integer(50...29000, unit: "milliseconds"),
        default: 29000,
        shown: "29000",
        "How long the backend may take.",
    )
    private static let tlsConfig = Field("tlsConfig", FieldType.record(tls), default: false, "TLS to the backend.")
    private static let parameters = Field(
        "parameters",
        TestStages.anything.map(Optional.some),
        default: nil,
        "Mappings.",
    )

    private static func http(_ kind: String) -> StageDeclaration {
        StageDeclaration(
            kind: kind,
            phase: .dispatch,
            summary: "Calls a backend over HTTP.",
            example: "\(kind): {method: GET, uri: 'http://localhost:8081/'}",
            fields: [method, uri, timeout, tlsConfig] + (kind == "http-proxy" ? [parameters] : []),
        ) { settings, _ in
            _ = try settings[tlsConfig]
            return BuiltStage(TestStages.Recorded(text: kind), explanation: try settings[uri])
        }
    }

    private static let text = Field(required: "script", FieldType<String>.string, "The script.")

    private static let script = StageDeclaration(
        kind: "script",
        phase: .any,
        summary: "Runs a script.",
        example: "script: return 1",
        fields: [text],
        shorthand: "script",
    ) { settings, _ in
        BuiltStage(TestStages.Recorded(text: try settings[text]), explanation: "a script")
    }
}
