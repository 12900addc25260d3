import Headgate
import HeadgateStages

/// Passes the client's request on to an HTTP backend and its response back: API Gateway's HTTP_PROXY
/// integration.
public struct HTTPProxyStage: DispatchStage {
    private static let timeout = BackendSettings.timeout(upTo: 900_000)
    private static let parameters = Field(
        "parameters",
        FieldType<[ParameterMapping]>.parameterMappings(.request),
        default: [],
        "What the backend's request gets beside the client's: `header.NAME` (replaces the client's), `querystring.NAME` "
            + "(is added) or `path.NAME` (for `{NAME}` in the URI); sources as in the `request` stage.",
    )

    public static let declaration = StageDeclaration(
        kind: "http-proxy",
        phase: .dispatch,
        summary: "Passes the client's request on to an HTTP backend, and its response back.",
        documentation: """
            Method, query, header fields and body are the client's, without what belongs to its connection alone; \
            status, header fields and body of the response are the backend's. Bodies are not kept: they pass as they \
            come, at the pace of the slower side, unless a mapping or another stage of the pipeline reads them.

            The query is that of the URI, then the client's, then mapped parameters. No `select` or `response` stage is \
            needed.
            """,
        example: """
            http-proxy:
              uri: http://127.0.0.1:9000/{proxy}
              parameters:
                path.proxy: method.request.path.proxy
            """,
        fields: [BackendSettings.method, BackendSettings.uri, timeout, BackendSettings.tls, parameters],
        shorthand: "uri",
    ) { settings, build in
        let backend = try BackendSettings(settings, timeout: timeout, build)
        let mappings = try settings[parameters]
        return BuiltStage(
            HTTPProxyStage(backend, mappings),
            explanation: backend.explanation,
            details: mappings.map { ($0.target.text(.request), $0.source.description) },
        )
    }

    private let backend: BackendSettings
    private let parameters: RequestParameters

    init(_ backend: BackendSettings, _ mappings: [ParameterMapping]) {
        self.backend = backend
        parameters = RequestParameters(mappings, backend: .httpProxy)
    }

    public var streams: Bool { !parameters.readsBody }

    public func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        do throws(GatewayFailure) {
            try prepare(exchange)
        } catch {
            resumption.resume(.failure(error))
            return
        }
        let streaming = exchange.pipeline.streams
        backend.dispatcher.perform(exchange.integrationRequest, for: exchange, streaming: streaming) { result in
            switch result {
            case .success(let response):
                exchange.response = MethodResponse(
                    status: response.status,
                    headers: ProxyHeaders.response(from: response.headers),
                    body: response.body,
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
        exchange.integrationRequest.headers = ProxyHeaders.request(for: exchange, mapped: exchange.integrationRequest.headers)
        exchange.integrationRequest.timeoutMilliseconds = backend.timeoutMilliseconds
        exchange.integrationRequest.verifiesCertificate = backend.verifiesCertificate
        if BackendSettings.carriesBody(method) {
            // A script before this stage may have written another body.
            if exchange.integrationRequest.body.bytes?.isEmpty ?? false {
                exchange.integrationRequest.body = exchange.request.body
            }
        } else {
            if case .stream(let stream) = exchange.request.body { stream.discard() }
            exchange.integrationRequest.body = .empty
        }
    }
}
