import Headgate

/// Answers in the backend's place: API Gateway's MOCK integration.
public struct MockStage: SynchronousStage {
    private static let status = Field(
        optional: "status",
        FieldType.status,
        "The status, always the same. Without it, it is the integer `statusCode` in what the request template rendered.",
    )
    private static let headers = Field(
        "headers",
        FieldType.map(keys: "header name", of: .string, checkKey: { HeaderSyntax.isToken($0) ? nil : InvalidValue() }),
        default: [],
        "Header fields of the response. Only with `status`.",
    )
    private static let body = Field(
        optional: "body",
        FieldType.string,
        "The payload of the response. Only with `status`.",
    )

    /// `mock`: a status, and header fields and a body if that is all, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "mock",
        phase: .dispatch,
        summary: "Answers in the backend's place, as a MOCK integration does.",
        documentation: """
            Without settings it reads the integer `statusCode` from the object that the `request` stage's template \
            rendered, as API Gateway does; `select` and `response` make the client's response from it. The text may be \
            sloppy: keys without quotes and needless commas are fine.

            With a status it answers by itself, and needs no other stage.
            """,
        example: "mock: 200",
        fields: [status, headers, body],
        shorthand: "status",
    ) { settings, _ in
        let fields = try settings[headers]
        let text = try settings[body]
        guard let code = try settings[status] else {
            if !fields.isEmpty || text != nil {
                throw InvalidValue(
                    "headers and body stand without a status",
                    suggestion: "write status: 200, or leave them to a response stage",
                )
            }
            return BuiltStage(MockStage(), explanation: "the status comes from the request template's statusCode")
        }
        var response = Headers()
        for field in fields {
            do throws(InvalidHeader) {
                try response.add(field.key, field.value)
            } catch {
                throw InvalidValue(error.description, at: field.location)
            }
        }
        return BuiltStage(
            MockStage(
                fixed: IntegrationResponse(
                    status: code,
                    headers: response,
                    body: text.map { Body($0) } ?? .empty,
                    attempts: 0,
                )
            ),
            explanation: "always \(code)",
            details: fields.map { ("header " + $0.key, $0.value) } + (text.map { [("body", $0)] } ?? []),
        )
    }

    /// The response, when it is always the same.
    public let fixed: IntegrationResponse?

    /// - Parameter fixed: nil takes the status from the rendered request template.
    public init(fixed: IntegrationResponse? = nil) {
        self.fixed = fixed
    }

    /// Whether the rendered template is needed, whose `statusCode` is the status.
    public var readsPayload: Bool { fixed == nil }

    /// Sets the integration response.
    /// - Throws: a 500 where the rendered template has no usable `statusCode`, as the service answers it.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        if let fixed {
            exchange.integrationResponse = fixed
            exchange.response = MethodResponse(status: fixed.status, headers: fixed.headers, body: fixed.body)
            return .proceed
        }
        let rendered = exchange.integrationRequest.body.bytes ?? []
        do throws(InvalidMockResponse) {
            let status = try MockStatus.parse(rendered)
            exchange.trace?.note("status", "\(status), from the request template")
            exchange.integrationResponse = IntegrationResponse(status: status, attempts: 0)
        } catch {
            throw GatewayFailure.internalError(
                "Execution failed due to configuration error: Unable to parse statusCode. It should be an integer that is "
                    + "defined in the request template. The template gave "
                    + String(decoding: rendered.prefix(200), as: UTF8.self).quotedForMessage + ": " + error.reason,
                type: .default5XX,
                reason: "mock-status",
            )
        }
        return .proceed
    }
}
