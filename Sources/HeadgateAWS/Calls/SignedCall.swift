import Headgate
import HeadgateHTTP
import SigV4

/// Calls of one AWS service: signed with the credentials of the exchange, and once more with new ones when
/// the service says that these have expired or that the clocks differ.
struct SignedCall: Sendable {
    let runtime: AWSRuntime
    let dispatcher: any Dispatcher
    let signer: RequestSigner
    /// The stage variable that holds the region; nil where the signer has it.
    let regionVariable: String?

    /// - Parameters:
    ///   - request: complete but for its signature. The exchange's own copy stays without one, so that no trace shows a token.
    ///   - completion: called at the exchange's home.
    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool = false,
        isRetry: Bool = false,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let source = exchange.credentialsSource ?? .cached(runtime.credentials())
        switch source {
        case .fixed(let credentials):
            send(request, credentials, for: exchange, streaming, isRetry, completion)
        case .cached(let cached):
            do throws(CredentialsProblem) {
                let fresh = try cached.get { result in
                    switch result {
                    case .success(let credentials):
                        send(request, credentials, for: exchange, streaming, isRetry, completion)
                    case .failure(let problem):
                        exchange.atHome { completion(.failure(GatewayFailure.credentials(problem, role: nil))) }
                    }
                }
                if let fresh { send(request, fresh, for: exchange, streaming, isRetry, completion) }
            } catch {
                completion(.failure(GatewayFailure.credentials(error, role: nil)))
            }
        }
    }

    private func send(
        _ request: IntegrationRequest,
        _ credentials: Credentials,
        for exchange: Exchange,
        _ streaming: Bool,
        _ isRetry: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        var signed = request
        var signer = signer
        if let regionVariable {
            let region = exchange.deployment.variable(regionVariable) ?? ""
            guard IntegrationARN.isRegion(region) else {
                exchange.atHome {
                    let cause = "the stage variable \(regionVariable) holds no region: \(region.quotedForMessage)"
                    completion(.failure(GatewayFailure.internalError(cause, reason: "stage-variable")))
                }
                return
            }
            signer = RequestSigner(service: signer.service, region: region, keys: runtime.keys)
        }
        let time = runtime.signingTime
        signed.sign(signer, credentials, at: time)
        dispatcher.perform(signed, for: exchange, streaming: streaming) { result in
            guard !isRetry, case .success(let response) = result,
                maySucceedOnceMore(response, credentials, signedAt: time, exchange)
            else {
                completion(result)
                return
            }
            perform(request, for: exchange, streaming: streaming, isRetry: true, completion)
        }
    }

    private static let expired = ["ExpiredToken", "UnrecognizedClientException", "RequestExpired"]

    /// Whether the service has refused the signature for a reason that another one mends.
    private func maySucceedOnceMore(
        _ response: IntegrationResponse,
        _ credentials: Credentials,
        signedAt time: SigningTime,
        _ exchange: Exchange,
    ) -> Bool {
        guard response.status == 400 || response.status == 403 || response.status == 401 else { return false }
        let now = runtime.clock.epochMilliseconds() / 1000
        if let skew = ClockSkew.seconds(in: response, signedAt: time.epochSeconds, now: now) {
            runtime.skew.store(skew, ordering: .relaxed)
            return true
        }
        guard let bytes = response.body.bytes, bytes.count < 16_384 else { return false }
        let text = (response.headers.first("x-amzn-ErrorType") ?? "") + String(decoding: bytes, as: UTF8.self)
        guard Self.expired.contains(where: { text.contains($0) }) else { return false }
        guard case .cached(let cached)? = exchange.credentialsSource ?? .cached(runtime.credentials()) else {
            return false
        }
        cached.drop(credentials)
        return true
    }
}

extension Exchange {
    /// Runs `body` where the exchange does its input and output, as whoever resumes a dispatch must.
    func atHome(_ body: @escaping @Sendable () -> Void) {
        if let home = home as? EventLoopHome, !home.eventLoop.inEventLoop {
            home.eventLoop.execute(body)
        } else {
            body()
        }
    }
}
