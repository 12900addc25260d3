import OrderedJSON

/// A value that a path found or computed.
public enum JSONPathValue: Sendable {
    /// A value of the document, or of a JSON argument.
    case node(JSONNode)
    /// What a function gives that has nothing to say, for example `length()` of a string.
    case null
    /// A Java `Integer`, from `length()` and `size()`.
    case integer(Int)
    /// A Java `Double`, from `min()`, `max()`, `avg()`, `sum()` and `stddev()`.
    case double(Double)
    /// A Java `String`, from `concat()`.
    case string(String)
    /// A list, from `append()`.
    indirect case list(JSONPathList)
    /// A new object with some members of another one, from `['a','b']` at a path's end.
    case object([Member])
    /// A Java `Set` of keys, from `keys()`. It prints as a JSON list, but as text as `[a, b]`.
    case keys([String])

    /// A member of a new object.
    public struct Member: Sendable {
        /// The name, without quotes and escapes.
        public let key: String
        /// What the other object has under this name.
        public let value: JSONPathValue

        /// A member of an object that a path builds; repeated keys are the builder's to avoid.
        public init(key: String, value: JSONPathValue) {
            self.key = key
            self.value = value
        }
    }

    /// Whether this is `null`, found or computed.
    public var isNull: Bool {
        switch self {
        case .null: true
        case .node(let node): node.isNull
        default: false
        }
    }

    /// Appends the value as JSON text. Numbers that a function computed are written as Java prints them.
    public func append(to output: inout [UInt8], style: JSONStyle = .compact) {
        append(to: &output, style: style, level: 0)
    }

    func append(to output: inout [UInt8], style: JSONStyle, level: Int) {
        switch self {
        case .node(let node): JSONWriter.append(node, to: &output, style: style, level: level)
        case .null: output.append(contentsOf: "null".utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .double(let value) where value.isInfinite: output.append(contentsOf: "null".utf8)
        case .double(let value): JavaDouble.append(value, to: &output)
        case .string(let text): JSONWriter.append(string: text, to: &output, escapes: style.escapes)
        case .list(let list): list.append(to: &output, style: style, level: level)
        case .keys(let keys):
            JSONWriter.appendArray(keys, to: &output, style: style, level: level) { key, output in
                JSONWriter.append(string: key, to: &output, escapes: style.escapes)
            }
        case .object(let members):
            JSONWriter.appendObject(
                members.lazy.map { ($0.key, $0.value) },
                to: &output,
                style: style,
                level: level,
            ) { value, output in
                value.append(to: &output, style: style, level: level + 1)
            }
        }
    }

    /// The value as JSON text.
    public func text(style: JSONStyle = .compact) -> String {
        var output: [UInt8] = []
        append(to: &output, style: style)
        return String(decoding: output, as: UTF8.self)
    }
}
