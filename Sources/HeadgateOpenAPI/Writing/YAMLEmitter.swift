import Headgate

/// Writes nodes as YAML that a person would have written: block style, short lists in one line,
/// templates as blocks behind `|`, quotes only where they are needed.
struct YAMLEmitter {
    /// The text is read with `${NAME}` replaced from the environment, so that those which are meant
    /// literally need a second `$`.
    var escapesEnvironment: Bool
    private var out = ""

    private static let widest = 100

    static func text(_ node: ConfigurationNode, escapesEnvironment: Bool = false) -> String {
        var emitter = YAMLEmitter(escapesEnvironment: escapesEnvironment)
        switch node.value {
        case .mapping(let entries) where !entries.isEmpty: emitter.mapping(entries, indentation: 0)
        case .sequence(let nodes) where !nodes.isEmpty: emitter.sequence(nodes, indentation: 0)
        default: emitter.inline(node, indentation: 0)
        }
        return emitter.out
    }

    /// A list whose dashes stand behind so many blanks.
    static func list(_ nodes: [ConfigurationNode], indentation: Int, escapesEnvironment: Bool) -> String {
        var emitter = YAMLEmitter(escapesEnvironment: escapesEnvironment)
        emitter.sequence(nodes, indentation: indentation)
        return emitter.out
    }

    private init(escapesEnvironment: Bool) {
        self.escapesEnvironment = escapesEnvironment
    }

    // MARK: Blocks

    private mutating func mapping(_ entries: [ConfigurationNode.Entry], indentation: Int) {
        for (index, entry) in entries.enumerated() {
            if index > 0 || !out.hasSuffix("- ") { indent(indentation) }
            out += key(entry.key) + ":"
            let escaped = escapesEnvironment
            if Self.verbatimKeys.contains(entry.key) || Self.isCallers(entry) { escapesEnvironment = false }
            value(entry.value, indentation: indentation)
            escapesEnvironment = escaped
        }
    }

    /// Keys below which the environment is not looked at; their languages have `${…}` of their own.
    private static let verbatimKeys: Set<String> = [
        "requestTemplates", "responseTemplates", "templates", "template", "script",
    ]

    /// The callers of a deployment stage take their secrets from the environment in definitions too.
    private static func isCallers(_ entry: ConfigurationNode.Entry) -> Bool {
        guard entry.key == "callers", case .sequence(let callers) = entry.value.value else { return false }
        return callers.contains { $0["accessKeyId"] != nil }
    }

    private mutating func value(_ node: ConfigurationNode, indentation: Int) {
        switch node.value {
        case .mapping(let entries) where !entries.isEmpty:
            out += "\n"
            mapping(entries, indentation: indentation + 2)
        case .sequence(let nodes) where !nodes.isEmpty:
            if let line = flow(nodes, indentation: indentation) {
                out += " " + line + "\n"
            } else {
                out += "\n"
                sequence(nodes, indentation: indentation + 2)
            }
        default:
            out += " "
            inline(node, indentation: indentation)
        }
    }

    private mutating func sequence(_ nodes: [ConfigurationNode], indentation: Int) {
        for node in nodes {
            indent(indentation)
            out += "- "
            switch node.value {
            case .mapping(let entries) where !entries.isEmpty: mapping(entries, indentation: indentation + 2)
            case .sequence(let inner) where !inner.isEmpty:
                if let line = flow(inner, indentation: indentation) {
                    out += line + "\n"
                } else {
                    out.removeLast()
                    out += "\n"
                    sequence(inner, indentation: indentation + 2)
                }
            default: inline(node, indentation: indentation)
            }
        }
    }

    private mutating func indent(_ count: Int) {
        out += String(repeating: " ", count: count)
    }

    private mutating func inline(_ node: ConfigurationNode, indentation: Int) {
        switch node.value {
        case .null: out += "null\n"
        case .mapping: out += "{}\n"
        case .sequence: out += "[]\n"
        case .scalar(let scalar):
            if scalar.isPlain, YAMLScalar.isLiteral(scalar.text) {
                out += scalar.text + "\n"
            } else if Self.belongsInBlock(scalar.text),
                let block = YAMLScalar.block(scalar.text, indentation: indentation + 2)
            {
                out += block
            } else {
                out += quoted(scalar.text) + "\n"
            }
        }
    }

    /// Several lines, or one that quotes would make hard to read.
    private static func belongsInBlock(_ text: String) -> Bool {
        if text.utf8.contains(0x0A) { return true }
        let hasBothQuotes = text.utf8.contains(0x27) && text.utf8.contains { $0 == 0x22 || $0 == 0x5C }
        return (hasBothQuotes || text.utf8.count > widest) && !YAMLScalar.isSafe(text, inFlow: false)
    }

