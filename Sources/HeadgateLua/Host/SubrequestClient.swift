import Headgate

/// Performs the HTTP requests that scripts make beside the pipeline's own backend call. Found in
/// `StageServices` under `(any SubrequestClient).self`; without one `host.http` is not available.
public protocol SubrequestClient: Sendable {
    /// Sends `request` and calls `completion` once, from anywhere.
    /// - Parameters:
    ///   - request: complete, with its endpoint, as a dispatcher gets it; its timeout is the time that the
    ///     script has left, or what it asked for if that is less.
    ///   - exchange: whose script asks; for its lane and its log, not to be changed.
    ///   - completion: the response with its body read, or why there is none.
    /// - Returns: a closure that gives the request up, or nil.
    func send(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) -> (@Sendable () -> Void)?
}
