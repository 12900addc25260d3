import Headgate
import HeadgateStages

/// Passes the client's request on to an HTTP backend and its response back: API Gateway's HTTP_PROXY
/// integration.
public struct HTTPProxyStage: DispatchStage {
    private static let parameters = Field(
        "parameters",
        FieldType<[ParameterMapping]>.parameterMappings(.request),
        default: [],
        "What the backend's request gets beside the client's: `header.NAME` (replaces the client's), `querystring.NAME` "
            + "(is added) or `path.NAME` (for `{NAME}` in the URI); sources as in the `request` stage.",
    )

    private static let transferMode = Field(
        optional: "responseTransferMode",
        FieldType<String>.oneOf(["BUFFERED", "STREAM"]),
        "`STREAM` passes bodies on as they come, `BUFFERED` when they are complete. In an API (`api:`) the default is "
            + "`BUFFERED`, as in API Gateway, otherwise `STREAM`.",
    )

    /// `http-proxy`: method, URI, timeout and parameters, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "http-proxy",
        phase: .dispatch,
        summary: "Passes the client's request on to an HTTP backend, and its response back.",
        documentation: """
            Method, query, header fields and body are the client's, without what belongs to its connection alone; \
            status, header fields and body of the response are the backend's. Bodies are not kept: they pass as they \
            come, at the pace of the slower side, unless a mapping or another stage of the pipeline reads them.

            In an API, a body whose media type is none of its `binaryMediaTypes` is text: what is no UTF-8 in it is replaced \
            by U+FFFD, as in API Gateway.

            The query is that of the URI, then the client's, then mapped parameters. No `select` or `response` stage is \
            needed.
            """,
        example: """
            http-proxy:
              uri: http://127.0.0.1:9000/{proxy}
              parameters:
                path.proxy: method.request.path.proxy
            """,
        fields: BackendSettings.call + [parameters, transferMode] + BackendSettings.shared,
        shorthand: "uri",
    ) { settings, build in
        let backend = try BackendSettings(settings, build)
        let mappings = try settings[parameters]
        let api = build.services[APISettings.self]
        let mode = try settings[transferMode] ?? (api == nil ? "STREAM" : "BUFFERED")
        return BuiltStage(
            HTTPProxyStage(backend, mappings, isStreaming: mode == "STREAM", binaryMediaTypes: api?.binaryMediaTypes),
            explanation: backend.explanation,
            details: backend.details + mappings.map { ($0.target.text(.request), $0.source.description) },
            hazard: backend.hazard,
        )
    }

    private let backend: BackendSettings
    private let parameters: RequestParameters
    private let isStreaming: Bool
    /// nil outside of an API, where a body is never text.
    private let binaryMediaTypes: BinaryMediaTypes?

    init(
        _ backend: BackendSettings,
        _ mappings: [ParameterMapping],
        isStreaming: Bool,
        binaryMediaTypes: BinaryMediaTypes?,
    ) {
        self.backend = backend
        parameters = RequestParameters(mappings, backend: .httpProxy)
        self.isStreaming = isStreaming
        self.binaryMediaTypes = binaryMediaTypes
    }

    /// Whether bodies may pass as they come: outside of an API, or with `responseTransferMode: STREAM`, and where no
    /// mapping reads the body.
    public var streams: Bool { isStreaming && !parameters.readsBody }

    /// Sends the client's request on, and takes the backend's response for the client's.
    /// Fails with 504 or 502 where the backend cannot be reached, is too slow, or its answer is broken.
    public func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        do throws(GatewayFailure) {
            try prepare(exchange)
        } catch {
            resumption.resume(.failure(error))
            return
        }
        let streaming = exchange.pipeline.streams
        let binaryMediaTypes = binaryMediaTypes
        backend.dispatcher.perform(exchange.integrationRequest, for: exchange, streaming: streaming) { result in
            switch result {
            case .success(let response):
                var headers = ProxyHeaders.response(from: response.headers)
                // An API's responses always have a type; a 304 speaks of a response that the client has (RFC 9110 15.4.5).
                if binaryMediaTypes != nil, response.status != 304, !headers.contains("Content-Type") {
                    headers.addUnchecked("Content-Type", "application/json")
                }
                exchange.response = MethodResponse(
                    status: response.status,
                    headers: headers,
                    body: binaryMediaTypes?.handedOn(response.body, response.headers) ?? response.body,
                )
                exchange.integrationResponse = response
                resumption.resume(.success(.proceed))
            case .failure(let error):
                resumption.resume(.failure(error))
            }
        }
    }

    private func prepare(_ exchange: Exchange) throws(GatewayFailure) {
        try parameters.apply(to: exchange)
        let target = try backend.uri.resolve(exchange)
        let method = backend.method ?? exchange.request.method
        exchange.integrationRequest.method = method
        exchange.integrationRequest.endpoint = target.endpoint
        exchange.integrationRequest.path = target.path
        exchange.integrationRequest.query = target.query.appending(exchange.query)
            .appending(exchange.integrationRequest.query)
        exchange.integrationRequest.headers = ProxyHeaders.request(
            for: exchange,
            mapped: exchange.integrationRequest.headers,
        )
        backend.address(&exchange.integrationRequest, for: exchange.deployment)
        if BackendSettings.carriesBody(method) {
            // A script before this stage may have written another body.
            if exchange.integrationRequest.body.bytes?.isEmpty ?? false {
                let request = exchange.request
                exchange.integrationRequest.body =
                    binaryMediaTypes?.handedOn(request.body, request.headers) ?? request.body
            }
        } else {
            if case .stream(let stream) = exchange.request.body { stream.discard() }
            exchange.integrationRequest.body = .empty
        }
    }
}
