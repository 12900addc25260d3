import Headgate
import JavaRegex

/// One entry of a selection: a pattern, and the status of the response that it selects.
public struct SelectionRule: Sendable {
    /// A Java regular expression that must match the whole text; nil for the default.
    public let pattern: Pattern?
    /// The status of the method response, 100…599.
    public let status: Int
    /// Where it was written.
    public let location: SourceLocation?

    /// A rule; without a pattern it takes what no other rule matches.
    public init(pattern: Pattern?, status: Int, location: SourceLocation? = nil) {
        self.pattern = pattern
        self.status = status
        self.location = location
    }

    private static let patternField = Field(
        optional: "pattern",
        FieldType.selectionPattern,
        "A Java regular expression that must match the whole text, such as `4\\d{2}`. Without it the entry is for "
            + "everything that no pattern matches.",
    )
    private static let statusField = Field(
        required: "status",
        FieldType.status,
        "The status of the response that the client gets.",
    )

    static let record = Record<SelectionRule>(
        "select",
        "A pattern and the response that it selects.",
        fields: [patternField, statusField],
    ) { settings in
        SelectionRule(
            pattern: try settings[patternField].flatMap { $0.source.isEmpty ? nil : $0 },
            status: try settings[statusField],
            location: settings.location(of: patternField) ?? settings.location,
        )
    }
}

extension FieldType where Value == Pattern {
    /// `selectionPattern`: Java syntax.
    public static let selectionPattern = FieldType<Pattern>.scalar(
        .text(format: "regular expression (Java)"),
        expectation: "a regular expression such as 4\\d{2}",
    ) { scalar, _ throws(InvalidValue) in
        do throws(PatternError) {
            return try Pattern(scalar.text)
        } catch {
            throw InvalidValue(
                "the pattern \(scalar.text.quotedForMessage) cannot be read: \(error.message)",
                suggestion: error.suggestion,
                at: scalar.location(ofByte: error.offset),
            )
        }
    }
}

extension ConfigurationNode.Scalar {
    /// The place of a byte of the text.
    func location(ofByte offset: Int) -> SourceLocation {
        let before = text.utf8.prefix(max(0, offset))
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { text.utf8.index(after: $0) } ?? text.startIndex
        let column = text[lineStart..<before.endIndex].unicodeScalars.count + 1
        return location(line: line, column: column)
    }
}
