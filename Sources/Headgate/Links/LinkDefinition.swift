/// A named way to a group of targets that only the gateway reaches: an entry of a `links:` block. What API
/// Gateway calls a VPC link is one of these.
///
/// The integration's `uri` goes on saying what is asked: path, `Host` and the server's name for TLS. The
/// link says where that is dialled, over which way, and what becomes of a call that fails.
public struct LinkDefinition: Sendable, Equatable {
    /// By which integrations call it: `connectionId`, or `link` of a stage.
    public var name: String
    /// At least one, in the order of the file.
    public var targets: [LinkTargetDefinition]
    /// Load balancers that an integration may name in `integrationTarget` in place of the link.
    public var integrationTargets: [String]
    /// The header field whose value keeps its target; nil chooses for every request anew.
    public var stickyHeader: String?
    /// How often host names are resolved again, in milliseconds.
    public var refreshMilliseconds: Int
    /// For connecting, TLS and a proxy's handshake included, in milliseconds.
    public var connectTimeoutMilliseconds: Int
    /// From where and through what targets are dialled.
    public var route: LinkRoute
    /// nil takes the gateway's authorities and sends no certificate.
    public var tls: LinkTLSSettings?
    /// nil looks at no target but by the calls that it serves.
    public var health: HealthCheckSettings?
    /// When calls that fail take a target out.
    public var ejection: EjectionSettings
    /// How long a target that has come back takes to get its full part, in milliseconds.
    public var slowStartMilliseconds: Int
    /// Retries, bounds and the circuit breaker of all calls through the link.
    public var policy: CallPolicy

    /// A link; what is left out takes the defaults of the file format.
    public init(
        name: String,
        targets: [LinkTargetDefinition],
        integrationTargets: [String] = [],
        stickyHeader: String? = nil,
        refreshMilliseconds: Int = 30_000,
        connectTimeoutMilliseconds: Int = 1000,
        route: LinkRoute = LinkRoute(),
        tls: LinkTLSSettings? = nil,
        health: HealthCheckSettings? = nil,
        ejection: EjectionSettings = EjectionSettings(),
        slowStartMilliseconds: Int = 0,
        policy: CallPolicy = CallPolicy(),
    ) {
        self.name = name
        self.targets = targets
        self.integrationTargets = integrationTargets
        self.stickyHeader = stickyHeader
        self.refreshMilliseconds = refreshMilliseconds
        self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
        self.route = route
        self.tls = tls
        self.health = health
        self.ejection = ejection
        self.slowStartMilliseconds = slowStartMilliseconds
        self.policy = policy
    }
}

extension LinkDefinition {
    /// What it does, in one line: `10.0.0.7:80, 10.0.0.8:80, through a SOCKS proxy; up to 3 attempts`.
    public var summary: String {
        var text = targets.prefix(4).map { $0.weight == 1 ? $0.description : "\($0.description) ×\($0.weight)" }.joined(
            separator: ", "
        )
        if targets.count > 4 { text += " and \(targets.count - 4) more" }
        if let source = route.source { text += ", from \(source)" }
        if let interface = route.interface { text += ", out of \(interface)" }
        switch route.proxy {
        case .connect(let proxy)?: text += ", through the proxy \(proxy.host):\(proxy.port)"
        case .socks5(let proxy)?: text += ", through the SOCKS proxy \(proxy.host):\(proxy.port)"
        case nil: break
        }
        if let stickyHeader { text += "; sticky by \(stickyHeader)" }
        if let health {
            text +=
                "; health by \(health.path.map { "GET " + $0 } ?? "connecting") every \(health.intervalMilliseconds) ms"
        }
        text += "; " + policy.summary
        if let tls, !tls.verifies { text += "; WITHOUT verifying certificates" }
        return text
    }
}

/// One target as it is written.
public struct LinkTargetDefinition: Sendable, Equatable {
    /// Where a target listens.
    public enum Address: Sendable, Hashable {
        /// A name or an address, IPv6 without brackets.
        case host(String, port: Int)
        /// The path of a Unix socket.
        case socket(String)
        /// Whatever the integration's URI names: the one target of a policy without a link.
        case uri
    }

    /// Where it listens.
    public var address: Address
    /// Its part of the calls beside the others'.
    public var weight: Int

    /// A target, which gets as many calls as any other unless told otherwise.
    public init(_ address: Address, weight: Int = 1) {
        self.address = address
        self.weight = weight
    }

    /// The target of a policy without a link.
    public static let uri = LinkTargetDefinition(.uri)

    /// As it is written.
    public var description: String {
        switch address {
        case .host(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): "unix:\(path)"
        case .uri: "uri"
        }
    }
}

/// How the targets are reached.
public struct LinkRoute: Sendable, Equatable {
    /// The proxy between the gateway and the targets.
    public enum Proxy: Sendable, Equatable {
        /// HTTP CONNECT (RFC 9110 section 9.3.6).
        case connect(ProxyAddress)
        /// SOCKS 5 (RFC 1928, and RFC 1929 for name and password).
        case socks5(ProxyAddress)
    }

    /// Where a proxy listens, and who asks it.
    public struct ProxyAddress: Sendable, Equatable {
        /// Its name or address, IPv6 without brackets.
        public var host: String
        /// 1…65535.
        public var port: Int
        /// Name and password; nil where the proxy asks for none.
        public var user: String?
        /// Sent with ``user``; must not be seen.
        public var password: String?

        /// A proxy that asks for nobody's name unless told otherwise.
        public init(host: String, port: Int, user: String? = nil, password: String? = nil) {
            self.host = host
            self.port = port
            self.user = user
            self.password = password
        }
    }

    /// The address that connections come from.
    public var source: String?
    /// The network interface that connections go out of.
    public var interface: String?
    /// nil dials the targets themselves.
    public var proxy: Proxy?

    /// A way; without arguments the system's own.
    public init(source: String? = nil, interface: String? = nil, proxy: Proxy? = nil) {
        self.source = source
        self.interface = interface
        self.proxy = proxy
    }
}

/// TLS to a link's targets, for integrations whose `uri` says `https`.
public struct LinkTLSSettings: Sendable, Equatable {
    /// A PEM file; only these authorities are trusted then.
    public var authorities: String?
    /// A PEM file with the client's certificate and those between it and its authority.
    public var certificate: String?
    /// A PEM file with the certificate's key.
    public var key: String?
    /// The name that the certificate must have, and that is asked for (SNI); nil takes the URI's host.
    public var serverName: String?
    /// False takes any certificate, from whoever is on the way.
    public var verifies: Bool
    /// Tells other contents of the same files.
    public var fingerprint: Int

    /// Settings of a link that is built in Swift; files are read by the caller.
    public init(
        authorities: String? = nil,
        certificate: String? = nil,
        key: String? = nil,
        serverName: String? = nil,
        verifies: Bool = true,
        fingerprint: Int = 0,
    ) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
        self.verifies = verifies
        self.fingerprint = fingerprint
    }
}
