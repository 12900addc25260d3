import Headgate
import OrderedJSON

/// One key under an operator in a statement's `Condition`.
struct PolicyCondition: Sendable {
    private enum Quantifier: Sendable { case one, any, all }

    private let test: PolicyOperator
    private let isNegated: Bool
    private let ifExists: Bool
    private let quantifier: Quantifier
    /// In lower case.
    private let key: String
    private let values: [String]

    /// `{"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}`: operators, keys and values; all must hold.
    static func all(_ json: JSONValue?, at pointer: String) throws(InvalidPolicy) -> [PolicyCondition] {
        guard let json else { return [] }
        guard let operators = json.object else {
            throw InvalidPolicy(pointer, json, expected: "an object of operators")
        }
        var conditions: [PolicyCondition] = []
        for (name, keys) in operators {
            let place = "\(pointer)/\(name)"
            guard let keys = keys.object else {
                throw InvalidPolicy(place, keys, expected: "an object of condition keys")
            }
            for (key, values) in keys {
                conditions.append(try PolicyCondition(name, key, values, at: place))
            }
        }
        return conditions
    }

    private init(_ name: String, _ key: String, _ json: JSONValue, at pointer: String) throws(InvalidPolicy) {
        var word = name[...]
        if word.hasPrefix("ForAnyValue:") {
            quantifier = .any
            word = word.dropFirst("ForAnyValue:".count)
        } else if word.hasPrefix("ForAllValues:") {
            quantifier = .all
            word = word.dropFirst("ForAllValues:".count)
        } else {
            quantifier = .one
        }
        ifExists = word.hasSuffix("IfExists")
        if ifExists { word = word.dropLast("IfExists".count) }
        guard let (test, isNegated) = PolicyOperator.named(String(word)) else {
            let near =
                Suggestion.nearest(to: String(word), among: PolicyOperator.names).map { "; did you mean \($0)?" } ?? ""
            throw InvalidPolicy(
                pointer,
                key: name,
                expected: "a condition operator such as StringEquals or IpAddress\(near)",
            )
        }
        self.test = test
        self.isNegated = isNegated
        self.key = key.lowercased()
        var values: [String] = []
        for item in json.array ?? [json] {
            guard let text = item.string ?? item.number?.spelling ?? item.bool.map({ $0 ? "true" : "false" }),
                test.takes(text)
            else { throw InvalidPolicy("\(pointer)/\(key)", item, expected: test.expectation) }
            values.append(text)
        }
        self.values = values
    }

    /// A negated operator holds where none of the values matches, and so where the request has no such key.
    func holds(_ request: PolicyRequest) -> Bool {
        let given = request.context[key] ?? []
        if test == .null { return values.contains { ($0 == "true") == given.isEmpty } }
        if given.isEmpty {
            switch quantifier {
            case .all: return true
            case .any: return false
            case .one: return ifExists || isNegated
            }
        }
        func fits(_ value: String) -> Bool { values.contains { test.matches(value, $0) } != isNegated }
        return quantifier == .all || (quantifier == .one && isNegated)
            ? given.allSatisfy(fits) : given.contains(where: fits)
    }
}
