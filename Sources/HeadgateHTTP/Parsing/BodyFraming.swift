/// How the end of a message's body is found (RFC 9112 section 6.3).
package enum BodyFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// This many bytes, more than 0.
    case length(Int)
    case chunked
    /// All that comes until the connection is closed; responses only.
    case untilClose
}
