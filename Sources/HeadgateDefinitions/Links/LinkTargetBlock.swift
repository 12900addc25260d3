import Headgate

/// The targets of a link: `HOST:PORT`, `unix:/PATH`, or a mapping with a weight.
enum LinkTargetBlock {
    private static let address = Field(
        required: "address",
        FieldType<LinkTargetDefinition.Address>.scalar(
            .text(format: "target"),
            expectation: "HOST:PORT, [ADDRESS]:PORT or unix:/PATH",
        ) { scalar, _ throws(InvalidValue) in
            try parse(scalar.text)
        },
        "`HOST:PORT`, `[ADDRESS]:PORT` or `unix:/PATH`.",
    )
    private static let weight = Field(
        "weight",
        FieldType<Int>.integer(1...1000),
        default: 1,
        shown: "1",
        "Its part of the calls beside the others'.",
    )

    private static let record = Record<LinkTargetDefinition>(
        "targets",
        "One target.",
        fields: [address, weight],
        shorthand: "address",
    ) { settings in
        LinkTargetDefinition(try settings[address], weight: try settings[weight])
    }

    static let listType: FieldType<[LinkTargetDefinition]> = {
        let list = FieldType<[LinkTargetDefinition]>.list(of: .record(record))
        return FieldType(list.shape, expectation: "a list of targets") { node, context in
            guard let targets = list.decode(node, context) else { return nil }
            guard targets.isEmpty else { return targets }
            context.diagnostics.error(
                at: node.location,
                "the list of targets is empty",
                expected: "expected HOST:PORT",
            )
            return nil
        }
    }()

    private static func parse(_ text: String) throws(InvalidValue) -> LinkTargetDefinition.Address {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/") else {
                throw InvalidValue(suggestion: "write the whole path: unix:/run/app.sock")
            }
            // sun_path of Linux, with the zero at its end.
            guard path.utf8.count <= 107 else { throw InvalidValue("the socket's path is longer than 107 bytes") }
            return .socket(path)
        }
        if text.contains("://") {
            throw InvalidValue(suggestion: "leave out the scheme and the path: the integration's uri says them")
        }
        guard let url = try? BackendURL(parsing: "http://" + text), url.path == "/", url.rawQuery == nil,
            !text.hasSuffix("/")
        else {
            throw InvalidValue()
        }
        guard hasPort(text) else { throw InvalidValue(suggestion: "add the port: \(text):80") }
        return .host(url.endpoint.host, port: url.endpoint.port)
    }

    private static func hasPort(_ text: String) -> Bool {
        let behind = text.utf8.lastIndex(of: UInt8(ascii: "]")).map { text.utf8[$0...] } ?? text.utf8[...]
        return behind.contains(UInt8(ascii: ":"))
    }
}

/// `http://HOST:PORT` or `socks5://HOST:PORT`, with name and password in front where the proxy wants them.
enum LinkProxyType {
    static let type = FieldType<LinkRoute.Proxy>.scalar(
        .text(format: "proxy"),
        expectation: "http://HOST:PORT or socks5://HOST:PORT",
    ) { scalar, _ throws(InvalidValue) in
        // What stands here may be a password: it is never repeated.
        let refused = InvalidValue("proxy: this is no address of a proxy")
        for (scheme, isSOCKS) in [("http://", false), ("socks5://", true)] where scalar.text.hasPrefix(scheme) {
            var rest = scalar.text.dropFirst(scheme.count)
            var user: String?
            var password: String?
            if let at = rest.lastIndex(of: "@") {
                let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let first = PercentCoding.decode(parts[0])
                user = first
                password = parts.count > 1 ? PercentCoding.decode(parts[1]) : ""
                guard (1...255).contains(first.utf8.count), (password ?? "").utf8.count <= 255 else { throw refused }
                rest = rest[rest.index(after: at)...]
            }
            guard let url = try? BackendURL(parsing: "http://" + rest), url.path == "/", url.rawQuery == nil else {
                throw refused
            }
            let address = LinkRoute.ProxyAddress(
                host: url.endpoint.host,
                port: hasPort(rest) ? url.endpoint.port : isSOCKS ? 1080 : 3128,
                user: user,
                password: password,
            )
            return isSOCKS ? .socks5(address) : .connect(address)
        }
        throw refused
    }

    private static func hasPort(_ authority: Substring) -> Bool {
        let behind = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority
        return behind.contains(":")
    }
}
