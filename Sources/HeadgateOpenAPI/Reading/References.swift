import Headgate

/// Follows `$ref` inside one document.
struct References {
    let root: ConfigurationNode
    let diagnostics: Diagnostics

    private static let longestChain = 32

    /// What a node stands for: itself, or what its `$ref` leads to; nil after a report.
    func resolve(_ node: ConfigurationNode) -> ConfigurationNode? {
        var node = node
        for _ in 0..<Self.longestChain {
            guard let reference = node.entry("$ref"), let text = reference.value.text else { return node }
            guard text.hasPrefix("#/") else {
                diagnostics.error(
                    at: reference.value.location,
                    "the reference \(text.quotedForMessage) leads out of the document",
                    expected: "expected a reference that begins with #/, as API Gateway does",
                )
                return nil
            }
            guard let target = target(of: text) else {
                diagnostics.error(
                    at: reference.value.location,
                    "the reference \(text.quotedForMessage) leads nowhere",
                    suggestion: suggestion(for: text),
                )
                return nil
            }
            node = target
        }
        diagnostics.error(at: node.location, "the reference leads back to itself")
        return nil
    }

    /// RFC 6901, with the percent-encoding of a URI's fragment.
    private func target(of reference: String) -> ConfigurationNode? {
        var node = root
        for piece in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let key = Self.key(String(piece))
            switch node.value {
            case .mapping:
                guard let next = node[key] else { return nil }
                node = next
            case .sequence(let nodes):
                guard let index = Int(key), nodes.indices.contains(index) else { return nil }
                node = nodes[index]
            default:
                return nil
            }
        }
        return node
    }

    private func suggestion(for reference: String) -> String? {
        guard let slash = reference.lastIndex(of: "/"), slash > reference.index(after: reference.startIndex) else {
            return nil
        }
        guard let siblings = target(of: String(reference[..<slash]))?.entries.map(\.key) else { return nil }
        let name = String(reference[reference.index(after: slash)...])
        return Suggestion.nearest(to: name, among: siblings).map { "did you mean \"\(reference[...slash])\($0)\"?" }
    }

    private static func key(_ piece: String) -> String {
        let decoded = piece.contains("%") ? PercentCoding.decode(piece[...]) : piece
        guard decoded.contains("~") else { return decoded }
        var key = ""
        var isEscaped = false
        for character in decoded {
            switch (isEscaped, character) {
            case (true, "1"): key.append("/")
            case (true, "0"): key.append("~")
            case (true, _): key += "~" + String(character)
            case (false, "~"): break
            case (false, _): key.append(character)
            }
            isEscaped = !isEscaped && character == "~"
        }
        return key
    }
}

/// References between models, which every format spells in its own way. Inside of ``RestAPI`` they are
/// `#/definitions/NAME`.
enum SchemaReferences {
    static let canonical = "#/definitions/"
    private static let spellings = ["#/components/schemas/", "#/definitions/", "#/models/"]

    /// The name of the model that a `$ref` leads to; nil for another kind of reference.
    /// - Parameter names: the models there are; a bare name of one of them counts too.
    static func model(_ reference: String, among names: [String] = []) -> String? {
        for spelling in spellings where reference.hasPrefix(spelling) {
            let name = reference.dropFirst(spelling.utf8.count)
            return name.isEmpty || name.contains("/") ? nil : String(name)
        }
        if reference.hasPrefix("https://apigateway.amazonaws.com/restapis/"), let slash = reference.lastIndex(of: "/") {
            return String(reference[reference.index(after: slash)...])
        }
        return names.contains(reference) ? reference : nil
    }

    /// A schema with its references to models begun by `prefix`.
    static func rewritten(_ node: ConfigurationNode, to prefix: String, among names: [String]) -> ConfigurationNode {
        switch node.value {
        case .null, .scalar:
            return node
        case .sequence(let nodes):
            return ConfigurationNode(
                .sequence(nodes.map { rewritten($0, to: prefix, among: names) }),
                at: node.location,
            )
        case .mapping(var entries):
            for index in entries.indices {
                let value = entries[index].value
                if entries[index].key == "$ref", let text = value.located, let name = model(text.text, among: names) {
                    entries[index].value = text.replaced(by: prefix + name).node
                } else {
                    entries[index].value = rewritten(value, to: prefix, among: names)
                }
            }
            return ConfigurationNode(.mapping(entries), at: node.location)
        }
    }
}
