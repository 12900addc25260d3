import Headgate

/// Maps the backend's response to the client's: header fields, then the body's conversion, then a
/// template, then what templates override (API Gateway's integration response and method response).
public struct ResponseStage: SynchronousStage {
    /// What one response does.
    public struct Mapping: Sendable {
        /// Header fields of the client's response, in their order.
        public var parameters: [ParameterMapping]
        /// By the client's `Accept`; none passes the backend's body on.
        public var templates: TemplateTable
        /// Applied before the template; nil converts by `binaryMediaTypes` and `Accept`.
        public var contentHandling: ContentHandling?

        /// Passes the backend's body on, without its header fields.
        public static let none = Mapping()

        /// A mapping; what is left out does nothing.
        public init(
            parameters: [ParameterMapping] = [],
            templates: TemplateTable = .none,
            contentHandling: ContentHandling? = nil,
        ) {
            self.parameters = parameters
            self.templates = templates
            self.contentHandling = contentHandling
        }
    }

    private static let parameters = Field(
        "parameters",
        FieldType<[ParameterMapping]>.parameterMappings(.response),
        default: [],
        "The client's header fields: `header.NAME` from `integration.response.header.NAME`, `….multivalueheader.NAME`, "
            + "`….body`, `….body.JSONPATH`, from `context.NAME`, `stageVariables.NAME`, or a text in single quotes.",
    )
    private static let templates = Field(
        "templates",
        FieldType.templates,
        default: .none,
        "Mapping templates for the body, by the client's `Accept`; without a match `application/json`, else the first.",
    )
    private static let contentHandling = Field(
        optional: "contentHandling",
        FieldType.contentHandling,
        "Converts the body before the template sees it: `CONVERT_TO_BINARY` reads Base64, `CONVERT_TO_TEXT` writes it.",
    )
    private static let record = Record<Mapping>(
        "response",
        "What the client gets with one status.",
        fields: [parameters, templates, contentHandling],
    ) { settings in
        Mapping(
            parameters: try settings[parameters],
            templates: try settings[templates],
            contentHandling: try settings[contentHandling],
        )
    }
    private static let responses = Field(
        "responses",
        FieldType<[MapEntry<Mapping>]>.map(
            keys: "status or default",
            of: .record(record),
            checkKey: { key in
                if key == "default" || Int(key).map(StatusSet.statuses.contains) == true { return nil }
                return InvalidValue(
                    "\(key.quotedForMessage) is no status",
                    expected: "expected a status from 100 to 599, or default",
                    suggestion: Suggestion.didYouMean(key, among: ["default"]),
                )
            },
        ),
        default: [],
        "By the status that the `select` stage chose (the backend's, without one); `default` is for all others.",
    )

