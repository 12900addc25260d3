import Headgate

extension ConfigurationNode {
    /// The node in one line, in flow style; quoted texts in quotes.
    var flow: String {
        switch value {
        case .null: "null"
        case .scalar(let scalar): scalar.isPlain ? scalar.text : scalar.text.quotedForMessage
        case .sequence(let nodes): "[" + nodes.map(\.flow).joined(separator: ", ") + "]"
        case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.value.flow)" }.joined(separator: ", ") + "}"
        }
    }

    /// `line:column` of every scalar, null, list and mapping, in the order of the text.
    var places: [String] {
        let own = "\(location.line):\(location.column ?? 0)"
        switch value {
        case .null, .scalar: return [own]
        case .sequence(let nodes): return [own] + nodes.flatMap(\.places)
        case .mapping(let entries):
            return [own]
                + entries.flatMap { ["\($0.keyLocation.line):\($0.keyLocation.column ?? 0)"] + $0.value.places }
        }
    }

    var scalar: Scalar? {
        if case .scalar(let scalar) = value { scalar } else { nil }
    }
}

extension Diagnostic {
    /// `line:column message`.
    var short: String { "\(location.line):\(location.column ?? 0) \(message)" }
}
