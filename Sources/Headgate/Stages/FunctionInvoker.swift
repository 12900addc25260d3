/// Calls Lambda functions, or what stands in for them. Stages find theirs in `StageServices` under
/// `(any FunctionInvoker).self`: authorizers do.
public protocol FunctionInvoker: Sendable {
    /// Invokes a function and waits for its result (`RequestResponse`); calls `completion` once, from anywhere.
    /// - Parameters:
    ///   - function: its ARN or its name, with a version or an alias where it has one.
    ///   - payload: the event, JSON.
    ///   - credentials: the ARN of a role, or nil for the gateway's own credentials.
    ///   - timeoutMilliseconds: for the whole call.
    ///   - exchange: for its deadline and its cancellation; not to be changed.
    ///   - completion: what the function returned or raised; a ``GatewayFailure`` where it could not be invoked.
    func invoke(
        _ function: String,
        payload: [UInt8],
        credentials: String?,
        timeoutMilliseconds: Int,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<FunctionResult, any Error>) -> Void,
    )
}

/// What came of an invocation.
public struct FunctionResult: Sendable {
    /// The result, or the error object with its `errorMessage`; JSON.
    public var payload: [UInt8]
    /// The function raised an error: Lambda's `X-Amz-Function-Error`.
    public var isError: Bool

    /// A result, or an error that the function raised.
    public init(payload: [UInt8], isError: Bool = false) {
        self.payload = payload
        self.isError = isError
    }
}
