import Headgate

/// A link as a file declares it.
struct LinkDeclaration: Sendable {
    let definition: LinkDefinition
    let location: SourceLocation
}

/// A `links:` block: named ways to groups of targets.
enum LinkBlock {
    static let documentation =
        "Named ways to groups of targets that only the gateway reaches: what API Gateway calls VPC links. An integration "
        + "names one by `connectionType: VPC_LINK` and `connectionId`, a stage by `link`. The names hold in all files."

    private static let name = Field(
        required: "name",
        FieldType<String>.scalar(.text(format: "link name"), expectation: "1 to 64 letters, digits, -, _ or .") {
            scalar,
            _ throws(InvalidValue) in
            let isName = scalar.text.utf8.allSatisfy { PercentCoding.isUnreserved($0) && $0 != UInt8(ascii: "~") }
            guard isName, (1...64).contains(scalar.text.utf8.count) else { throw InvalidValue() }
            return scalar.text
        },
        "By which integrations and stages call it.",
    )
    private static let targets = Field(
        required: "targets",
        LinkTargetBlock.listType,
        "Where calls go: `HOST:PORT`, `[ADDRESS]:PORT`, `unix:/PATH`, or any of these as `address` with a `weight`. Every "
            + "address that a name leads to is a target of its own.",
    )
    private static let integrationTargets = Field(
        "integrationTargets",
        FieldType<[String]>.list(of: .string),
        default: [],
        "Load balancers or listeners (ARNs) that integrations name in `integrationTarget`: those go through this link "
            + "whatever their `connectionId` says.",
    )
    private static let stickyHeader = Field(
        optional: "stickyHeader",
        FieldType<String>.headerName,
        "Requests with the same value of this header go to the same target, as long as that is well.",
    )
    private static let refresh = Field(
        "refresh",
        FieldType<Int>.duration(1000...86_400_000),
        default: 30_000,
        shown: "30s",
        "How often names are resolved again; the system's resolver tells no time to live. The last known addresses stay "
            + "while a name cannot be resolved.",
    )
    private static let connectTimeout = Field(
        "connectTimeout",
        FieldType<Int>.duration(10...60_000),
        default: 1000,
        shown: "1s",
        "For connecting to a target, the proxy's part included. The integration's own timeout counts as well.",
    )
    private static let source = Field(
        optional: "source",
        FieldType<String>.scalar(.text(format: "address"), expectation: "an IPv4 or IPv6 address of this machine") {
            scalar,
            _ throws(InvalidValue) in
            guard InternetAddress(scalar.text) != nil else { throw InvalidValue() }
            return scalar.text
        },
        "The address that connections come from, for networks that route or admit by it.",
    )
    private static let interface = Field(
        optional: "interface",
        FieldType<String>.scalar(
            .text(format: "interface"),
            expectation: "the name of a network interface, up to 15 characters",
        ) {
            scalar,
            _ throws(InvalidValue) in
            let isName = scalar.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            guard isName, (1...15).contains(scalar.text.utf8.count) else { throw InvalidValue() }
            return scalar.text
        },
        "The network interface that connections leave by, whatever the routes say: a tunnel's, for one. Linux only.",
    )
    private static let proxy = Field(
        optional: "proxy",
        LinkProxyType.type,
        "The way into a private network: `http://[USER:PASSWORD@]HOST:PORT` for HTTP CONNECT, `socks5://…` for SOCKS 5. "
            + "The proxy resolves the targets' names.",
    )
    private static let tls = Field(
        optional: "tls",
        FieldType.record(LinkTLSBlock.record),
        "TLS to the targets, for integrations whose `uri` says `https`.",
    )
    private static let health = Field(
        optional: "health",
        FieldType.record(HealthBlock.check),
        "Asks every target again and again whether it is well. Without it only the calls themselves tell.",
    )
    private static let ejection = Field(
        "ejection",
        FieldType.record(HealthBlock.ejection),
        default: EjectionSettings(),
        "Takes out targets whose calls fail in a row.",
    )
    private static let slowStart = Field(
        "slowStart",
        FieldType<Int>.duration(0...3_600_000),
        default: 0,
        shown: "0s",
        "How long a target that has come back takes to get its full part of the calls.",
    )

    static let record = Record<LinkDefinition>(
        "links",
        documentation,
        fields: [
            name, targets, integrationTargets, stickyHeader, refresh, connectTimeout, source, interface, proxy, tls,
            health,
            ejection, slowStart,
        ] + PolicyBlock.fields,
    ) { settings in
        let proxy = try settings[proxy]
        let targets = try settings[targets]
        let hasSockets = targets.contains { if case .socket = $0.address { true } else { false } }
        if proxy != nil, hasSockets {
            throw InvalidValue(
                "a Unix socket cannot be reached through a proxy",
                at: settings.location(of: Self.proxy),
            )
        }
        return LinkDefinition(
            name: try settings[name],
            targets: targets,
            integrationTargets: try settings[integrationTargets],
            stickyHeader: try settings[stickyHeader],
            refreshMilliseconds: try settings[refresh],
            connectTimeoutMilliseconds: try settings[connectTimeout],
            route: LinkRoute(source: try settings[source], interface: try settings[interface], proxy: proxy),
            tls: try settings[tls],
            health: try settings[health],
            ejection: try settings[ejection],
            slowStartMilliseconds: try settings[slowStart],
            policy: try PolicyBlock.policy(settings),
        )
    }

    /// The good ones of a list.
    static func links(in node: ConfigurationNode, _ context: DecodingContext) -> [LinkDeclaration] {
        guard case .sequence(let nodes) = node.value else {
            context.diagnostics.error(
                at: node.location,
                "links: found \(node.found)",
                expected: "expected a list of links",
            )
            return []
        }
        return nodes.compactMap { node in
            guard var definition = record.decode(node, context) else { return nil }
            if let tls = definition.tls {
                guard let completed = LinkTLSBlock.completed(tls, node["tls"], context) else { return nil }
                definition.tls = completed
            }
            if let fault = context.services[(any LinkChecker).self]?.fault(in: definition) {
                context.diagnostics.error(
                    at: node["tls"]?.location ?? node.location,
                    "the link cannot be used: \(fault)",
                )
                return nil
            }
            return LinkDeclaration(definition: definition, location: node["name"]?.location ?? node.location)
        }
    }
}
