import Headgate

/// Calls that the gateway makes for itself, for credentials: not part of any one request, so that a
/// client that goes away cancels nothing that others wait for.
struct AWSClient: Sendable {
    private let dispatcher: any Dispatcher
    private let lane: Lane
    private let clock: any GatewayClock
    private static let pipeline = Pipeline(name: "aws", routes: [], stages: [])

    init(dispatcher: any Dispatcher, clock: any GatewayClock) {
        self.dispatcher = dispatcher
        self.clock = clock
        lane = Lane(name: "headgate.aws", clock: clock)
    }

    /// - Throws: ``CredentialsProblem`` with what went wrong on the way; any status is an answer.
    func perform(_ request: IntegrationRequest, whatFor: String) async throws(CredentialsProblem) -> IntegrationResponse
    {
        let exchange = Exchange(
            pipeline: Self.pipeline,
            request: MethodRequest(method: request.method, path: request.path),
            deployment: Deployment(),
            lane: lane,
            receivedAtMilliseconds: clock.epochMilliseconds(),
            random: lane.makeRandom(),
            completion: { _ in },
        )
        let result: Result<IntegrationResponse, any Error> = await withCheckedContinuation { continuation in
            dispatcher.perform(request, for: exchange, streaming: false) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success(let response):
            return response
        case .failure(let error):
            let cause = (error as? GatewayFailure)?.cause ?? String(describing: error)
            throw CredentialsProblem("\(whatFor): \(cause)")
        }
    }

    /// A request to a URL.
    static func request(
        _ method: String,
        _ url: String,
        headers: Headers = [:],
        body: [UInt8] = [],
        timeoutMilliseconds: Int = 5000,
    ) throws(CredentialsProblem) -> IntegrationRequest {
        do throws(InvalidURL) {
            let url = try BackendURL(parsing: url)
            return IntegrationRequest(
                method: method,
                endpoint: url.endpoint,
                path: url.path,
                query: Query(parsing: url.rawQuery),
                headers: headers,
                body: .bytes(body),
                timeoutMilliseconds: timeoutMilliseconds,
            )
        } catch {
            throw CredentialsProblem(error.description)
        }
    }
}
