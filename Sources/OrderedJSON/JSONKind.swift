/// The kinds of JSON value (RFC 8259, section 3).
public enum JSONKind: UInt8, Sendable, Hashable, CustomStringConvertible {
    case null
    case boolean
    case number
    case string
    case array
    case object

    /// The kind as an error message names it: `null`, `boolean`, `number`, `string`, `array`, `object`.
    public var description: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
