/// A template that cannot be parsed, and why.
public struct TemplateSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name that the template was given.
    public var name: String
    /// Line of the template's text, from 1.
    public var line: Int
    /// Column of the line in characters, from 1.
    public var column: Int
    /// What stands there.
    public var found: String
    /// What should stand there.
    public var expected: String
    /// How to write it, if that can be told.
    public var suggestion: String?

    /// The message without the place: `found …, expected …; suggestion`.
    public var message: String {
        "found \(found), expected \(expected)" + (suggestion.map { "; \($0)" } ?? "")
    }

    /// `name:line:column: message`.
    public var description: String { "\(name):\(line):\(column): \(message)" }

    init(_ failure: Parser.Failure, name: String, source: [UInt8], origin: SourceOrigin = .start) {
        self.name = name
        (line, column) = origin.place(of: failure.offset, in: source)
        found = failure.found
        expected = failure.expected
        suggestion = failure.suggestion
    }
}

/// Where a source text begins in the template: strings are templates of their own inside it.
struct SourceOrigin {
    var line: Int
    var column: Int

    static let start = SourceOrigin(line: 1, column: 1)

    /// Line and column of an offset.
    func place(of offset: Int, in source: [UInt8]) -> (line: Int, column: Int) {
        let before = source[..<min(offset, source.count)]
        let lines = before.count { $0 == .newLine }
        let lineStart = before.lastIndex(of: .newLine).map { $0 + 1 } ?? 0
        let characters = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        return (line + lines, lines == 0 ? column + characters : characters + 1)
    }
}