    /// A list of short texts in one line; nil where it is better written over several.
    private func flow(_ nodes: [ConfigurationNode], indentation: Int) -> String? {
        var pieces: [String] = []
        var width = indentation + 2
        for node in nodes {
            guard case .scalar(let scalar) = node.value, !scalar.text.contains("\n") else { return nil }
            let piece =
                scalar.isPlain && YAMLScalar.isLiteral(scalar.text) ? scalar.text : quoted(scalar.text, inFlow: true)
            width += piece.utf8.count + 2
            guard width < Self.widest else { return nil }
            pieces.append(piece)
        }
        return "[" + pieces.joined(separator: ", ") + "]"
    }

    private func key(_ text: String) -> String {
        YAMLScalar.isSafe(text, inFlow: true) ? text : YAMLScalar.quoted(text)
    }

    private func quoted(_ text: String, inFlow: Bool = false) -> String {
        let text = escapesEnvironment ? YAMLScalar.escapingEnvironment(text) : text
        return YAMLScalar.isSafe(text, inFlow: inFlow) ? text : YAMLScalar.quoted(text)
    }
}

/// How single values are spelled in YAML.
enum YAMLScalar {
    /// `true`, `false` or a number as JSON has it.
    static func isLiteral(_ text: String) -> Bool {
        if text == "true" || text == "false" { return true }
        guard let first = text.utf8.first, first == 0x2D || first >= 0x30 && first <= 0x39 else { return false }
        return text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || [0x2D, 0x2B, 0x2E, 0x45, 0x65].contains($0) }
    }

    /// Whether every reader of YAML takes the bare text for just this text.
    static func isSafe(_ text: String, inFlow: Bool) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        if Set("-?:,[]{}#&*!|>'\"%@` =~".utf8).contains(first) || last == 0x20 || last == 0x3A { return false }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) || text.unicodeScalars.contains(where: isBreak) {
            return false
        }
        if text[...].range(of: ": ") != nil || text[...].range(of: " #") != nil { return false }
        if inFlow, text.utf8.contains(where: { Set(",[]{}".utf8).contains($0) }) { return false }
        return !looksLikeAnotherType(text)
    }

    /// Numbers, dates, truth values and nulls of YAML 1.1 and 1.2.
    private static func looksLikeAnotherType(_ text: String) -> Bool {
        let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", ".nan", ".inf", "<<"]
        let lower = text.lowercased()
        if words.contains(lower) { return true }
        guard let first = text.utf8.first else { return true }
        guard first >= 0x30 && first <= 0x39 || first == 0x2E || first == 0x2B else { return false }
        return lower.utf8.allSatisfy {
            $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66
                || [0x2E, 0x2D, 0x2B, 0x5F, 0x3A, 0x78, 0x6F, 0x74, 0x7A, 0x20].contains($0)
        }
    }

    private static func isBreak(_ scalar: UnicodeScalar) -> Bool {
        [0x85, 0x2028, 0x2029, 0xFEFF].contains(scalar.value) || scalar.value >= 0x80 && scalar.value < 0xA0
    }

    static func quoted(_ text: String) -> String {
        let needsEscapes =
            text.utf8.contains { $0 < 0x20 || $0 == 0x7F } || text.unicodeScalars.contains(where: isBreak)
        if needsEscapes { return "\"" + escaped(text) + "\"" }
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C }) else { return "\"" + text + "\"" }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            case _ where scalar.value < 0x20 || scalar.value >= 0x7F && isBreak(scalar) || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A text behind `|`; nil where that cannot say it.
    static func block(_ text: String, indentation: Int) -> String? {
        guard text.utf8.contains(where: { $0 != 0x0A && $0 != 0x20 }) else { return nil }
        if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 || $0 == 0x7F }) { return nil }
        if text.unicodeScalars.contains(where: isBreak) { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let firstText = lines.first { !$0.isEmpty }
        let needsIndicator =
            firstText?.utf8.first == 0x20 || firstText?.utf8.first == 0x09 || lines.first?.isEmpty ?? false
        var header = "|"
        if needsIndicator { header += "2" }
        if !text.hasSuffix("\n") {
            header += "-"
        } else {
            lines.removeLast()
            if lines.last?.isEmpty ?? true || text.hasSuffix("\n\n") { header += "+" }
        }
        let blanks = String(repeating: " ", count: indentation)
        return header + "\n" + lines.map { $0.isEmpty ? "\n" : blanks + $0 + "\n" }.joined()
    }

    /// `${NAME}` with a second `$`, so that it is not replaced.
    static func escapingEnvironment(_ text: String) -> String {
        guard text.contains("${") else { return text }
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == 0x24, index + 2 < bytes.count, bytes[index + 1] == 0x7B,
                bytes[index + 2] == 0x5F || bytes[index + 2] >= 0x41 && bytes[index + 2] <= 0x5A
            {
                out.append(byte)
            }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
