import Headgate

/// A backend's URI without stage variables, taken apart into authority, path and query, so that a value
/// that is filled in can only ever change the component that it stands in.
struct URIPlan: Sendable {
    private enum Authority: Sendable {
        case fixed(Endpoint)
        /// Scheme with `://`, then the parts of the authority.
        case open(scheme: String, [URIPart])
    }

    private let text: String
    private let authority: Authority
    private let path: [URIPart]
    private let query: [URIPart]?
    /// The whole URI when nothing is filled in.
    let fixed: ResolvedURI?

    /// - Parameters:
    ///   - parts: literals and placeholders.
    ///   - text: the whole, for messages.
    init(_ parts: [URIPart], text: String) throws(InvalidURITemplate) {
        let components = try Self.split(parts, text: text)
        let standIn =
            components.scheme + Self.standIn(components.authority, isAuthority: true) + Self.standIn(components.path)
            + (components.query.map { "?" + Self.standIn($0) } ?? "")
        let url: BackendURL
        do {
            url = try BackendURL(parsing: standIn)
        } catch {
            throw InvalidURITemplate("Invalid HTTP endpoint specified for URI: " + error.reason)
        }
        // The one parser of URLs has the last word on where the components begin and end.
        let standInPath = Self.standIn(components.path)
        guard url.path == (standInPath.isEmpty ? "/" : standInPath),
            url.rawQuery == components.query.map({ Self.standIn($0) })
        else {
            throw InvalidURITemplate("Invalid HTTP endpoint specified for URI: its parts cannot be told apart")
        }
        self.text = text
        path = components.path.isEmpty ? [.literal("/")] : components.path
        query = components.query
        let isOpenAuthority = components.authority.contains(where: \.isPlaceholder)
        authority = isOpenAuthority ? .open(scheme: components.scheme, components.authority) : .fixed(url.endpoint)
        if isOpenAuthority || path.contains(where: \.isPlaceholder) || query?.contains(where: \.isPlaceholder) == true {
            fixed = nil
        } else {
            fixed = ResolvedURI(endpoint: url.endpoint, path: url.path, query: Query(parsing: url.rawQuery))
        }
    }

    /// Fills the placeholders in.
    func resolve(_ exchange: Exchange) throws(GatewayFailure) -> ResolvedURI {
        if let fixed { return fixed }
        let values = exchange.integrationRequest.pathParameters
        let endpoint: Endpoint
        switch authority {
        case .fixed(let known): endpoint = known
        case .open(let scheme, let parts): endpoint = try self.endpoint(scheme, parts, values)
        }
        var wirePath: [UInt8] = []
        var inserted: [Range<Int>] = []
        for part in path {
            switch part {
            case .literal(let literal):
                wirePath.append(contentsOf: literal.utf8)
            case .placeholder(let name), .stageVariable(let name):
                let start = wirePath.count
                URIEncoding.append(path: try value(name, values), to: &wirePath)
                inserted.append(start..<wirePath.count)
            }
        }
        if URIEncoding.hasDotSegment(in: wirePath, touching: inserted) {
            throw GatewayFailure(
                .default4XX,
                message: "Invalid path parameter",
                cause: "a value of the backend's path leads out of its place: "
                    + String(decoding: wirePath, as: UTF8.self).quotedForMessage,
                reason: "path-value",
            )
        }
        var wireQuery: [UInt8]?
        if let query {
            var bytes: [UInt8] = []
            for part in query {
                switch part {
                case .literal(let literal): bytes.append(contentsOf: literal.utf8)
                case .placeholder(let name), .stageVariable(let name):
                    URIEncoding.append(query: try value(name, values), to: &bytes)
                }
            }
            wireQuery = bytes
        }
        return ResolvedURI(
            endpoint: endpoint,
            path: String(decoding: wirePath, as: UTF8.self),
            query: Query(parsing: wireQuery.map { String(decoding: $0, as: UTF8.self) }),
        )
    }

    private func value(_ name: String, _ values: [(name: String, value: String)]) throws(GatewayFailure) -> String {
        for candidate in values.reversed() where candidate.name == name { return candidate.value }
        let brace = text.utf8.firstIndex(of: UInt8(ascii: "{")).map {
            text.utf8.distance(from: text.startIndex, to: $0)
        }
        throw .internalError(
            "Execution failed due to configuration error: Illegal character in path at index \(brace ?? 0): \(text): "
                + "nothing maps integration.request.path.\(name)",
            reason: "uri",
        )
    }

