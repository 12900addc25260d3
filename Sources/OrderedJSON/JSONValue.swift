/// A JSON value that code can build and change. For reading a body, ``JSONDocument`` is much cheaper.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Copies a value out of a document. Nesting is bounded by ``JSONLimits/largestDepth``.
    public init(_ node: JSONNode) {
        self = node.document.withTape { JSONValue($0, node.position) }
    }

    private init(_ tape: JSONTape, _ position: Int) {
        switch tape.kind(position) {
        case .null: self = .null
        case .boolean: self = .bool(tape.isTrue(position))
        case .number: self = .number(JSONNumber(unchecked: tape.number(position)))
        case .string: self = .string(tape.string(position))
        case .array: self = .array(tape.elements(position).map { JSONValue(tape, $0) })
        case .object:
            self = .object(JSONObject(tape.members(position).lazy.map { (tape.string($0), JSONValue(tape, $1)) }))
        }
    }

    /// Parses a text (RFC 8259).
    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONParseError) {
        self.init(try JSONDocument(text, limits: limits).root)
    }

    /// Parses the bytes of a text (RFC 8259).
    public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONParseError) {
        self.init(try JSONDocument(parsing: bytes, limits: limits).root)
    }

    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

// MARK: Access

extension JSONValue {
    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    public var number: JSONNumber? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The value of a number that is an integer of 64 bits.
    public var int: Int? { number?.int64.map(Int.init) }

    /// The double nearest to a number.
    public var double: Double? { number?.double }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The value of the member `key`; nil if there is none or this is no object. Setting one on a value that is
    /// no object makes it an object; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get {
            if case .object(let members) = self { members[key] } else { nil }
        }
        set {
            var members = object ?? [:]
            if case .object = self { self = .null }
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The element at `index`; nil if there is none or this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

// MARK: Literals

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) {
        self = .null
    }

    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    public init(integerLiteral value: Int) {
        self = .number(JSONNumber(value))
    }

    /// The number in Java's spelling; null for infinities and NaN.
    public init(floatLiteral value: Double) {
        self = JSONNumber(value).map { .number($0) } ?? .null
    }

    public init(stringLiteral value: String) {
        self = .string(value)
    }

    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(JSONObject(members))
    }
}
