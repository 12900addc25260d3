import Headgate
import NIOCore

/// One call of a backend, from the stage that wants it to its completion; confined to its loop.
final class BackendCall: @unchecked Sendable {
    let request: IntegrationRequest
    let endpoint: Endpoint
    /// Whether the response may be given while its body still comes.
    let streaming: Bool
    let began: NIODeadline
    /// For all of the call: connecting, sending, and the response to its last byte.
    let deadline: NIODeadline
    var attempts = 1
    /// The connection that it is on, until one of the two is over.
    var connection: BackendConnection?
    /// It has been given to a connection; of a body that comes as a stream a part may be gone.
    var hasStarted = false
    /// Something of it may have reached the backend.
    var isSent = false
    /// It ended without an answer on a connection that had served before: the backend may have closed that
    /// without having seen the call.
    var metDeadConnection = false
    private var completion: ((Result<IntegrationResponse, any Error>) -> Void)?
    /// Whose attempt it is, in place of the completion.
    private var linkCall: LinkCall?
    /// The same while a streamed body comes, for which the attempt's own deadline no longer counts.
    private var streamingLinkCall: LinkCall?
    private(set) var bodyDeadline: NIODeadline

    init(
        _ request: IntegrationRequest,
        to endpoint: Endpoint,
        streaming: Bool,
        now: NIODeadline,
        completion: @escaping (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        self.request = request
        self.endpoint = endpoint
        self.streaming = streaming
        began = now
        deadline = now + .milliseconds(Int64(clamping: min(max(request.timeoutMilliseconds, 1), 3_600_000)))
        bodyDeadline = deadline
        self.completion = completion
    }

    /// An attempt of a call through a link.
    /// - Parameters:
    ///   - deadline: for its answer, or the head of one that is streamed.
    ///   - bodyDeadline: for the rest.
    init(
        _ request: IntegrationRequest,
        to endpoint: Endpoint,
        streaming: Bool,
        now: NIODeadline,
        deadline: NIODeadline,
        bodyDeadline: NIODeadline,
        through linkCall: LinkCall,
    ) {
        self.request = request
        self.endpoint = endpoint
        self.streaming = streaming
        began = now
        self.deadline = deadline
        self.bodyDeadline = bodyDeadline
        self.linkCall = linkCall
    }

    var isCompleted: Bool { completion == nil && linkCall == nil }

    func succeed(_ head: ResponseHead, _ body: Body, now: NIODeadline) {
        let response = IntegrationResponse(
            status: head.status,
            headers: head.headers,
            body: body,
            attempts: attempts,
            durationMicroseconds: Int((now - began).nanoseconds / 1000),
        )
        if linkCall != nil { endAttempt(.success(response)) } else { complete(.success(response)) }
    }

    func fail(_ fault: DispatchFault) {
        if linkCall != nil { endAttempt(.failure(fault)) } else { complete(.failure(fault.failure(endpoint))) }
    }

    private func endAttempt(_ result: Result<IntegrationResponse, DispatchFault>) {
        let linkCall = linkCall
        self.linkCall = nil
        if case .success(let response) = result, response.body.isStream { streamingLinkCall = linkCall }
        linkCall?.ended(self, result)
    }

    /// The body that came as a stream is over.
    /// - Parameter succeeded: nil where nobody wanted the rest.
    func bodyEnded(succeeded: Bool?) {
        let linkCall = streamingLinkCall
        streamingLinkCall = nil
        linkCall?.bodyEnded(self, succeeded: succeeded)
    }

    private func complete(_ result: Result<IntegrationResponse, any Error>) {
        guard let completion else { return }
        self.completion = nil
        completion(result)
    }

    /// Whether the call may be sent once more after its connection ended without an answer: it has been
    /// sent once only, all of its body is still here, and a second one does no harm (RFC 9110 section 9.2.2).
    var mayBeRepeated: Bool {
        // A call through a link is repeated by the link, which counts.
        guard attempts == 1, !isCompleted, linkCall == nil else { return false }
        if request.body.isStream { return false }
        return Self.isIdempotent(request.method)
    }

    /// Whether a request of this method may be sent twice (RFC 9110 section 9.2.2).
    static func isIdempotent(_ method: String) -> Bool {
        switch method {
        case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE": return true
        default: return false
        }
    }
}
