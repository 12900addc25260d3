/// The kinds of JSON value (RFC 8259, section 3).
public enum JSONKind: UInt8, Sendable, Hashable, CustomStringConvertible {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case boolean
    /// A number of any size; its spelling is kept.
    case number
    /// A text.
    case string
    /// Elements in order.
    case array
    /// Members, each key once.
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
