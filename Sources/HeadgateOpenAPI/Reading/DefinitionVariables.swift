import Headgate

/// Puts values in place of the `${…}` that tools leave in definitions: `${AWS::Region}`, which API
/// Gateway itself replaces, variables that the user gave, and for others a placeholder with a warning.
/// `${stageVariables.x}` stays: it is read at run time.
final class DefinitionVariables {
    let options: DefinitionOptions
    let placeholders: Placeholders
    private let diagnostics: Diagnostics
    private var reported: Set<String> = []

    init(options: DefinitionOptions, diagnostics: Diagnostics) {
        self.options = options
        self.diagnostics = diagnostics
        placeholders = Placeholders(options: options)
    }

    /// What the user gave for a name.
    func given(_ name: String) -> String? { options.variables[name] }

    /// The value of a pseudo parameter, `AWS::Region`.
    func pseudo(_ name: String) -> String? {
        name.hasPrefix("AWS::") ? options.pseudoParameters[String(name.dropFirst(5))] : nil
    }

    /// Says once that a name has no value.
    func report(_ name: String, at location: SourceLocation, placeholder: String) {
        guard reported.insert(name).inserted else { return }
        diagnostics.warning(
            at: location,
            "\(name.quotedForMessage) has no value here; \(placeholder.quotedForMessage) stands in its place",
            suggestion: "give it one with --var \(name)=VALUE",
        )
    }

    func apply(to text: LocatedText?) -> LocatedText? {
        text.map { apply(to: $0) }
    }

    /// - Parameter asURL: a missing value at the start becomes a URL that names it, so that the API can be
    ///   looked at without it.
    func apply(to text: LocatedText, asURL: Bool = false) -> LocatedText {
        guard text.text.contains("${") else { return text }
        let result = Self.replace(in: text.text) { name, before in
            if name.hasPrefix("stageVariables.") { return nil }
            if let value = pseudo(name) ?? given(name) { return value }
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let placeholder =
                asURL && before.isEmpty
                ? Placeholders.url(name)
                : placeholders.value(
                    of: parts[0],
                    attribute: parts.count > 1 ? parts[1] : nil,
                    type: nil,
                    before: before,
                )
            report(name, at: text.location, placeholder: placeholder)
            return placeholder
        }
        return result == text.text ? text : text.replaced(by: result)
    }

    /// Replaces every `${name}`; where `value` gives nil it stays.
    static func replace(in text: String, value: (_ name: String, _ before: String) -> String?) -> String {
        var out = ""
        var rest = text[...]
        while let start = rest.range(of: "${") {
            out += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                return out + rest[start.lowerBound...]
            }
            let name = rest[start.upperBound..<end]
            let trimmed = name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            if name.contains("$") || name.contains("{") || trimmed.isEmpty {
                out += "${"
                rest = rest[start.upperBound...]
                continue
            }
            out += value(String(trimmed), out) ?? String(rest[start.lowerBound...end])
            rest = rest[rest.index(after: end)...]
        }
        return out + rest
    }
}

extension Substring {
    /// The first place of a short text, without Foundation.
    func range(of needle: String) -> Range<Substring.Index>? {
        let bytes = Array(needle.utf8)
        guard let first = bytes.first else { return nil }
        var index = utf8.startIndex
        while let found = utf8[index...].firstIndex(of: first) {
            if utf8[found...].starts(with: bytes) {
                return found..<utf8.index(found, offsetBy: bytes.count)
            }
            index = utf8.index(after: found)
        }
        return nil
    }
}
