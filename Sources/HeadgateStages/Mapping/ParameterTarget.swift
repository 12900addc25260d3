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
    public var target: ParameterTarget
    public var source: ParameterSource
    /// Where it was written; nil for one made in Swift.
    public var location: SourceLocation?

    public init(_ target: ParameterTarget, _ source: ParameterSource, location: SourceLocation? = nil) {
        self.target = target
        self.source = source
        self.location = location
    }
}

extension FieldType where Value == [ParameterMapping] {
    /// A mapping of targets to expressions.
    public static func parameterMappings(_ side: ParameterSource.Side) -> FieldType<[ParameterMapping]> {
        FieldType<[MapEntry<ParameterSource>]>.map(
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
        ).map { entries in
            entries.compactMap { entry in
                (try? ParameterTarget(parsing: entry.key, for: side)).map {
                    ParameterMapping($0, entry.value, location: entry.location)
                }
            }
        }
    }
}
