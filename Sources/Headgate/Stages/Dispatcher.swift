/// Performs calls of backends over HTTP. The `http` and `http-proxy` stages find theirs in
/// `StageServices` under `(any Dispatcher).self`; a test or an embedder puts its own there, and then
/// no pipeline touches the network.
public protocol Dispatcher: Sendable {
    /// Sends `request` and calls `completion` once with what the backend answered.
    ///
    /// With an exchange that has a home, it is called there and must complete there.
    /// - Parameters:
    ///   - request: complete: endpoint, method, target, headers and body as they go over the wire, but
    ///     for `Content-Length` and `Transfer-Encoding`, which follow from the body.
    ///   - exchange: for its home, its deadline and its cancellation; not to be changed, but for `linkUse`
    ///     and notes in its trace.
    ///   - streaming: the response may be given with a streamed body; otherwise it is complete or a failure.
    ///   - completion: a ``GatewayFailure`` where the backend could not be reached, was too slow or broke off.
    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    )
}