    /// A value in the authority is one host label, or the whole host name when nothing else names the
    /// host; behind a colon it is a port.
    private func endpoint(
        _ scheme: String,
        _ parts: [URIPart],
        _ values: [(name: String, value: String)],
    ) throws(GatewayFailure) -> Endpoint {
        var url = scheme
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let literal):
                url += literal
            case .placeholder(let name), .stageVariable(let name):
                let value = try value(name, values)
                let isWholeHost = index == 0 && (parts.count == 1 || parts[1].startsWithColon)
                guard value.utf8.allSatisfy({ Self.isHostByte($0) || (isWholeHost && $0 == UInt8(ascii: ".")) }),
                    (1...253).contains(value.utf8.count)
                else {
                    throw Self.invalidEndpoint(
                        "\(value.quotedForMessage) cannot stand for {\(name)} in the host of \(text)"
                    )
                }
                url += value
            }
        }
        do {
            return try BackendURL(parsing: url).endpoint
        } catch {
            throw Self.invalidEndpoint(error.description)
        }
    }

    static func invalidEndpoint(_ why: String) -> GatewayFailure {
        .internalError("Execution failed due to configuration error: Invalid endpoint address: " + why, reason: "uri")
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        PercentCoding.isUnreserved(byte) && byte != UInt8(ascii: "~") && byte != UInt8(ascii: ".")
    }

    // MARK: Taking apart

    private struct Components {
        var scheme = ""
        var authority: [URIPart] = []
        var path: [URIPart] = []
        var query: [URIPart]?

        mutating func append(_ part: URIPart, _ place: Place) {
            switch place {
            case .authority: authority.append(part)
            case .path: path.append(part)
            case .query: query = (query ?? []) + [part]
            }
        }
    }

    private enum Place { case authority, path, query }

    private static func split(_ parts: [URIPart], text: String) throws(InvalidURITemplate) -> Components {
        var components = Components()
        var rest = parts[...]
        guard case .literal(let first)? = rest.first,
            let scheme = ["http://", "https://"].first(where: first.startsLike)
        else {
            throw InvalidURITemplate(
                "Invalid HTTP endpoint specified for URI: \(text.quotedForMessage)",
                expected: "expected http:// or https://, then host and path",
                suggestion: schemeSuggestion(text),
            )
        }
        components.scheme = String(first.prefix(scheme.count))
        rest = rest.dropFirst()
        if first.count > scheme.count { rest = [.literal(String(first.dropFirst(scheme.count)))] + rest }
        var place = Place.authority
        for part in rest {
            guard case .literal(let literal) = part else {
                components.append(part, place)
                continue
            }
            var remaining = Substring(literal)
            if place == .authority, let end = remaining.firstIndex(where: { $0 == "/" || $0 == "?" }) {
                if end > remaining.startIndex { components.append(.literal(String(remaining[..<end])), place) }
                remaining = remaining[end...]
                place = .path
            }
            if place == .path, let mark = remaining.firstIndex(of: "?") {
                if mark > remaining.startIndex { components.append(.literal(String(remaining[..<mark])), place) }
                remaining = remaining[remaining.index(after: mark)...]
                place = .query
                components.query = []
            }
            if !remaining.isEmpty { components.append(.literal(String(remaining)), place) }
        }
        return components
    }

    private static func schemeSuggestion(_ text: String) -> String? {
        if text.hasPrefix("arn:") { return "an ARN belongs to an integration of type AWS or AWS_PROXY" }
        if text.hasPrefix("${stageVariables.") { return "write the scheme before it: https://\(text)" }
        if !text.contains("://"), !text.isEmpty { return "write http://\(text)" }
        return nil
    }

    /// The parts with something harmless for each value, so that the whole can be checked as a URL.
    private static func standIn(_ parts: [URIPart], isAuthority: Bool = false) -> String {
        var out = ""
        for part in parts {
            if case .literal(let literal) = part {
                out += literal
            } else {
                out += isAuthority && out.contains(":") ? "1" : "x"
            }
        }
        return out
    }
}

extension URIPart {
    fileprivate var isPlaceholder: Bool {
        if case .literal = self { return false }
        return true
    }

    fileprivate var startsWithColon: Bool {
        if case .literal(let text) = self { return text.utf8.first == UInt8(ascii: ":") }
        return false
    }
}

extension String {
    /// Whether the text begins with `prefix`, in any case.
    fileprivate func startsLike(_ prefix: String) -> Bool {
        String(self.prefix(prefix.count)).equalsIgnoringASCIICase(prefix)
    }
}
