import Headgate

/// The head of a request that has exactly one meaning.
package struct RequestHead: Sendable {
    /// In capitals, as sent.
    package var method: String
    package var target: RequestTarget
    /// 0 or 1: the protocol is `HTTP/1.` and this.
    package var minorVersion: Int
    package var headers: Headers
    package var framing: BodyFraming
    /// Whether the client wants to go on with the connection.
    package var keepsAlive: Bool
    package var expectsContinue: Bool
}
