import Headgate
import HeadgateHTTP
import HeadgateStages
import NIOCore
import NIOPosix
import SigV4
import Synchronization

/// Calls a function by the Invoke API: at AWS, or on this machine where the pipelines declare it.
struct FunctionCall: Sendable {
    let aws: AWSSettings

    /// - Parameters:
    ///   - request: as ``ServiceRequest`` makes it, with its payload.
    ///   - completion: with what the function gave, or the failure that the client gets; called at the exchange's home.
    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool = false,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        guard request.method == "POST" else {
            let cause = "a function is invoked by POST, and httpMethod is \(request.method)"
            completion(
                .failure(
                    GatewayFailure(
                        .integrationFailure,
                        status: 500,
                        message: "Internal server error",
                        cause: cause,
                        reason: "lambda-method",
                    )
                )
            )
            return
        }
        var request = request
        let identifier = exchange.identifiers.requestID
        request.headers.setUnchecked("x-amzn-lambda-integration-tag", identifier)
        let source = Self.sourceARN(exchange, aws.arn.partition)
        if HeaderSyntax.isFieldValue(source) { request.headers.setUnchecked("X-Amz-Source-Arn", source) }
        exchange.integrationRequest = request
        if let function = FunctionName(path: request.path), let local = aws.runtime?.functions?[function.name] {
            invoke(local, request, for: exchange, completion)
            return
        }
        do throws(GatewayFailure) {
            try aws.call().perform(request, for: exchange, streaming: streaming) { completion($0.flatMap(Self.judged)) }
        } catch {
            completion(.failure(error))
        }
    }

    /// Calls a function that runs here, for as long as the integration may take.
    private func invoke(
        _ function: any LocalInvokable,
        _ request: IntegrationRequest,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let loop = (exchange.home as? EventLoopHome)?.eventLoop
        let isOver = Mutex(false)
        let timer = Mutex<Scheduled<Void>?>(nil)
        let finish: @Sendable (Result<IntegrationResponse, any Error>) -> Void = { result in
            let isFirst = isOver.withLock { isOver in
                defer { isOver = true }
                return !isOver
            }
            guard isFirst else { return }
            timer.withLock { $0 }?.cancel()
            exchange.atHome { completion(result.flatMap(Self.judged)) }
        }
        let timeout = request.timeoutMilliseconds
        let scheduled = (loop ?? MultiThreadedEventLoopGroup.singleton.next()).scheduleTask(
            in: .milliseconds(Int64(timeout))
        ) {
            finish(.failure(GatewayFailure.timeout("the function did not answer within \(timeout) ms")))
        }
        timer.withLock { $0 = scheduled }
        var invocation = Invocation(request, requestID: exchange.identifiers.requestID)
        if invocation.streams, let loop {
            invocation.streaming = .init(loop: loop) { finish(.success($0)) }
        }
        function.invoke(invocation, for: exchange, finish)
    }

    /// Lambda's own refusals are no answers of the function: nobody can map them.
    private static func judged(_ response: IntegrationResponse) -> Result<IntegrationResponse, any Error> {
        if (200...299).contains(response.status) { return .success(response) }
        let type = response.headers.first("x-amzn-ErrorType").map { String($0.prefix { $0 != ":" }) } ?? ""
        let body = response.body.text.prefix(500)
        var cause = "Execution failed due to configuration error: "
        if response.status == 403 { cause += "Invalid permissions on Lambda function: " }
        cause += "Lambda answered \(response.status) \(type) \(body)"
        if case .stream(let stream) = response.body { stream.discard() }
        return .failure(GatewayFailure.internalError(cause, reason: "lambda-refused"))
    }

    /// Which method of which API calls, as the function's policy sees it.
    private static func sourceARN(_ exchange: Exchange, _ partition: AWSPartition) -> String {
        let deployment = exchange.deployment
        return "arn:\(partition.name):execute-api:\(deployment.region):\(deployment.accountID):\(deployment.apiID)/"
            + "\(deployment.name)/\(exchange.request.method)\(exchange.resourcePath)"
    }
}

/// One call of a function: what the Invoke API is told.
struct Invocation: Sendable {
    enum Kind: String, Sendable { case requestResponse = "RequestResponse", event = "Event", dryRun = "DryRun" }

    var requestID: String
    var payload: [UInt8]
    /// nil for what the Invoke API does not know.
    var kind: Kind?
    /// Base64, as it came.
    var clientContext: String?
    var traceID: String?
    var wantsLog: Bool
    /// Whether the answer is an event stream.
    var streams: Bool
    /// Who takes an answer as it comes; nil where it is wanted as a whole.
    var streaming: FunctionStream.Caller?

    init(_ request: IntegrationRequest, requestID: String) {
        self.requestID = requestID
        payload = request.body.bytes ?? []
        kind = request.headers.first("X-Amz-Invocation-Type").map(Kind.init(rawValue:)) ?? .requestResponse
        clientContext = request.headers.first("X-Amz-Client-Context")
        traceID = request.headers.first("X-Amzn-Trace-Id")
        wantsLog = request.headers.first("X-Amz-Log-Type") == "Tail"
        streams = request.path.hasSuffix("/response-streaming-invocations")
    }
}

/// A function that can be called without the network.
protocol LocalInvokable: Sendable {
    /// - Parameter completion: with an answer of the Invoke API, called once, from anywhere.
    func invoke(
        _ invocation: Invocation,
        for exchange: Exchange?,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    )
}
