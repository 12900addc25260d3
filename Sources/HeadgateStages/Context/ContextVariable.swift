import Headgate
import OrderedJSON

/// A variable of `$context` as a mapping expression names it: `context.identity.sourceIp`, read once.
public struct ContextVariable: Sendable {
    /// Without `context.`.
    public let name: String

    private enum Kind: Sendable {
        case member(ContextMember)
        case backend(BackendMember)
        case identity(IdentityMember?, path: [String])
        /// Of ``Exchange/contextMembers``: what authorizers, scripts and plugins put there.
        case shared([String])
    }

    private let kind: Kind

    /// - Parameters:
    ///   - name: what stands behind `context.`.
    ///   - expression: the whole, for the message.
    init(parsing name: Substring, expression: String) throws(InvalidMapping) {
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ URIPart.isName($0.filter { $0 != ":" }[...]) }) else {
            throw InvalidMapping(
                "Invalid mapping expression specified: \(expression)",
                expected: "expected names of letters, digits and _ $ - with dots between them",
            )
        }
        self.name = String(name)
        if path.count == 1, let member = ContextMember(rawValue: path[0]) {
            kind = .member(member)
        } else if let member = BackendMember(rawValue: self.name) {
            kind = .backend(member)
        } else if path.count > 1, path[0] == "identity" {
            kind = .identity(path.count == 2 ? IdentityMember(rawValue: path[1]) : nil, path: path)
        } else {
            kind = .shared(path)
        }
    }

    /// The value as text; nil where there is none, or where it is an object that has no text.
    public func text(_ exchange: Exchange) -> String? {
        switch kind {
        case .member(let member): member.text(exchange)
        case .backend(let member): member.text(exchange)
        case .identity(let member, let path): exchange.sharedContextText(path) ?? member?.text(exchange)
        case .shared(let path): exchange.sharedContextText(path)
        }
    }

    /// A name of the gateway's own that is close to this one, if this one is not among them.
    var nearestKnown: String? {
        guard case .shared(let path) = kind else {
            if case .identity(nil, _) = kind { return nearest }
            return nil
        }
        return path.count == 1 || path[0].equalsIgnoringASCIICase("identity") || path[0] == "indentity" ? nearest : nil
    }

    private var nearest: String? {
        let known = ContextMember.allCases.map(\.rawValue) + IdentityMember.allCases.map { "identity." + $0.rawValue }
        return Suggestion.nearest(to: name, among: known)
    }
}

extension Exchange {
    /// The value at a path of members in ``contextMembers``.
    func sharedContextValue(_ path: [String]) -> JSONValue? {
        guard let first = path.first else { return nil }
        var value: JSONValue?
        for member in contextMembers where member.name == first { value = member.value }
        for name in path.dropFirst() {
            guard let current = value else { return nil }
            value = current[name]
        }
        return value
    }

    fileprivate func sharedContextText(_ path: [String]) -> String? {
        guard !contextMembers.isEmpty else { return nil }
        switch sharedContextValue(path) {
        case .string(let text): return text
        case .number(let number): return number.spelling
        case .bool(let value): return value ? "true" : "false"
        case .null, .object, .array, nil: return nil
        }
    }
}
