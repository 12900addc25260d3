import Headgate

/// Maps the client's request to the backend's: parameters, then the body's conversion, then a template,
/// then what the template overrides (API Gateway's integration request).
public struct RequestStage: SynchronousStage {
    private static let parameters = Field(
        "parameters",
        FieldType<[ParameterMapping]>.parameterMappings(.request),
        default: [],
        "What the backend's request gets: `header.NAME`, `querystring.NAME` or `path.NAME` (for `{NAME}` in the URI) from "
            + "`method.request.path.NAME`, `….querystring.NAME`, `….multivaluequerystring.NAME`, `….header.NAME`, "
            + "`….multivalueheader.NAME`, `….body`, `….body.JSONPATH`, from `context.NAME`, `stageVariables.NAME`, or a "
            + "text in single quotes. A mapping whose source is missing is left out.",
    )
    private static let templates = Field(
        "templates",
        FieldType.templates,
        default: .none,
        "Mapping templates for the body, by the client's `Content-Type`; `$default` takes all others. A key without a "
            + "template lets that body pass as it is.",
    )
    private static let passthroughBehavior = Field(
        "passthroughBehavior",
        FieldType.passthroughBehavior,
        default: .whenNoMatch,
        shown: PassthroughBehavior.whenNoMatch.rawValue,
        "What happens to a body without a template: it passes (`WHEN_NO_MATCH`), it passes if there are no templates at "
            + "all (`WHEN_NO_TEMPLATES`), or never (`NEVER`). What does not pass is answered with 415.",
    )
    private static let contentHandling = Field(
        optional: "contentHandling",
        FieldType.contentHandling,
        "Converts the body before the template sees it: `CONVERT_TO_BINARY` reads Base64, `CONVERT_TO_TEXT` writes it.",
    )
    private static let backend = Field(
        "backend",
        FieldType<String>.oneOf([BackendKind.http, .aws, .mock].map(\.rawValue)).map {
            BackendKind(rawValue: $0) ?? .http
        },
        default: .http,
        shown: BackendKind.http.rawValue,
        "Whose rules for header fields hold: `http`, `aws`, or `mock`, which sends none.",
    )

