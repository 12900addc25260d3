import Headgate
import Synchronization

/// Stands in for every backend: remembers what it received and answers by a function. No network.
public final class ScriptedDispatcher: Dispatcher {
    private let answer: @Sendable (IntegrationRequest) -> Result<IntegrationResponse, GatewayFailure>
    private let log = Mutex<[IntegrationRequest]>([])

    /// - Parameter answer: gives the backend's response or failure; may be called from several lanes at once.
    public init(_ answer: @escaping @Sendable (IntegrationRequest) -> Result<IntegrationResponse, GatewayFailure>) {
        self.answer = answer
    }

    /// The requests so far, as they would have gone over the wire.
    public var received: [IntegrationRequest] { log.withLock { $0 } }

    /// Remembers the request and completes at once, where it is called.
    public func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        log.withLock { $0.append(request) }
        completion(answer(request).mapError { $0 })
    }
}
