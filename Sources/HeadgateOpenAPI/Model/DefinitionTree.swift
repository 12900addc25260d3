import Headgate
import OrderedJSON

/// A part of a definition that is kept as it was written: schemas, policies, and what only other tools
/// read. Two are equal when they mean the same JSON; the order of keys does not count.
public struct DefinitionTree: Sendable, Equatable {
    /// The tree as it was read, with the places of its parts.
    public var node: ConfigurationNode

    /// Keeps a node and everything in it.
    public init(_ node: ConfigurationNode) {
        self.node = node
    }

    /// A mapping; nil when there is nothing in it.
    init?(entries: [ConfigurationNode.Entry], at location: SourceLocation) {
        guard !entries.isEmpty else { return nil }
        node = ConfigurationNode(.mapping(entries), at: location)
    }

    /// What it means.
    public var json: JSONValue { JSONValue(definition: node) }
    /// The members of a mapping, in their order; none of anything else.
    public var entries: [ConfigurationNode.Entry] { node.entries }

    /// The value of a member, if this is a mapping that has it.
    public subscript(key: String) -> ConfigurationNode? { node[key] }

    /// Equal JSON; places, styles and the order of keys do not count.
    public static func == (left: DefinitionTree, right: DefinitionTree) -> Bool {
        left.json == right.json
    }
}

extension JSONValue {
    /// The JSON that a node stands for: plain scalars that spell a JSON literal are that, others are text.
    /// Nesting is as deep as the reader of the file allowed.
    public init(definition node: ConfigurationNode) {
        switch node.value {
        case .null: self = .null
        case .scalar(let scalar): self = scalar.json
        case .sequence(let nodes): self = .array(nodes.map { JSONValue(definition: $0) })
        case .mapping(let entries):
            self = .object(JSONObject(entries.map { ($0.key, JSONValue(definition: $0.value)) }))
        }
    }
}

extension ConfigurationNode.Scalar {
    var json: JSONValue {
        guard isPlain else { return .string(text) }
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: return JSONNumber(text).map(JSONValue.number) ?? .string(text)
        }
    }
}

extension DefinitionTree {
    /// JSON in one line.
    var compactText: String { JSONWriter.string(json) }
}
