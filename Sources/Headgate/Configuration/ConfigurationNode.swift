/// A piece of a file that a user wrote, with its place: what YAML and JSON documents look like to
/// everything behind the readers.
public struct ConfigurationNode: Sendable {
    /// The kinds of YAML and JSON values. Mappings keep the order of their keys; aliases are already resolved.
    public indirect enum Value: Sendable {
        /// Nothing: an empty value, `~` or `null`.
        case null
        /// One text, whatever it means.
        case scalar(Scalar)
        /// A list.
        case sequence([ConfigurationNode])
        /// Keys with their values, in their order.
        case mapping([Entry])
    }

    /// A text. Its meaning (number, truth value, text) comes from the field that reads it, so that
    /// `012`, `no` and `1e3` never turn into something else behind the user's back.
    public struct Scalar: Sendable {
        /// The characters, escapes resolved, without quotes.
        public var text: String
        /// Written without quotes and not as a block.
        public var isPlain: Bool
        /// Where the first character of the text stands: for a block (`|`) the first line below it.
        public var contentLocation: SourceLocation
        /// Every line of a `|` block starts at this column, from 1; nil where the text's lines are not the file's lines.
        public var blockColumn: Int?

        /// A scalar as a reader found it; see the members.
        public init(text: String, isPlain: Bool, contentLocation: SourceLocation, blockColumn: Int? = nil) {
            self.text = text
            self.isPlain = isPlain
            self.contentLocation = contentLocation
            self.blockColumn = blockColumn
        }

        /// Where a place inside the text (line and column from 1) stands in the file.
        public func location(line: Int, column: Int?) -> SourceLocation {
            if let blockColumn {
                // The end of a text is behind its last line, not in the line below, which belongs to another key.
                let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
                if line == lines.count, line > 1, lines[line - 1].isEmpty {
                    let width = String(decoding: Array(lines[line - 2]), as: UTF8.self).unicodeScalars.count
                    return location(line: line - 1, column: width + 1)
                }
                return SourceLocation(
                    file: contentLocation.file,
                    line: contentLocation.line + line - 1,
                    column: column.map { blockColumn + $0 - 1 },
                )
            }
            guard line == 1, let column, let start = contentLocation.column else { return contentLocation }
            return SourceLocation(file: contentLocation.file, line: contentLocation.line, column: start + column - 1)
        }
    }

    /// One key of a mapping with its value.
    public struct Entry: Sendable {
        /// The key's text. Readers refuse a key that stands twice in one mapping.
        public var key: String
        /// Where the key stands, for messages about the key itself: unknown, out of place.
        public var keyLocation: SourceLocation
        /// What stands behind the colon.
        public var value: ConfigurationNode

        /// An entry as a reader found it.
        public init(key: String, keyLocation: SourceLocation, value: ConfigurationNode) {
            self.key = key
            self.keyLocation = keyLocation
            self.value = value
        }
    }

    /// What stands there.
    public var value: Value
    /// Where its first character stands.
    public var location: SourceLocation

    /// A node; one that was made by code takes the place of what it was made from, so that messages point there.
    public init(_ value: Value, at location: SourceLocation) {
        self.value = value
        self.location = location
    }

    /// What this is, in words, for messages: `a list`, `text "abc"`, `nothing`.
    public var found: String {
        switch value {
        case .null: "nothing"
        case .scalar(let scalar): scalar.isPlain ? scalar.text.quotedForMessage : "text " + scalar.text.quotedForMessage
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The value of `key`, if this is a mapping that has it.
    public subscript(key: String) -> ConfigurationNode? {
        guard case .mapping(let entries) = value else { return nil }
        return entries.last { $0.key == key }?.value
    }
}
