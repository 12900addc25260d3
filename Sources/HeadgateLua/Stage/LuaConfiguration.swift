import Headgate
import OrderedJSON

/// The `config:` of a stage as JSON, in which form every lane reads it.
enum LuaConfiguration {
    private static let deepest = 100

    static func json(_ node: ConfigurationNode) throws(InvalidValue) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.append(try value(node, depth: 0), to: &bytes)
        return bytes
    }

    static func value(_ node: ConfigurationNode, depth: Int = 0) throws(InvalidValue) -> JSONValue {
        guard depth < deepest else {
            throw InvalidValue("config nests deeper than \(deepest) levels", at: node.location)
        }
        switch node.value {
        case .null:
            return .null
        case .scalar(let scalar):
            return scalar.isPlain ? plain(scalar.text) : .string(scalar.text)
        case .sequence(let nodes):
            var values: [JSONValue] = []
            for node in nodes { values.append(try value(node, depth: depth + 1)) }
            return .array(values)
        case .mapping(let entries):
            var members: [(String, JSONValue)] = []
            for entry in entries { members.append((entry.key, try value(entry.value, depth: depth + 1))) }
            return .object(JSONObject(members))
        }
    }

    /// What a plain scalar means: a truth value, a JSON number, or text. (YAML 1.2's core schema, without its
    /// hexadecimal and octal numbers, infinities and NaN.)
    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "true": .bool(true)
        case "false": .bool(false)
        case "null", "~", "": .null
        default: JSONNumber(text).map { .number($0) } ?? .string(text)
        }
    }
}
