import Headgate
import HeadgateStages

/// Calls an HTTP backend with what the stages before it have prepared: API Gateway's HTTP integration.
public struct HTTPStage: DispatchStage {
    /// `http`: method, URI and timeout, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "http",
        phase: .dispatch,
        summary: "Calls an HTTP backend with the request that the `request` stage has mapped.",
        documentation: """
            Query parameters of the URI come first, mapped ones follow. A GET, HEAD or OPTIONS takes no body along. \
            Connections are kept alive; `Content-Length`, `Transfer-Encoding` and `Connection` are always made anew. \
            A backend that cannot be reached or is too slow gives a 504, one whose answer is broken a 502, and then no \
            later stage runs.
            """,
        example: """
            http:
              method: POST
              uri: http://127.0.0.1:9000/pets/{id}
              timeoutInMillis: 5000
            """,
        fields: BackendSettings.call + BackendSettings.shared,
        shorthand: "uri",
    ) { settings, build in
        let backend = try BackendSettings(settings, build)
        return BuiltStage(
            HTTPStage(backend),
            explanation: backend.explanation,
            details: backend.details,
            hazard: backend.hazard,
        )
    }

    private let backend: BackendSettings

    init(_ backend: BackendSettings) {
        self.backend = backend
    }

    /// False: request and response are mapped.
    public var streams: Bool { false }

    /// Sends the integration request and sets ``Exchange/integrationResponse``.
    /// Fails with 504 or 502 where the backend cannot be reached, is too slow, or its answer is broken.
    public func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        do throws(GatewayFailure) {
            try prepare(exchange)
        } catch {
            resumption.resume(.failure(error))
            return
        }
        backend.dispatcher.perform(exchange.integrationRequest, for: exchange, streaming: false) { result in
            switch result {
            case .success(let response):
                exchange.integrationResponse = response
                resumption.resume(.success(.proceed))
            case .failure(let error):
                resumption.resume(.failure(error))
            }
        }
    }

    private func prepare(_ exchange: Exchange) throws(GatewayFailure) {
        let target = try backend.uri.resolve(exchange)
        let method = backend.method ?? exchange.request.method
        exchange.integrationRequest.method = method
        exchange.integrationRequest.endpoint = target.endpoint
        exchange.integrationRequest.path = target.path
        if !target.query.isEmpty {
            exchange.integrationRequest.query = target.query.appending(exchange.integrationRequest.query)
        }
        backend.address(&exchange.integrationRequest, for: exchange.deployment)
        if !BackendSettings.carriesBody(method) { exchange.integrationRequest.body = .empty }
    }
}
