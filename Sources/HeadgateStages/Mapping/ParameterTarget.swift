import Headgate

/// What a parameter mapping sets.
public enum ParameterTarget: Sendable, Hashable {
    /// `integration.request.path.NAME`: the `{NAME}` of the backend's URI.
    case path(String)
    /// `integration.request.querystring.NAME`.
    case query(String)
    /// `integration.request.header.NAME`, on the response's side `method.response.header.NAME`.
    case header(String)

    /// Parses a target of one side; the short forms `path.NAME`, `querystring.NAME` and `header.NAME` will do.
    public init(parsing text: String, for side: ParameterSource.Side) throws(InvalidMapping) {
        let long = side == .request ? "integration.request." : "method.response."
        let short = text.hasPrefix(long) ? text.dropFirst(long.count) : text[...]
        let kinds = side == .request ? ["path", "querystring", "header"] : ["header"]
        let pieces = short.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2, kinds.contains(String(pieces[0])) else {
            throw InvalidMapping(
                "Invalid mapping expression parameter specified: \(text)",
                expected: "expected one of: " + kinds.map { long + $0 + ".NAME" }.joined(separator: ", "),
                suggestion: pieces.count == 2
                    ? Suggestion.nearest(to: String(pieces[0]), among: kinds)
                        .map { "did you mean \"\($0).\(pieces[1])\"?" }
                    : nil,
            )
        }
        let name = String(pieces[1])
        guard URIPart.isName(pieces[1]) else {
            throw InvalidMapping(
                "Invalid mapping expression parameter specified: \(text)",
                expected: "expected a name of letters, digits and . _ $ - after \(pieces[0])",
            )
        }
        switch pieces[0] {
        case "path": self = .path(name)
        case "querystring": self = .query(name)
        default: self = .header(name)
        }
    }

    /// As API Gateway writes it.
    public func text(_ side: ParameterSource.Side) -> String {
        let prefix = side == .request ? "integration.request." : "method.response."
        switch self {
        case .path(let name): return prefix + "path." + name
        case .query(let name): return prefix + "querystring." + name
        case .header(let name): return prefix + "header." + name
        }
    }
}

/// One parameter mapping.
public struct ParameterMapping: Sendable {
    /// What is set.
    public var target: ParameterTarget
    /// What it is set to.
    public var source: ParameterSource
    /// Where it was written; nil for one made in Swift.
    public var location: SourceLocation?

    /// A mapping; several for one target are applied in their order.
    public init(_ target: ParameterTarget, _ source: ParameterSource, location: SourceLocation? = nil) {
        self.target = target
        self.source = source
        self.location = location
    }
}

extension FieldType where Value == [ParameterMapping] {
    /// A mapping of targets to expressions. Headers that never reach the other side get a warning.
    public static func parameterMappings(_ side: ParameterSource.Side) -> FieldType<[ParameterMapping]> {
        let map = FieldType<[MapEntry<ParameterSource>]>.map(
            keys: side == .request ? "path.NAME, querystring.NAME or header.NAME" : "header.NAME",
            of: .mappingExpression(side),
            checkKey: { key in
                do throws(InvalidMapping) {
                    _ = try ParameterTarget(parsing: key, for: side)
                    return nil
                } catch {
                    return error.asInvalidValue
                }
            },
        )
        return FieldType(map.shape, expectation: map.expectation) { node, context in
            map.decode(node, context)?.compactMap { entry in
                guard let target = try? ParameterTarget(parsing: entry.key, for: side) else { return nil }
                if case .header(let name) = target, let warning = warning(forHeader: name, side) {
                    context.diagnostics.warning(at: entry.location, warning)
                }
                return ParameterMapping(target, entry.value, location: entry.location)
            }
        }
    }

    private static func warning(forHeader name: String, _ side: ParameterSource.Side) -> String? {
        switch side {
        case .request:
            switch BackendKind.http.rule(forMapped: name) {
            case .refuse: "the gateway sets \(name) itself: with this mapping every request is answered with 500"
            case .drop: "\(name) belongs to the connection and never reaches an HTTP backend"
            case .send: nil
            }
        case .response:
            ResponseHeaderRule(mapped: name) == .drop
                ? "\(name) belongs to the connection and never reaches the client" : nil
        }
    }
}
