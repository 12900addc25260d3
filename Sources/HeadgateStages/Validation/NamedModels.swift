import Headgate
import JSONSchema
import OrderedJSON

/// The models that an API's methods and other models refer to by name: API Gateway's Model resources.
///
/// A service: stages find it in their build's ``StageServices``. `Empty` and `Error` are there always, as in every API
/// of the service.
public struct NamedModels: Sendable {
    private let nodes: [String: ConfigurationNode]
    private let schemas: [String: JSONValue]

    /// No models but `Empty` and `Error`.
    public static let none = NamedModels([])

    /// - Parameter models: name to schema, each as it is written: a mapping, or JSON in a text.
    public init(_ models: [(name: String, schema: ConfigurationNode)]) {
        nodes = Dictionary(models.map { ($0.name, $0.schema) }) { $1 }
        schemas = nodes.compactMapValues { ModelText.json($0) }
    }

    /// These and others, which go before these where a name is the same.
    public func adding(_ models: [(name: String, schema: ConfigurationNode)]) -> NamedModels {
        models.isEmpty ? self : NamedModels(nodes.map { ($0.key, $0.value) } + models)
    }

    var names: [String] { nodes.keys.sorted() + Self.builtIn.keys.filter { nodes[$0] == nil }.sorted() }

    func node(_ name: String) -> ConfigurationNode? { nodes[name] }

    func schema(_ name: String) -> JSONValue? { schemas[name] ?? Self.builtIn[name] }

    private static let builtIn: [String: JSONValue] = [
        "Empty": ["$schema": "http://json-schema.org/draft-04/schema#", "title": "Empty Schema", "type": "object"],
        "Error": [
            "$schema": "http://json-schema.org/draft-04/schema#", "title": "Error Schema", "type": "object",
            "properties": ["message": ["type": "string"]],
        ],
    ]

    /// Whether a text may name a model: letters and digits.
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
    }

    /// The name in a reference to a model: API Gateway's URL, a place among definitions, or the name alone.
    static func name(in reference: String) -> String? {
        if isName(reference) { return reference }
        let isModel =
            ["https://apigateway.amazonaws.com/restapis/", "http://apigateway.amazonaws.com/restapis/"]
            .contains { reference.hasPrefix($0) } && reference.contains("/models/")
            || ["#/definitions/", "#/components/schemas/", "#/models/"].contains { reference.hasPrefix($0) }
        guard isModel, let slash = reference.lastIndex(of: "/") else { return nil }
        return String(reference[reference.index(after: slash)...])
    }
}

/// Schemas as configuration files have them.
enum ModelText {
    private static let deepest = 200

    /// The JSON of a mapping, or of a text that holds JSON; nil for what is neither, or nests too deeply.
    static func json(_ node: ConfigurationNode) -> JSONValue? {
        if case .scalar(let scalar) = node.value { return try? JSONValue(parsing: scalar.text) }
        return value(node, depth: 0)
    }

    private static func value(_ node: ConfigurationNode, depth: Int) -> JSONValue? {
        guard depth < deepest else { return nil }
        switch node.value {
        case .null: return .null
        case .scalar(let scalar): return scalar.isPlain ? plain(scalar.text) : .string(scalar.text)
        case .sequence(let nodes):
            var values: [JSONValue] = []
            for node in nodes {
                guard let value = value(node, depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .array(values)
        case .mapping(let entries):
            var members = JSONObject()
            for entry in entries {
                guard let value = value(entry.value, depth: depth + 1) else { return nil }
                members[entry.key] = value
            }
            return .object(members)
        }
    }

    /// YAML 1.2's core schema, without its hexadecimal and octal numbers, infinities and NaN.
    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "true": .bool(true)
        case "false": .bool(false)
        case "null", "~", "": .null
        default: JSONNumber(text).map { .number($0) } ?? .string(text)
        }
    }

    /// Where the value that a JSON Pointer names is written; of what it stands in where that is a text.
    static func location(of pointer: String, in node: ConfigurationNode) -> SourceLocation {
        var node = node
        for token in pointer.split(separator: "/") {
            let name = String(token).replacing("~1", with: "/").replacing("~0", with: "~")
            switch node.value {
            case .mapping(let entries):
                guard let entry = entries.last(where: { $0.key == name }) else { return node.location }
                node = entry.value
            case .sequence(let nodes):
                guard let index = Int(name), nodes.indices.contains(index) else { return node.location }
                node = nodes[index]
            case .scalar, .null: return node.location
            }
        }
        return node.location
    }
}

extension String {
    /// All occurrences of a text replaced.
    fileprivate func replacing(_ text: String, with other: String) -> String {
        guard let first = text.utf8.first, utf8.contains(first) else { return self }
        var output = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) {
                output += other
                rest = rest.dropFirst(text.count)
            } else if let character = rest.popFirst() {
                output.append(character)
            }
        }
        return output
    }
}