    /// `request`: parameters, templates and conversion, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "request",
        phase: .request,
        summary: "Maps the client's request to the backend's: parameters, then the body by a template.",
        documentation: """
            Header fields and query parameters of the client reach the backend only where they are mapped; its \
            `Content-Type` does unless the client's method is GET, HEAD or OPTIONS. A template may set \
            `$context.requestOverride.header.NAME`, `.querystring.NAME` and `.path.NAME`, which are stronger than mappings.
            """,
        example: """
            request:
              parameters:
                path.id: method.request.path.id
                header.X-Caller: context.identity.sourceIp
              templates:
                application/json: '{"id": "$input.params("id")"}'
            """,
        fields: [parameters, templates, passthroughBehavior, contentHandling, backend],
    ) { settings, build in
        let stage = RequestStage(
            parameters: try settings[parameters],
            templates: try settings[templates],
            passthroughBehavior: try settings[passthroughBehavior],
            contentHandling: try settings[contentHandling],
            backend: try settings[backend],
            api: build.services[APISettings.self] ?? .none,
        )
        return BuiltStage(stage, explanation: stage.explanation, details: stage.details)
    }

    private let mappings: [ParameterMapping]
    private let parameters: RequestParameters
    private let templates: TemplateTable
    private let passthroughBehavior: PassthroughBehavior
    private let contentHandling: ContentHandling?
    private let backend: BackendKind
    private let binaryMediaTypes: BinaryMediaTypes

    /// - Parameter api: what the API sets for all its methods.
    public init(
        parameters: [ParameterMapping] = [],
        templates: TemplateTable = .none,
        passthroughBehavior: PassthroughBehavior = .whenNoMatch,
        contentHandling: ContentHandling? = nil,
        backend: BackendKind = .http,
        api: APISettings = .none,
    ) {
        mappings = parameters
        self.parameters = RequestParameters(parameters, backend: backend)
        self.templates = templates
        self.passthroughBehavior = passthroughBehavior
        self.contentHandling = contentHandling
        self.backend = backend
        binaryMediaTypes = api.binaryMediaTypes
    }

    /// Builds the integration request: parameters, conversion, template, overrides, in this order.
    /// - Throws: 415 where no template fits and the body may not pass; 400 or 500 for a body or a template that
    /// cannot be used.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        try map(exchange)
        return .proceed
    }

    private func map(_ exchange: Exchange) throws(GatewayFailure) {
        let bytes = try Self.bytes(of: exchange)
        try parameters.apply(to: exchange, parameters.readsBody ? PayloadReader(bytes, side: .request) : nil)
        exchange.trace?.noteMappings(exchange, isEmpty: parameters.isEmpty)

        let contentType = exchange.request.headers.first("Content-Type")
        let payload = try Payload.request(
            bytes,
            isBinary: binaryMediaTypes.matches(contentType),
            handling: contentHandling,
        )
        let entry = templates.forRequest(contentType: contentType)
        if let template = entry?.template {
            exchange.trace?.note("template", "for \(entry?.key ?? "")")
            let rendered = try template.render(exchange, try payload.text())
            exchange.trace?.note("rendered", String(decoding: rendered, as: UTF8.self))
            exchange.integrationRequest.body = .bytes(rendered)
            if !exchange.overrides.isEmpty { try applyOverrides(exchange) }
        } else if entry != nil || passthroughBehavior.passes(templates) {
            exchange.trace?.note(
                "template",
                entry == nil ? "none for this type: the body passes" : "empty: the body passes",
            )
            exchange.integrationRequest.body = .bytes(payload.passedThrough)
        } else {
            throw Self.unsupported(contentType, templates, passthroughBehavior)
        }
        if backend != .mock { addHeaders(exchange, contentType) }
    }

    private static func bytes(of exchange: Exchange) throws(GatewayFailure) -> [UInt8] {
        if let bytes = exchange.request.body.bytes { return bytes }
        throw .internalError("the request's body is a stream, which no mapping can read", reason: "stream")
    }

    private static func unsupported(
        _ contentType: String?,
        _ templates: TemplateTable,
        _ behavior: PassthroughBehavior,
    ) -> GatewayFailure {
        GatewayFailure(
            .unsupportedMediaType,
            message: "Unsupported Media Type",
            cause: "there is no template for \((contentType ?? MediaType.json).quotedForMessage) "
                + "(\(templates.explanation)), and passthroughBehavior is \(behavior.rawValue)",
            reason: "unsupported-media-type",
        )
    }

    /// `$context.requestOverride`: applied when the template is done, stronger than every mapping.
    private func applyOverrides(_ exchange: Exchange) throws(GatewayFailure) {
        let overrides = exchange.overrides
        for header in overrides.requestHeaders {
            switch backend.rule(forMapped: header.name) {
            case .refuse: throw RequestParameters.refused(header.name)
            case .drop: continue
            case .send: break
            }
            guard HeaderSyntax.isToken(header.name) else { throw .invalidOverride("header", header.name) }
            exchange.integrationRequest.headers.remove(header.name)
            for value in header.values {
                exchange.integrationRequest.headers.addUnchecked(header.name, HeaderText.cleaned(value))
            }
        }
        for parameter in overrides.requestQuery {
            exchange.integrationRequest.query.remove(parameter.name)
            for value in parameter.values { exchange.integrationRequest.query.add(parameter.name, value) }
        }
        for parameter in overrides.requestPath {
            exchange.integrationRequest.pathParameters.removeAll { $0.name == parameter.name }
            exchange.integrationRequest.pathParameters.append(parameter)
        }
        exchange.trace?.note("overrides", overrides.requestText)
    }

    /// The fields that a backend gets without a mapping.
    private func addHeaders(_ exchange: Exchange, _ contentType: String?) {
        switch exchange.request.method {
        case "GET", "HEAD", "OPTIONS":
            break
        default:
            if !exchange.integrationRequest.headers.contains("Content-Type") {
                exchange.integrationRequest.headers.addUnchecked("Content-Type", contentType ?? MediaType.json)
            }
        }
        GatewayHeaders.addDefaults(to: &exchange.integrationRequest.headers, exchange)
        exchange.integrationRequest.headers.setUnchecked(GatewayHeaders.trace, exchange.identifiers.traceID)
    }

    private var explanation: String {
        var parts: [String] = []
        if !mappings.isEmpty { parts.append(mappings.count == 1 ? "1 parameter" : "\(mappings.count) parameters") }
        if let contentHandling { parts.append(contentHandling.rawValue) }
        parts.append(templates.explanation)
        if passthroughBehavior != .whenNoMatch { parts.append("passes " + passthroughBehavior.rawValue) }
        return parts.joined(separator: ", ")
    }

    private var details: [(name: String, text: String)] {
        mappings.map { ($0.target.text(.request), $0.source.description) } + templates.details
    }
}
