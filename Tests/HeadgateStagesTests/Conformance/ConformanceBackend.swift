import Headgate
import HeadgateStages
import OrderedJSON

/// A case's backend: remembers what it got, answers what the case says.
final class ConformanceBackend: @unchecked Sendable {
    // Touched on the case's lane, and read when the case is over.
    private(set) var received: IntegrationRequest?
    private(set) var calls = 0
    private let json: JSONValue

    init(_ json: JSONValue?) {
        self.json = json ?? .null
    }

    func answer(_ request: IntegrationRequest) -> IntegrationResponse {
        received = request
        calls += 1
        switch json["kind"]?.string {
        case "fixed", "aws":
            var headers = Headers()
            for (name, value) in json["headers"]?.object ?? [:] {
                for line in value.array ?? [value] { headers.addUnchecked(name, line.string ?? "") }
            }
            return IntegrationResponse(
                status: json["status"]?.int ?? 200,
                headers: headers,
                body: .bytes(ConformanceAPI.bytes(json) ?? []),
            )
        case "echo":
            return IntegrationResponse(
                status: 200,
                headers: ["Content-Type": "application/json"],
                body: Body(JSONWriter.string(Self.echo(request))),
            )
        case "echoBody":
            return IntegrationResponse(status: 200, headers: ["Content-Type": "application/json"], body: request.body)
        default:
            return IntegrationResponse(status: 500)
        }
    }

    private static func echo(_ request: IntegrationRequest) -> JSONValue {
        let text = request.body.text
        return [
            "method": .string(request.method), "path": .string(request.path), "data": .string(text),
            "json": (try? JSONValue(parsing: text)) ?? .null,
        ]
    }
}

/// What an HTTP stage does, with a backend that is at hand.
struct ConformanceCall: SynchronousStage {
    let backend: ConformanceBackend
    let uri: URITemplate
    let method: String
    /// Not nil for HTTP_PROXY.
    let parameters: RequestParameters?

    func run(_ exchange: Exchange) throws -> StageOutcome {
        if let parameters {
            try parameters.apply(to: exchange)
            exchange.integrationRequest.headers = ProxyHeaders.request(
                for: exchange,
                mapped: exchange.integrationRequest.headers,
            )
            exchange.integrationRequest.query = exchange.query.appending(exchange.integrationRequest.query)
            exchange.integrationRequest.body = exchange.request.body
        }
        let resolved = try uri.resolve(exchange)
        exchange.integrationRequest.endpoint = resolved.endpoint
        exchange.integrationRequest.path = resolved.path
        exchange.integrationRequest.query = resolved.query.appending(exchange.integrationRequest.query)
        exchange.integrationRequest.method = method == "ANY" ? exchange.request.method : method
        let length = exchange.integrationRequest.body.bytes?.count ?? 0
        exchange.integrationRequest.headers.setUnchecked("Content-Length", String(length))
        if !exchange.integrationRequest.headers.contains("Host") {
            exchange.integrationRequest.headers.setUnchecked("Host", resolved.endpoint.authority)
        }
        let response = backend.answer(exchange.integrationRequest)
        exchange.integrationResponse = response
        if parameters != nil {
            exchange.response = MethodResponse(
                status: response.status,
                headers: ProxyHeaders.response(from: response.headers),
                body: response.body,
            )
        }
        return .proceed
    }
}
