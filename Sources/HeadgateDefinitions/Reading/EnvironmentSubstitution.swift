import Headgate

/// Puts environment values into a file's scalars: `${NAME}`, and `${NAME:-default}` for one that is
/// unset or empty. `$${NAME}` keeps `${NAME}`.
///
/// One rule says where: in plain and quoted values, never in blocks (`|`, `>`), and never below the keys
/// of templates and scripts, whose languages use `${…}` themselves. A name has capitals, digits and
/// underscores, so that `${stageVariables.host}` stays what it is.
struct EnvironmentSubstitution {
    let environment: [String: String]
    let diagnostics: Diagnostics

    /// Keys whose values belong to another language.
    static let verbatimKeys: Set<String> = ["requestTemplates", "responseTemplates", "templates", "template", "script"]

    /// The node with its values put in. What is missing is reported and left as it was written.
    func apply(to node: ConfigurationNode) -> ConfigurationNode {
        switch node.value {
        case .null:
            return node
        case .scalar(let scalar):
            // A block's text starts below its header; its lines belong to whatever language it holds.
            guard scalar.contentLocation.line == node.location.line, let changed = apply(to: scalar) else {
                return node
            }
            return ConfigurationNode(.scalar(changed), at: node.location)
        case .sequence(let nodes):
            return ConfigurationNode(.sequence(nodes.map(apply)), at: node.location)
        case .mapping(var entries):
            for index in entries.indices where !Self.isVerbatim(entries[index]) {
                entries[index].value = apply(to: entries[index].value)
            }
            return ConfigurationNode(.mapping(entries), at: node.location)
        }
    }

    /// A `script:` that is a stage with settings holds its script under that key again, and other settings beside it.
    private static func isVerbatim(_ entry: ConfigurationNode.Entry) -> Bool {
        guard verbatimKeys.contains(entry.key) else { return false }
        if entry.key == "script", case .mapping = entry.value.value { return false }
        return true
    }

    /// nil where nothing changes.
    private func apply(to scalar: ConfigurationNode.Scalar) -> ConfigurationNode.Scalar? {
        guard scalar.text.utf8.contains(UInt8(ascii: "$")) else { return nil }
        let text = Array(scalar.text.utf8)
        var out: [UInt8] = []
        var index = 0
        var isChanged = false
        while index < text.count {
            guard text[index] == UInt8(ascii: "$"), let reference = Reference(text, at: index) else {
                out.append(text[index])
                index += 1
                continue
            }
            isChanged = true
            out += Array(value(of: reference, in: scalar, at: index).utf8)
            index = reference.end
        }
        guard isChanged else { return nil }
        var changed = scalar
        changed.text = String(decoding: out, as: UTF8.self)
        return changed
    }

    private func value(of reference: Reference, in scalar: ConfigurationNode.Scalar, at index: Int) -> String {
        if reference.isEscaped { return reference.text }
        if !reference.isClosed {
            diagnostics.error(
                at: place(index, in: scalar),
                "\(reference.text.quotedForMessage) is not closed",
                expected: "expected ${\(reference.name)} or ${\(reference.name):-default}",
            )
            return reference.text
        }
        if let value = environment[reference.name], !value.isEmpty || reference.fallback == nil { return value }
        if let fallback = reference.fallback { return fallback }
        diagnostics.error(
            at: place(index, in: scalar),
            "the environment variable \(reference.name) is not set",
            expected: "expected a value for ${\(reference.name)}",
            suggestion: Suggestion.nearest(to: reference.name, among: environment.keys.sorted()).map {
                "did you mean ${\($0)}?"
            }
                ?? "set it, or write ${\(reference.name):-default}",
        )
        return reference.text
    }

    private func place(_ index: Int, in scalar: ConfigurationNode.Scalar) -> SourceLocation {
        let before = scalar.text.utf8.prefix(index)
        let column = String(decoding: Array(before), as: UTF8.self).unicodeScalars.count + 1
        return scalar.location(line: 1, column: column)
    }

    /// One `${…}` of a text; nil where the `$` starts none.
    private struct Reference {
        var name = ""
        var fallback: String?
        /// As it was written, without the `$` that escapes it.
        var text = ""
        var isEscaped = false
        var isClosed = true
        /// The index behind it.
        var end = 0

        init?(_ bytes: [UInt8], at start: Int) {
            var index = start + 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "$") {
                isEscaped = true
                index += 1
            }
            guard index < bytes.count, bytes[index] == UInt8(ascii: "{") else { return nil }
            index += 1
            let nameStart = index
            while index < bytes.count, Self.isNameByte(bytes[index], first: index == nameStart) { index += 1 }
            guard index > nameStart else { return nil }
            name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
            if index + 1 < bytes.count, bytes[index] == UInt8(ascii: ":"), bytes[index + 1] == UInt8(ascii: "-") {
                let fallbackStart = index + 2
                index = bytes[fallbackStart...].firstIndex(of: UInt8(ascii: "}")) ?? bytes.count
                fallback = String(decoding: bytes[fallbackStart..<index], as: UTF8.self)
            } else if index < bytes.count, bytes[index] != UInt8(ascii: "}") {
                return nil
            }
            isClosed = index < bytes.count
            end = min(index + 1, bytes.count)
            text = String(decoding: bytes[(isEscaped ? start + 1 : start)..<end], as: UTF8.self)
        }

        private static func isNameByte(_ byte: UInt8, first: Bool) -> Bool {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
            default: false
            }
        }
    }
}
