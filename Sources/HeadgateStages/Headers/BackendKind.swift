import Headgate

/// What kind of backend a request mapping writes for: the kinds of integration, whose header rules differ.
public enum BackendKind: String, Sendable, CaseIterable {
    /// The `type` of an integration in lower case; `http` and `aws` are mapped, the proxies are not.
    case http, httpProxy = "http_proxy", aws, awsProxy = "aws_proxy", mock

    /// What happens to a header field that a mapping or an override sets.
    enum HeaderRule: Sendable {
        case send
        /// Silently left out (recorded).
        case drop
        /// The whole call fails with a 500 (recorded).
        case refuse
    }

    /// The rule for a mapped header field.
    func rule(forMapped name: String) -> HeaderRule {
        if Self.refusedEverywhere.contains(name) { return .refuse }
        switch self {
        case .http, .httpProxy, .mock:
            return ProxyHeaders.droppedWhenMapped.contains(name) ? .drop : .send
        case .aws, .awsProxy:
            if Self.refusedByAWS.contains(name) { return .refuse }
            return name.equalsIgnoringASCIICase("Referer") ? .drop : .send
        }
    }

    /// Whether client headers and the body pass through untouched by the mapping.
    var isProxy: Bool { self == .httpProxy || self == .awsProxy }

    private static let refusedEverywhere = HeaderNameTable(names: [
        "Content-Length", "Transfer-Encoding", GatewayHeaders.trace, GatewayHeaders.apiID,
    ])

    private static let refusedByAWS = HeaderNameTable(names: [
        "Authorization", "Connection", "Expect", "Proxy-Authenticate", "TE",
    ])
}
