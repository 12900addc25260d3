import Headgate
import OrderedJSON

/// What a scalar of a file means where JSON is written in YAML: the plain `7`, `true` and `null` of
/// JSON's grammar, and text otherwise. YAML's wider words (`yes`, `012`, `.inf`) are text.
enum JSONScalar {
    /// RFC 8259 section 6.
    static func isNumber(_ text: some Sequence<UInt8>) -> Bool {
        JSONNumber(String(decoding: Array(text), as: UTF8.self)) != nil
    }

    static func value(_ scalar: ConfigurationNode.Scalar) -> JSONValue {
        guard scalar.isPlain else { return .string(scalar.text) }
        switch scalar.text {
        case "true": return true
        case "false": return false
        default: return JSONNumber(scalar.text).map(JSONValue.number) ?? .string(scalar.text)
        }
    }
}

extension JSONValue {
    /// The JSON that a node stands for. Nesting is as deep as the reader allowed.
    init(_ node: ConfigurationNode) {
        switch node.value {
        case .null: self = .null
        case .scalar(let scalar): self = JSONScalar.value(scalar)
        case .sequence(let nodes): self = .array(nodes.map { JSONValue($0) })
        case .mapping(let entries): self = .object(JSONObject(entries.map { ($0.key, JSONValue($0.value)) }))
        }
    }
}
