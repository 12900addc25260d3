import Headgate

/// What becomes of a header field that an integration response maps or overrides (recorded on the service).
enum ResponseHeaderRule: Sendable, Equatable {
    /// It is sent under this name: its own, or `x-amzn-Remapped-…` where its own is the gateway's.
    case send(String)
    case drop

    init(mapped name: String) {
        if name.equalsIgnoringASCIICase("Transfer-Encoding") {
            self = .drop
        } else if let remapped = Self.remapped[name] {
            self = .send(remapped)
        } else {
            self = .send(name)
        }
    }

    private static let remapped = HeaderNameTable(
        [
            "Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host", "Max-Forwards",
            "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate",
        ].map { ($0, GatewayHeaders.remapPrefix + $0) }
    )
}
