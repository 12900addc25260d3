import Headgate
import HeadgateStages
import SigV4

/// Invokes functions for stages that only want their result: authorizers.
public struct AWSFunctionInvoker: FunctionInvoker {
    private let runtime: AWSRuntime
    private let dispatcher: any Dispatcher

    /// An invoker that shares credentials and functions of this machine with the stages.
    public init(runtime: AWSRuntime, dispatcher: any Dispatcher) {
        self.runtime = runtime
        self.dispatcher = dispatcher
    }

    /// Calls the function on this machine if one of this name is declared, else Lambda. A function that cannot be
    /// invoked is an ``GatewayResponseType/authorizerConfigurationError``.
    public func invoke(
        _ function: String,
        payload: [UInt8],
        credentials: String?,
        timeoutMilliseconds: Int,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<FunctionResult, any Error>) -> Void,
    ) {
        let finish: @Sendable (Result<IntegrationResponse, any Error>) -> Void = { result in
            completion(
                result.flatMap { response in
                    guard (200...299).contains(response.status) else {
                        return .failure(
                            GatewayFailure.internalError(
                                "Lambda answered \(response.status) for \(function): \(response.body.text.prefix(300))",
                                type: .authorizerConfigurationError,
                                reason: "lambda-refused",
                            )
                        )
                    }
                    let isError = response.headers.contains("X-Amz-Function-Error")
                    return .success(FunctionResult(payload: response.body.bytes ?? [], isError: isError))
                }
            )
        }
        let parts = function.split(separator: ":", omittingEmptySubsequences: false)
        let region = parts.count > 6 ? String(parts[3]) : runtime.region
        let partition = AWSPartition.of(region: region)
        guard let name = FunctionName(function), let service = AWSService.named("lambda")?.service else {
            completion(
                .failure(
                    GatewayFailure.internalError(
                        "\(function.quotedForMessage) is no function",
                        type: .authorizerConfigurationError,
                    )
                )
            )
            return
        }
        let base = runtime.rules.base(service, subdomain: nil, region: region, partition, .init())
        let path = "/2015-03-31/functions/\(PercentCoding.encode(function))/invocations"
        guard let url = try? BackendURL(parsing: base + path) else {
            completion(
                .failure(GatewayFailure.internalError("\(base) is no endpoint", type: .authorizerConfigurationError))
            )
            return
        }
        let request = IntegrationRequest(
            method: "POST",
            endpoint: url.endpoint,
            path: url.path,
            headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: .bytes(payload),
            timeoutMilliseconds: timeoutMilliseconds,
        )
        if let local = runtime.functions?[name.name] {
            local.invoke(Invocation(request, requestID: exchange.identifiers.requestID), for: exchange, finish)
            return
        }
        let source: CachedCredentials
        if let credentials {
            let region = runtime.stsRegion(for: credentials, exchange.deployment)
            source = runtime.credentials(of: .init(arn: credentials, region: region, session: .init(), profile: nil))
        } else {
            source = runtime.credentials()
        }
        let signer = RequestSigner(service: "lambda", region: region, keys: runtime.keys)
        let send: @Sendable (Credentials) -> Void = { [runtime, dispatcher] credentials in
            var signed = request
            signed.sign(signer, credentials, at: runtime.signingTime)
            dispatcher.perform(signed, for: exchange, streaming: false, finish)
        }
        do throws(CredentialsProblem) {
            let fresh = try source.get { result in
                switch result {
                case .success(let credentials): send(credentials)
                case .failure(let problem):
                    completion(.failure(GatewayFailure.credentials(problem, role: credentials)))
                }
            }
            if let fresh { send(fresh) }
        } catch {
            completion(.failure(GatewayFailure.credentials(error, role: credentials)))
        }
    }
}
