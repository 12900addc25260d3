import Headgate
import OrderedJSON

extension ConfigurationNode {
    var entries: [Entry] {
        if case .mapping(let entries) = value { entries } else { [] }
    }

    var elements: [ConfigurationNode] {
        if case .sequence(let nodes) = value { nodes } else { [] }
    }

    var text: String? {
        if case .scalar(let scalar) = value { scalar.text } else { nil }
    }

    var isNull: Bool {
        if case .null = value { true } else { false }
    }

    var isMapping: Bool {
        if case .mapping = value { true } else { false }
    }

    var located: LocatedText? {
        if case .scalar(let scalar) = value { LocatedText(scalar, at: location) } else { nil }
    }

    func entry(_ key: String) -> Entry? {
        entries.last { $0.key == key }
    }

    /// The mapping without some of its keys.
    func without(_ keys: Set<String>) -> ConfigurationNode {
        ConfigurationNode(.mapping(entries.filter { !keys.contains($0.key) }), at: location)
    }
}

/// Reads the members of a definition and reports what does not fit, with the place.
struct MemberReader {
    let diagnostics: Diagnostics

    /// The text of a scalar; nil, after a report, for a list or a mapping; nil for nothing.
    func text(_ node: ConfigurationNode?, _ name: String) -> LocatedText? {
        guard let node, !node.isNull else { return nil }
        if let text = node.located { return text }
        diagnostics.error(at: node.location, "\(name) is \(node.found)", expected: "expected a text")
        return nil
    }

    /// `true` or `false`, also in quotes and in capitals, as definitions have them.
    func boolean(_ node: ConfigurationNode?, _ name: String) -> Bool? {
        guard let node, !node.isNull else { return nil }
        switch node.text?.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            diagnostics.error(at: node.location, "\(name) is \(node.found)", expected: "expected true or false")
            return nil
        }
    }

    /// A whole number, also in quotes or with `.0` behind it.
    func integer(_ node: ConfigurationNode?, _ name: String) -> Int? {
        guard let node, !node.isNull else { return nil }
        if let text = node.text {
            if let number = Int(text) { return number }
            if let double = Double(text), let number = Int(exactly: double) { return number }
        }
        diagnostics.error(at: node.location, "\(name) is \(node.found)", expected: "expected a whole number")
        return nil
    }

    func number(_ node: ConfigurationNode?, _ name: String) -> Double? {
        guard let node, !node.isNull else { return nil }
        if let text = node.text, let number = Double(text), number.isFinite { return number }
        diagnostics.error(at: node.location, "\(name) is \(node.found)", expected: "expected a number")
        return nil
    }

    /// The entries of a mapping; none, after a report, for anything else.
    func mapping(_ node: ConfigurationNode?, _ name: String) -> [ConfigurationNode.Entry] {
        guard let node, !node.isNull else { return [] }
        if node.isMapping { return node.entries }
        diagnostics.error(at: node.location, "\(name) is \(node.found)", expected: "expected a mapping")
        return []
    }

    /// The elements of a list; a single text counts as a list of one.
    func list(_ node: ConfigurationNode?, _ name: String) -> [ConfigurationNode] {
        guard let node, !node.isNull else { return [] }
        switch node.value {
        case .sequence(let nodes): return nodes
        case .scalar: return [node]
        default:
            diagnostics.error(at: node.location, "\(name) is \(node.found)", expected: "expected a list")
            return []
        }
    }

    func texts(_ node: ConfigurationNode?, _ name: String) -> [LocatedText] {
        list(node, name).compactMap { text($0, name) }
    }

    /// One of the words of an enumeration, compared without case.
    func word<Word>(_ node: ConfigurationNode?, _ name: String, of type: Word.Type) -> Word?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        guard let text = text(node, name) else { return nil }
        if let word = Word.allCases.first(where: { $0.rawValue.equalsIgnoringASCIICase(text.text) }) { return word }
        let words = Word.allCases.map(\.rawValue)
        diagnostics.error(
            at: text.location,
            "Value '\(text.text)' at '\(name)' failed to satisfy constraint: Member must satisfy enum value set: "
                + "[\(words.joined(separator: ", "))]",
            suggestion: Suggestion.didYouMean(text.text, among: words),
        )
        return nil
    }

    /// A status, `200` or `"200"`: `[1-5]\d\d`.
    func status(_ node: ConfigurationNode?, _ name: String) -> Int? {
        guard let text = text(node, name) else { return nil }
        if text.text.utf8.count == 3, let status = Int(text.text), (100...599).contains(status) { return status }
        diagnostics.error(
            at: text.location,
            "Value '\(text.text)' at '\(name)' failed to satisfy constraint: Member must satisfy regular expression "
                + "pattern: [1-5]\\d\\d",
        )
        return nil
    }

    /// Says which keys of a mapping mean nothing.
    func warnOfUnknown(_ node: ConfigurationNode?, known: Set<String>, in name: String) {
        for entry in node?.entries ?? [] where !known.contains(entry.key) && !entry.key.hasPrefix("x-") {
            diagnostics.warning(
                at: entry.keyLocation,
                "\(entry.key.quotedForMessage) means nothing in \(name)",
                suggestion: Suggestion.didYouMean(entry.key, among: known.sorted()),
            )
        }
    }
}

extension ConfigurationNode {
    /// The nodes of a JSON text that stands inside of another document; nil after a report. All have the
    /// place of the text.
    init?(json text: LocatedText, _ diagnostics: Diagnostics) {
        do {
            self.init(try JSONValue(parsing: text.text), at: text.location)
        } catch {
            diagnostics.error(at: text.location, "the JSON cannot be read: \(error)")
            return nil
        }
    }

    init(_ json: JSONValue, at location: SourceLocation) {
        func scalar(_ text: String, _ isPlain: Bool) -> Value {
            .scalar(Scalar(text: text, isPlain: isPlain, contentLocation: location))
        }
        switch json {
        case .null: self.init(Value.null, at: location)
        case .bool(let value): self.init(scalar(value ? "true" : "false", true), at: location)
        case .number(let number): self.init(scalar(number.spelling, true), at: location)
        case .string(let text): self.init(scalar(text, false), at: location)
        case .array(let values):
            self.init(.sequence(values.map { ConfigurationNode($0, at: location) }), at: location)
        case .object(let object):
            let entries = zip(object.keys, object.values).map {
                Entry(key: $0, keyLocation: location, value: ConfigurationNode($1, at: location))
            }
            self.init(.mapping(entries), at: location)
        }
    }
}
