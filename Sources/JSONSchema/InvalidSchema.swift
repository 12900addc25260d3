/// A text that is no draft 4 schema: everything that is wrong with it.
public struct InvalidSchema: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one, in the order of the schema.
    public let mistakes: [SchemaMistake]

    /// One line a mistake.
    public var description: String {
        mistakes.map(\.description).joined(separator: "\n")
    }
}

/// One thing that is wrong with a schema.
public struct SchemaMistake: Sendable, Hashable, CustomStringConvertible {
    /// The JSON Pointer (RFC 6901) of the value in question; empty for the whole document.
    public let pointer: String
    /// The address of the document, if it is not the one that was compiled but one that it refers to.
    public let document: String?
    /// The keyword that the value belongs to; nil for what stands in a schema's place.
    public let keyword: String?
    /// What stands there, in words: `the text "strin"`.
    public let found: String
    /// What should: `one of: array, boolean, …`.
    public let expected: String

    /// `/properties/age/type: type has the text "strin", expected one of: array, …`.
    public var description: String {
        let place = (document ?? "") + (pointer.isEmpty ? "the schema" : pointer)
        return "\(place): \(message)"
    }

    /// The same without the place.
    public var message: String {
        (keyword.map { "\($0) has " } ?? "found ") + "\(found), expected \(expected)"
    }
}
