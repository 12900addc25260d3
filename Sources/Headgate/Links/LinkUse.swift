/// What a call through a link came to: for the access log, metrics and traces.
public final class LinkUse: Sendable {
    /// How one attempt ended; a fixed set, for metrics.
    public enum Outcome: String, Sendable, CaseIterable {
        /// An answer that is none of the others.
        case success
        /// A status that the link takes for a failure of its target.
        case status
        /// No connection: refused, unreachable, or not in time.
        case connect
        /// The handshake failed: the certificate is not trusted, not for this name, or not in its time.
        case tls
        /// Connected, and no whole answer in time.
        case timeout
        /// The connection ended within the call.
        case closed
        /// What came is no HTTP, or too much.
        case malformed
        /// Nobody wanted the answer any more: another attempt was quicker, or the client is gone.
        case cancelled
        /// Too many calls already.
        case overloaded
        /// The circuit breaker is open.
        case open
        /// The request itself could not be sent.
        case request
    }

    /// One try at one target.
    public struct Attempt: Sendable {
        /// As the file names it, or the address that the name led to.
        public let target: String
        /// How it ended.
        public let outcome: Outcome
        /// The status that came, or what went wrong.
        public let detail: String
        /// From its start to its end.
        public let durationMicroseconds: Int

        /// An attempt that has ended.
        public init(target: String, outcome: Outcome, detail: String, durationMicroseconds: Int) {
            self.target = target
            self.outcome = outcome
            self.detail = detail
            self.durationMicroseconds = durationMicroseconds
        }
    }

    /// The link's name; that of the pipeline for a policy without a link.
    public let link: String
    /// In the order in which they ended.
    public let attempts: [Attempt]
    /// Of the whole call.
    public let outcome: Outcome

    /// A call that has ended.
    public init(link: String, attempts: [Attempt], outcome: Outcome) {
        self.link = link
        self.attempts = attempts
        self.outcome = outcome
    }

    /// The target of the last attempt.
    public var target: String? { attempts.last?.target }
}
