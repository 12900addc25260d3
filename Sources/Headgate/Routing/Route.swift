/// What a pipeline answers to: a method, or `ANY`, and a path of literal segments, `{name}` and, at
/// the end, `{name+}` (API Gateway's resources and methods).
public struct Route: Sendable, Hashable, CustomStringConvertible {
    /// A part of the path between two slashes.
    public enum Segment: Sendable, Hashable {
        /// Text that must be there, in the same letter case.
        case literal(String)
        /// `{name}`: one segment, whatever is in it.
        case parameter(String)
        /// `{name+}`: the rest of the path, at least one segment.
        case greedy(String)
    }

    /// In capitals; `ANY` stands for DELETE, GET, HEAD, OPTIONS, PATCH, POST and PUT.
    public let method: String
    /// In the order of the path; none for `/`.
    public let segments: [Segment]

    /// The methods that `ANY` stands for.
    public static let anyMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

    /// Reads `GET /pets/{id}`.
    public init(parsing text: String) throws(InvalidRoute) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2 else {
            throw InvalidRoute(
                message: "\(text.quotedForMessage) is no route",
                suggestion: "write METHOD /path, e.g. GET /pets/{id}",
            )
        }
        try self.init(method: String(parts[0]), path: String(parts[1]))
    }

    /// A route of a method, in any case, and a path.
    /// - Throws: ``InvalidRoute`` for an unknown method or a path that is none, with what to write instead.
    public init(method: String, path: String) throws(InvalidRoute) {
        let verb = method.uppercased()
        let verbs = Self.anyMethods + ["ANY"]
        guard verbs.contains(verb) else {
            throw InvalidRoute(
                message: "\(method.quotedForMessage) is no method of a route; expected one of: "
                    + verbs.joined(separator: ", "),
                suggestion: Suggestion.didYouMean(verb, among: verbs),
            )
        }
        guard path.first == "/" else {
            throw InvalidRoute(
                message: "the path \(path.quotedForMessage) does not start with /",
                suggestion: "write /\(path)",
            )
        }
        self.method = verb
        var segments: [Segment] = []
        var names: Set<String> = []
        let pieces = path.split(separator: "/", omittingEmptySubsequences: true)
        for (index, piece) in pieces.enumerated() {
            guard piece.first == "{" || piece.contains("{") || piece.contains("}") else {
                segments.append(.literal(String(piece)))
                continue
            }
            guard piece.first == "{", piece.last == "}", piece.count > 2 else {
                throw InvalidRoute(
                    message: "\(String(piece).quotedForMessage) mixes text and braces",
                    suggestion: "a variable is a whole segment: /{name}/",
                )
            }
            var name = piece.dropFirst().dropLast()
            let isGreedy = name.last == "+"
            if isGreedy { name = name.dropLast() }
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
                throw InvalidRoute(
                    message: "\(String(piece).quotedForMessage) holds no valid name",
                    suggestion: "a name has letters, digits and . _ $ -",
                )
            }
            guard names.insert(String(name)).inserted else {
                throw InvalidRoute(message: "the variable {\(name)} stands twice in one path", suggestion: nil)
            }
            if isGreedy {
                guard index == pieces.count - 1 else {
                    throw InvalidRoute(
                        message: "{\(name)+} takes the rest of the path, but something follows it",
                        suggestion: "write {\(name)} or put it last",
                    )
                }
                segments.append(.greedy(String(name)))
            } else {
                segments.append(.parameter(String(name)))
            }
        }
        self.segments = segments
    }

    /// `/pets/{id}`: `$context.resourcePath`.
    public var path: String {
        guard !segments.isEmpty else { return "/" }
        return segments.map { segment in
            switch segment {
            case .literal(let text): "/" + text
            case .parameter(let name): "/{" + name + "}"
            case .greedy(let name): "/{" + name + "+}"
            }
        }.joined()
    }

    /// `GET /pets/{id}`.
    public var description: String { method + " " + path }

    /// Equal for two routes that match the same requests: the names of variables do not count.
    public var collisionKey: String {
        method + " "
            + segments.map { segment in
                switch segment {
                case .literal(let text): "/" + text
                case .parameter: "/{}"
                case .greedy: "/{+}"
                }
            }.joined()
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        PercentCoding.isUnreserved(byte) && byte != UInt8(ascii: "~") || byte == UInt8(ascii: "$")
    }
}

/// A text that is no route, and what to write instead.
public struct InvalidRoute: Error, Sendable {
    /// What is wrong, quoting the text.
    public let message: String
    /// What to write; nil where nothing can be said.
    public let suggestion: String?
}
