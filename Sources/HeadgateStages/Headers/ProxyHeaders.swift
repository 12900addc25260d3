import Headgate

/// Which header fields pass through an HTTP_PROXY integration, in both directions.
///
/// The tables follow what was recorded on the service where that differs from its documentation. Beyond
/// them nothing passes that belongs to one connection only (RFC 9110 section 7.6.1), and fields by which
/// a client could claim to be somebody else's proxy are left to the gateway.
public enum ProxyHeaders {
    /// The header fields of the backend's request: the client's that pass, each replaced by a mapped one of
    /// its name, and the gateway's own. Without `Host` (unless it is mapped), `Content-Length` and
    /// `Transfer-Encoding`, which the dispatcher makes.
    /// - Parameter mapped: what parameter mappings and scripts set: ``IntegrationRequest/headers``.
    public static func request(for exchange: Exchange, mapped: Headers) -> Headers {
        let client = exchange.request.headers
        let options = ConnectionOptions(of: client)
        var out = Headers()
        out.reserveCapacity(client.count + mapped.count + 7)
        out.addAll(of: client) { name in
            !withheldFromBackend.contains(name) && !options.contains(name)
                && (mapped.isEmpty || !mapped.contains(name))
        }
        out.addAll(of: mapped) { !droppedWhenMapped.contains($0) }
        for added in ArrivalHeaders.Added.allCases where !mapped.contains(added.rawValue) {
            out.addUnchecked(added.rawValue, ArrivalHeaders.value(added, exchange))
        }
        GatewayHeaders.addDefaults(to: &out, exchange)
        return out
    }

    /// The header fields of the client's response: the backend's that pass, those that the gateway sends
    /// itself under `x-amzn-Remapped-`, and none that belong to the backend's connection.
    public static func response(from backend: Headers) -> Headers {
        let options = ConnectionOptions(of: backend)
        var out = Headers()
        out.reserveCapacity(backend.count + 2)
        for field in backend.fields {
            if let rule = fromBackend[field.name] {
                if case .remap(let name) = rule { out.addUnchecked(name, field.value) }
            } else if !options.contains(field.name) {
                out.addUnchecked(field.name, field.value)
            }
        }
        return out
    }

    /// Fields of the client that an HTTP_PROXY integration does not forward, or that the gateway makes itself.
    private static let withheldFromBackend = HeaderNameTable(names: [
        // Taken away on arrival.
        "Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "TE",
        "Transfer-Encoding", "Trailer", "Upgrade", "WWW-Authenticate",
        // Dropped by this kind of integration.
        "Content-Encoding", "Via",
        // Made by the gateway.
        "Host", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id", "X-Forwarded-For", "X-Forwarded-Port",
        "X-Forwarded-Proto",
        // Claims about who the client is and what it asked for, which only a proxy of ours could vouch for.
        "Forwarded", "X-Forwarded-Host", "X-Real-IP",
        // Of the client's connection (RFC 9110 section 7.6.1) or between it and this hop (section 11.7).
        "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "HTTP2-Settings",
    ])

    /// Fields that do not reach an HTTP backend even when they are mapped (recorded), and those that frame
    /// the message, which are the dispatcher's.
    static let droppedWhenMapped = HeaderNameTable(names: [
        "Connection", "Content-Length", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE",
        "Transfer-Encoding", "Via",
    ])

    private enum ResponseRule: Sendable {
        case drop
        case remap(String)
    }

    private static let fromBackend: HeaderNameTable<ResponseRule> = {
        let remapped = ["Connection", "Content-Length", "Date", "Server", "x-amzn-RequestId"]
        let dropped = ["Transfer-Encoding", "Content-Encoding", "Via", "Keep-Alive", "Proxy-Connection"]
        return HeaderNameTable(
            remapped.map { ($0, .remap(GatewayHeaders.remapPrefix + $0)) } + dropped.map { ($0, .drop) }
        )
    }()
}
