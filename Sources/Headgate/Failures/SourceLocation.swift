/// A place in a file that somebody wrote: a pipeline file, a template, a script.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible, Comparable {
    /// The file as the user named it.
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, in characters; nil where only the line is known.
    public var column: Int?

    /// A place.
    /// - Parameter column: nil where only the line is known.
    public init(file: String, line: Int, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, as editors and compilers write it.
    public var description: String {
        column.map { "\(file):\(line):\($0)" } ?? "\(file):\(line)"
    }

    /// By the file's name, then by line and column.
    public static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.file, left.line, left.column ?? 0) < (right.file, right.line, right.column ?? 0)
    }
}
