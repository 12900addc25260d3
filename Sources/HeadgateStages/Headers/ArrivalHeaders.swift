import Headgate

/// The client's header fields as API Gateway's method request shows them to parameter mappings and
/// templates: without the fields that the service takes away on arrival, and with those that it adds.
///
/// The added ones (`X-Forwarded-For`, `X-Forwarded-Port`, `X-Forwarded-Proto`, `X-Amzn-Trace-Id`) are
/// made when somebody looks at them, so that a request that nobody asks about pays nothing. What the
/// client claims in their place is not believed, but for the addresses before its own in `X-Forwarded-For`.
public enum ArrivalHeaders {
    /// Fields that are taken away on arrival (recorded on the service), whatever the integration.
    static let hidden = HeaderNameTable(names: [
        "Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "TE",
        "Transfer-Encoding", "Trailer", "Upgrade", "WWW-Authenticate",
    ])

    enum Added: String, Sendable, CaseIterable {
        case forwardedFor = "X-Forwarded-For"
        case forwardedPort = "X-Forwarded-Port"
        case forwardedProtocol = "X-Forwarded-Proto"
        case trace = "X-Amzn-Trace-Id"
    }

    static let added = HeaderNameTable(Added.allCases.map { ($0.rawValue, $0) })

    /// The value of a field that the gateway adds.
    static func value(_ added: Added, _ exchange: Exchange) -> String {
        switch added {
        case .forwardedFor:
            let before = exchange.request.headers.all(Added.forwardedFor.rawValue)
            return (before + [exchange.request.clientAddress]).joined(separator: ", ")
        case .forwardedPort:
            return port(of: exchange.request)
        case .forwardedProtocol:
            return exchange.request.scheme
        case .trace:
            return exchange.identifiers.traceID
        }
    }

    /// The port that the client meant: the one in `Host`, else its scheme's.
    private static func port(of request: MethodRequest) -> String {
        if let host = request.host, let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let digits = host[host.index(after: colon)...]
            if !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
                return String(digits)
            }
        }
        return request.scheme == "https" ? "443" : "80"
    }

    /// Every field that is visible, in the client's order, the added ones last.
    public static func fields(of exchange: Exchange) -> [Headers.Field] {
        var visible: [Headers.Field] = []
        visible.reserveCapacity(exchange.request.headers.count + Added.allCases.count)
        for field in exchange.request.headers.fields
        where !hidden.contains(field.name) && !added.contains(field.name) {
            visible.append(field)
        }
        for name in Added.allCases {
            visible.append(Headers.Field(name.rawValue, value(name, exchange)))
        }
        return visible
    }

    /// The last value of the field with exactly this spelling, as `method.request.header.NAME` reads it.
    public static func last(exactly name: String, of exchange: Exchange) -> String? {
        if let added = added[name] { return name == added.rawValue ? value(added, exchange) : nil }
        return hidden.contains(name) ? nil : exchange.request.headers.last(exactly: name)
    }

    /// All values of the field with exactly this spelling, in order.
    public static func all(exactly name: String, of exchange: Exchange) -> [String] {
        if let added = added[name] { return name == added.rawValue ? [value(added, exchange)] : [] }
        return hidden.contains(name) ? [] : exchange.request.headers.all(exactly: name)
    }
}
