/// A JSON value that code can build and change. For reading a body, ``JSONDocument`` is much cheaper.
public enum JSONValue: Sendable, Hashable {
    /// The literal `null`, which is not the same as nothing.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number in the spelling that it was given.
    case number(JSONNumber)
    /// A text, without quotes and escapes.
    case string(String)
    /// Elements in order.
    case array([JSONValue])
    /// Members in order, each key once.
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

    /// What the value is, without what is in it.
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
    /// Whether the value is `null`.
    public var isNull: Bool { self == .null }

    /// The value of a boolean; nil for other kinds.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A number with its spelling; nil for other kinds.
    public var number: JSONNumber? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The value of a number that is an integer of 64 bits.
    public var int: Int? { number?.int64.map(Int.init) }

    /// The double nearest to a number.
    public var double: Double? { number?.double }

    /// The text of a string, without quotes and escapes; nil for other kinds.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements of an array; nil for other kinds.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members of an object; nil for other kinds.
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
    /// `null`, for the literal `nil`.
    public init(nilLiteral: ()) {
        self = .null
    }

    /// A boolean, for `true` and `false`.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// A number, spelled in decimal digits.
    public init(integerLiteral value: Int) {
        self = .number(JSONNumber(value))
    }

    /// The number in Java's spelling; null for infinities and NaN.
    public init(floatLiteral value: Double) {
        self = JSONNumber(value).map { .number($0) } ?? .null
    }

    /// A string; also for interpolations.
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    /// An array, for a literal like `[1, "a", nil]`.
    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    /// An object with its members in the literal's order. Of a repeated key the last value counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(JSONObject(members))
    }
}
