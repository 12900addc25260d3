/// Where a backend listens: scheme, host and port of an absolute `http` or `https` URL.
public struct Endpoint: Sendable, Hashable {
    /// What can be spoken to a backend.
    public enum Scheme: String, Sendable { case http, https }

    /// Whether the connection is secured by TLS.
    public let scheme: Scheme
    /// Host name or address as written, IPv6 without brackets.
    public let host: String
    /// 1…65535; the scheme's own, 80 or 443, where none was written.
    public let port: Int
    /// `Host` header for this endpoint: without the port where it is the scheme's own (RFC 9110 section 7.2).
    public let authority: String

    /// An endpoint. The parts are not checked; ``BackendURL`` does that.
    /// - Parameter port: nil takes the scheme's own.
    public init(scheme: Scheme, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host
        let standard = scheme == .http ? 80 : 443
        self.port = port ?? standard
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[" + host + "]" : host
        authority = self.port == standard ? name : name + ":" + String(self.port)
    }

    /// `scheme://authority`.
    public var origin: String { scheme.rawValue + "://" + authority }
}
