import JavaRegex
import OrderedJSON

/// A value as filters compare it.
enum FilterValue: Sendable {
    /// A path found nothing; equal to nothing, itself included.
    case undefined
    case null
    case boolean(Bool)
    case number(FilterNumber)
    case string(FilterText)
    /// A list or an object.
    case json(FilterJSON)
    case pattern(Pattern)
    /// A text in a list that is itself a path; Jayway holds it for one, equal to nothing.
    case pathText

    /// Whether two values are of one kind, which `===` wants.
    func isKind(of other: FilterValue) -> Bool {
        switch (self, other) {
        case (.undefined, .undefined), (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string),
            (.json, .json), (.pattern, .pattern), (.pathText, .pathText):
            true
        default: false
        }
    }
}

/// A text: bytes of its own, or a string of the document.
enum FilterText: Sendable {
    case bytes([UInt8])
    case node(Int)
}

/// A list or an object: found by a path, or written in the filter.
enum FilterJSON: Sendable {
    case found(Model)
    case literal(JSONLiteral)
}

/// A JSON literal in a filter, parsed permissively.
final class JSONLiteral: Sendable {
    let text: [UInt8]
    /// Nil if the text is no JSON, which fails only when the literal is used.
    let document: JSONDocument?

    init(_ text: [UInt8]) {
        self.text = text
        document = try? JSONDocument(permissive: text)
    }
}

/// A value on its way through a path: a position in the document, or something that is not in it.
enum Model: Sendable {
    case node(Int)
    case value(JSONPathValue)
}