    /// `response`: one mapping for each selected status, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "response",
        phase: .response,
        summary: "Maps the backend's response to the client's, by status.",
        documentation: """
            The backend's header fields reach the client only where they are mapped; `Content-Type` is \
            `application/json` unless a mapping says otherwise. Fields that the gateway sends itself, such as `Date`, \
            come out as `x-amzn-Remapped-Date`. A template may set `$context.responseOverride.status` and \
            `$context.responseOverride.header.NAME`.
            """,
        example: """
            response:
              "200":
                parameters:
                  header.X-Item: integration.response.header.X-Item
                templates:
                  application/json: '{"id": $input.json("$.id")}'
              default:
                templates:
                  application/json: '{"message": "not now"}'
            """,
        fields: [],
        rest: responses,
    ) { settings, build in
        var byStatus: [(status: Int, mapping: Mapping)] = []
        var fallback = Mapping.none
        for entry in try settings[responses] {
            if let status = Int(entry.key) {
                byStatus.append((status, entry.value))
            } else {
                fallback = entry.value
            }
        }
        let stage = ResponseStage(byStatus, default: fallback, api: build.services[APISettings.self] ?? .none)
        return BuiltStage(stage, explanation: stage.explanation, details: stage.details)
    }

    /// A mapping with its parameters sorted out.
    private final class Prepared: Sendable {
        let mapping: Mapping
        let parameters: ResponseParameters

        init(_ mapping: Mapping) {
            self.mapping = mapping
            parameters = ResponseParameters(mapping.parameters)
        }
    }

    private let byStatus: [(status: Int, prepared: Prepared)]
    private let fallback: Prepared
    private let binaryMediaTypes: BinaryMediaTypes

    /// - Parameters:
    ///   - byStatus: what to do with a status that was selected.
    ///   - default: what to do with all others.
    ///   - api: what the API sets for all its methods.
    public init(
        _ byStatus: [(status: Int, mapping: Mapping)] = [],
        default fallback: Mapping = .none,
        api: APISettings = .none,
    ) {
        self.byStatus = byStatus.map { ($0.status, Prepared($0.mapping)) }
        self.fallback = Prepared(fallback)
        binaryMediaTypes = api.binaryMediaTypes
    }

    /// Builds the method response from the integration response and the selection.
    /// - Throws: a 500 where there is nothing to map, or a mapping or template cannot be used.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        try map(exchange)
        return .proceed
    }

    private func map(_ exchange: Exchange) throws(GatewayFailure) {
        guard let backend = exchange.integrationResponse else {
            throw .internalError(
                "nothing has answered in front of the response stage: no stage calls a backend",
                reason: "no-backend",
            )
        }
        guard let bytes = backend.body.bytes else {
            throw .internalError("the backend's body is a stream, which no mapping can read", reason: "stream")
        }
        let status = exchange.selection?.status ?? backend.status
        var prepared = fallback
        for candidate in byStatus where candidate.status == status { prepared = candidate.prepared }

        var response = MethodResponse(status: status)
        response.headers.reserveCapacity(prepared.mapping.parameters.count + 6)
        let reader = prepared.parameters.readsBody ? PayloadReader(bytes, side: .response) : nil
        try prepared.parameters.apply(to: &response.headers, exchange, reader)
        let payload = try payload(bytes, backend, prepared.mapping, exchange)

        let entry = prepared.mapping.templates.forResponse(accept: exchange.request.headers.first("Accept"))
        if let template = entry?.template {
            exchange.trace?.note("template", "for \(entry?.key ?? "")")
            let rendered = try template.render(exchange, try payload.text())
            exchange.trace?.note("rendered", String(decoding: rendered, as: UTF8.self))
            response.body = .bytes(rendered)
        } else {
            exchange.trace?.note("template", "none: the body passes")
            response.body = .bytes(payload.passedThrough)
        }
        if !exchange.overrides.isEmpty { try applyOverrides(exchange.overrides, to: &response, exchange) }
        if !response.headers.contains("Content-Type") {
            response.headers.addUnchecked("Content-Type", MediaType.json)
        }
        if exchange.integrationRequest.endpoint != nil {
            response.headers.setUnchecked(GatewayHeaders.trace, exchange.identifiers.traceID)
        }
        guard StatusSet.statuses.contains(response.status) else {
            throw .internalError("\(response.status) is no status that a client can get", reason: "status")
        }
        // Neither has a body (RFC 9110 sections 15.3.5 and 15.4.5).
        if response.status == 204 || response.status == 304 || response.status < 200 { response.body = .empty }
        exchange.response = response
    }

    private func payload(
        _ bytes: [UInt8],
        _ backend: IntegrationResponse,
        _ mapping: Mapping,
        _ exchange: Exchange,
    ) throws(GatewayFailure) -> Payload {
        if binaryMediaTypes.isEmpty, mapping.contentHandling == nil { return Payload(bytes: bytes, isBinary: false) }
        return try Payload.response(
            bytes,
            isBinary: binaryMediaTypes.matches(backend.headers.first("Content-Type")),
            wantsBinary: binaryMediaTypes.matches(exchange.request.headers.first("Accept")),
            knowsBinary: !binaryMediaTypes.isEmpty,
            handling: mapping.contentHandling,
        )
    }

    /// `$context.responseOverride`: stronger than mappings and than the selected status.
    private func applyOverrides(
        _ overrides: Overrides,
        to response: inout MethodResponse,
        _ exchange: Exchange,
    ) throws(GatewayFailure) {
        for header in overrides.responseHeaders {
            guard case .send(let name) = ResponseHeaderRule(mapped: header.name) else { continue }
            guard HeaderSyntax.isToken(name) else { throw .invalidOverride("header", header.name) }
            response.headers.remove(name)
            for value in header.values { response.headers.addUnchecked(name, HeaderText.cleaned(value)) }
        }
        if let status = overrides.responseStatus { response.status = status }
        if exchange.trace != nil, !overrides.responseText.isEmpty {
            exchange.trace?.note("overrides", overrides.responseText)
        }
    }

    private var explanation: String {
        let parts = byStatus.map { "\($0.status): \($0.prepared.mapping.explanation)" }
        return (parts + ["else: " + fallback.mapping.explanation]).joined(separator: "; ")
    }

    private var details: [(name: String, text: String)] {
        byStatus.flatMap { entry in entry.prepared.mapping.details.map { ("\(entry.status) " + $0.name, $0.text) } }
            + fallback.mapping.details.map { ("default " + $0.name, $0.text) }
    }
}

extension ResponseStage.Mapping {
    fileprivate var explanation: String {
        var parts: [String] = []
        if !parameters.isEmpty { parts.append(parameters.count == 1 ? "1 header" : "\(parameters.count) headers") }
        if let contentHandling { parts.append(contentHandling.rawValue) }
        parts.append(templates.isEmpty ? "the body passes" : templates.explanation)
        return parts.joined(separator: ", ")
    }

    fileprivate var details: [(name: String, text: String)] {
        parameters.map { mapping in
            var text = mapping.source.description
            if case .header(let name) = mapping.target {
                switch ResponseHeaderRule(mapped: name) {
                case .drop: text += " (never sent)"
                case .send(let sent) where sent != name: text += " (sent as \(sent))"
                case .send: break
                }
            }
            return (mapping.target.text(.response), text)
        } + templates.details
    }
}
