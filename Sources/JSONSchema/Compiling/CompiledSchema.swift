import JavaRegex
import OrderedJSON

/// One schema, ready to be applied. Other schemas are named by their number.
struct CompiledSchema: Sendable {
    /// In the order in which they are checked.
    var assertions: [Assertion] = []
    var members = MemberSchemas()
    var elements = ElementSchemas.none
}

/// What the value of a member must fit: all that match its name, or else the additional one.
struct MemberSchemas: Sendable {
    var named: [String: Int] = [:]
    var patterns: [(pattern: Pattern, schema: Int)] = []
    var additional: Int?

    var isEmpty: Bool { named.isEmpty && patterns.isEmpty && additional == nil }
}

/// What elements must fit.
enum ElementSchemas: Sendable {
    case none
    case all(Int)
    case positional([Int], additional: Int?)
}

/// What a keyword demands of the value itself.
enum Assertion: Sendable {
    case additionalItems(most: Int)
    case additionalProperties(named: Set<String>, patterns: [Pattern])
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case dependencies(names: [(property: String, required: [String])], schemas: [(property: String, schema: Int)])
    case enumeration(JSONDocument)
    case maximum(SchemaNumber, isExclusive: Bool)
    case minimum(SchemaNumber, isExclusive: Bool)
    case multipleOf(SchemaNumber)
    case count(CountRule)
    case pattern(Pattern, source: String)
    case required([String])
    case type(TypeSet)
    case uniqueItems
    case format(SchemaFormat)
}

/// A limit to how many elements, members or characters there are.
struct CountRule: Sendable {
    enum Keyword: String, CaseIterable, Sendable {
        case maxItems, maxLength, maxProperties, minItems, minLength, minProperties
    }

    var keyword: Keyword
    var limit: Int
}

/// The seven primitive types of the draft.
struct TypeSet: OptionSet, Sendable {
    let rawValue: UInt8

    /// In the order in which messages list them.
    static let names = ["array", "boolean", "integer", "null", "number", "object", "string"]

    static let integer = named("integer")
    static let number = named("number")

    /// A set of one; empty for a word that is no type.
    static func named(_ name: String) -> TypeSet {
        TypeSet(rawValue: names.firstIndex(of: name).map { 1 << UInt8($0) } ?? 0)
    }

    /// The type of a value. What is written with a fraction or an exponent is no integer.
    static func of(_ kind: JSONKind, isInteger: Bool) -> TypeSet {
        switch kind {
        case .array: TypeSet(rawValue: 1)
        case .boolean: TypeSet(rawValue: 2)
        case .null: TypeSet(rawValue: 8)
        case .number: isInteger ? TypeSet(rawValue: 4) : TypeSet(rawValue: 16)
        case .object: TypeSet(rawValue: 32)
        case .string: TypeSet(rawValue: 64)
        }
    }

    var names: [String] {
        Self.names.enumerated().filter { rawValue & 1 << UInt8($0.offset) != 0 }.map(\.element)
    }
}
