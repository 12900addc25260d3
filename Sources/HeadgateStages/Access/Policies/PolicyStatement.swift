import Headgate
import OrderedJSON

/// One statement of a policy: it matches a request when all its elements do.
struct PolicyStatement: Sendable {
    let isAllow: Bool
    private let actions: PolicyPatterns
    private let resources: PolicyPatterns
    private let principals: PolicyPatterns?
    private let conditions: [PolicyCondition]

    init(_ json: JSONValue, at pointer: String, _ kind: AccessPolicy.Kind, _ arnPrefix: String?) throws(InvalidPolicy) {
        guard case .object(let members) = json else {
            throw InvalidPolicy(pointer, json, expected: "a statement, an object")
        }
        let known = [
            "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
        ]
        for key in members.keys where !known.contains(key) {
            throw InvalidPolicy("\(pointer)/\(key)", key: key, expected: "one of: " + known.joined(separator: ", "))
        }
        switch members["Effect"]?.string {
        case "Allow": isAllow = true
        case "Deny": isAllow = false
        default: throw InvalidPolicy(pointer + "/Effect", members["Effect"] ?? .null, expected: "Allow or Deny")
        }
        actions = try PolicyPatterns("Action", of: members, at: pointer) { $0.lowercased() }
        resources = try PolicyPatterns("Resource", of: members, at: pointer) { Self.expanded($0, arnPrefix) }
        let hasPrincipal = members["Principal"] != nil || members["NotPrincipal"] != nil
        switch kind {
        case .resource:
            principals = try PolicyPatterns("Principal", of: members.flattened(), at: pointer) { Self.principal($0) }
        case .identity:
            if hasPrincipal {
                throw InvalidPolicy(pointer, key: "Principal", expected: "no principal in a caller's own policy")
            }
            principals = nil
        }
        conditions = try PolicyCondition.all(members["Condition"], at: pointer + "/Condition")
    }

    /// `execute-api:/prod/GET/pets` stands for the API's own ARN with what follows the colon.
    private static func expanded(_ resource: String, _ prefix: String?) -> String {
        let short = "execute-api:"
        guard let prefix, resource.hasPrefix(short) else { return resource }
        let rest = resource.dropFirst(short.count)
        return rest.hasPrefix("/") ? prefix + rest : prefix + "/" + rest
    }

    /// An account number alone stands for its root.
    private static func principal(_ text: String) -> String {
        text.utf8.count == 12 && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? "arn:aws:iam::\(text):root" : text
    }

    func matches(_ request: PolicyRequest) -> Bool {
        actions.match(request.action.lowercased()) && resources.match(request.resource) && matchesPrincipal(request)
            && conditions.allSatisfy { $0.holds(request) }
    }

    /// An account's root stands for everybody in the account.
    private func matchesPrincipal(_ request: PolicyRequest) -> Bool {
        guard let principals else { return true }
        guard let caller = request.principal else { return principals.match("*") }
        var names = [caller]
        let parts = caller.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count > 4 { names.append("arn:\(parts[1]):iam::\(parts[4]):root") }
        return principals.isNegated ? names.allSatisfy(principals.match) : names.contains(where: principals.match)
    }
}

extension JSONObject {
    /// `Principal: {"AWS": [...]}` as the list of its names; only those of AWS accounts can call an API.
    fileprivate func flattened() -> JSONObject {
        var members = self
        for key in ["Principal", "NotPrincipal"] {
            guard let principals = self[key]?.object else { continue }
            members[key] = .array(principals.flatMap { $0.value.array ?? [$0.value] })
        }
        return members
    }
}

/// Texts with `*` and `?`, any of which must match, or none where they are negated (`NotAction`).
struct PolicyPatterns: Sendable {
    let isNegated: Bool
    private let patterns: [WildcardPattern]

    init(
        _ key: String,
        of members: JSONObject,
        at pointer: String,
        _ change: (String) -> String,
    ) throws(InvalidPolicy) {
        isNegated = members[key] == nil && members["Not" + key] != nil
        let name = isNegated ? "Not" + key : key
        guard let value = members[name] else {
            throw InvalidPolicy(pointer, members.described, expected: "the key \(key)")
        }
        var patterns: [WildcardPattern] = []
        for item in value.array ?? [value] {
            guard let text = item.string, text.utf8.count <= 2_048 else {
                throw InvalidPolicy("\(pointer)/\(name)", item, expected: "a text or a list of texts")
            }
            patterns.append(WildcardPattern(change(text)))
        }
        self.patterns = patterns
    }

    func match(_ text: String) -> Bool {
        patterns.contains { $0.matches(text) } != isNegated
    }
}

extension JSONObject {
    fileprivate var described: JSONValue { .object(self) }
}
