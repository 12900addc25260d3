import Headgate

/// What a script may do beyond the exchange: nothing unless it is written down.
public struct LuaPermissions: Sendable {
    /// Where `host.http` may send requests.
    var targets: [TargetPattern] = []
    /// Names of secrets that `host.secret` gives, `*` at the end standing for any rest.
    var secrets: [String] = []
    /// Whether `secret:reveal()` gives the text of a secret.
    var revealsSecrets = false
    /// Bytes of `host.cache`; 0 for none.
    var cacheBytes = 0

    /// Nothing is permitted.
    public init() {}

    func allowsSecret(_ name: String) -> Bool {
        secrets.contains { pattern in
            pattern.last == "*" ? name.hasPrefix(pattern.dropLast()) : name == pattern
        }
    }

    /// The pattern that permits a request; nil where none does.
    func target(for request: IntegrationRequest) -> TargetPattern? {
        targets.first { $0.matches(request) }
    }

    /// For `headgate explain`.
    var details: [(name: String, text: String)] {
        var details: [(name: String, text: String)] = []
        if !targets.isEmpty { details.append(("may call", targets.map(\.text).joined(separator: ", "))) }
        if !secrets.isEmpty {
            details.append(
                (revealsSecrets ? "may reveal secrets" : "may use secrets", secrets.joined(separator: ", "))
            )
        }
        if cacheBytes > 0 { details.append(("cache", "\(cacheBytes) bytes")) }
        return details
    }
}

/// Where requests may go: `https://idp.example.com/oauth/*`, `https://*.example.com`.
struct TargetPattern: Sendable {
    let text: String
    private let scheme: Endpoint.Scheme
    /// In lower case, without `*.`.
    private let host: String
    private let isWildcard: Bool
    private let port: Int
    private let path: Path

    private enum Path: Sendable {
        case any
        case exactly(String)
        case below(String)
    }

    init(_ text: String) throws(InvalidValue) {
        self.text = text
        let advice = "expected a target such as https://idp.example.com/oauth/* or https://*.example.com"
        var rest = text[...]
        guard let colon = text.range(of: "://") else {
            throw InvalidValue("\(text.quotedForMessage) is no target", expected: advice)
        }
        rest = text[colon.upperBound...]
        isWildcard = rest.hasPrefix("*.")
        if isWildcard { rest = rest.dropFirst(2) }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard !rest[..<slash].utf8.contains(UInt8(ascii: "*")),
            let base = Self.url(text[..<colon.upperBound] + rest[..<slash])
        else {
            throw InvalidValue(
                "\(text.quotedForMessage) is no target: * may stand as the first part of the host, and at the end of the path",
                expected: advice,
            )
        }
        scheme = base.scheme
        host = base.host.lowercased()
        port = base.port
        let path = rest[slash...].prefix { $0 != "?" && $0 != "#" }
        if path.isEmpty || path == "/*" {
            self.path = .any
        } else if let brace = path.firstIndex(of: "{") {
            // A URL of a plugin's settings, with a place that its script fills in.
            self.path = .below(String(path[..<brace]))
        } else if path.last == "*" {
            self.path = .below(String(path.dropLast()))
        } else {
            self.path = .exactly(String(path))
        }
    }

    private static func url(_ text: Substring) -> Endpoint? {
        try? BackendURL(parsing: String(text)).endpoint
    }

    func matches(_ request: IntegrationRequest) -> Bool {
        guard let endpoint = request.endpoint, endpoint.scheme == scheme, endpoint.port == port else { return false }
        let name = endpoint.host.lowercased()
        guard isWildcard ? name.hasSuffix("." + host) : name == host else { return false }
        switch path {
        case .any: return true
        case .exactly(let path): return request.path == path
        case .below(let prefix): return request.path.hasPrefix(prefix) && !Self.climbs(request.path)
        }
    }

    /// Whether a path has a segment `..`, however it is spelled: the backend might resolve it.
    private static func climbs(_ path: String) -> Bool {
        PercentCoding.decode(path[...]).split { $0 == "/" || $0 == "\\" }.contains("..")
    }

    /// The addresses that the pattern itself names: who writes an address, means it.
    var namedAddresses: [AddressRange] {
        if isWildcard { return [] }
        if host == "localhost" { return ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) } }
        return InternetAddress(host).map { [AddressRange($0)] } ?? []
    }
}

extension String {
    fileprivate func range(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
