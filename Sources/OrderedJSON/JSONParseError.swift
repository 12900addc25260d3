/// Why bytes are not a JSON text, and where.
public struct JSONParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of rule was broken.
    public enum Reason: Sendable, Hashable {
        /// The grammar of RFC 8259 wants something else here.
        case syntax
        /// The bytes are not UTF-8 (RFC 3629).
        case encoding
        /// A limit of ``JSONLimits`` was reached.
        case limit
    }

    /// Which kind of rule was broken.
    public let reason: Reason

    /// Zero-based offset of the offending byte; the document's length at its end.
    public let offset: Int

    /// One-based line; lines end with LF.
    public let line: Int

    /// One-based column, counted in Unicode scalars from the line's start.
    public let column: Int

    /// What stands there, for example `'}'`, `byte 0x07`, `the end of the text`.
    public let found: String

    /// What may stand there, for example `a value`, `',' or ']'`.
    public let expected: String

    /// An error whose place somebody else has counted, for example a reader of another syntax.
    public init(reason: Reason, offset: Int, line: Int, column: Int, found: String, expected: String) {
        self.reason = reason
        self.offset = offset
        self.line = line
        self.column = column
        self.found = found
        self.expected = expected
    }

    /// One line: `line 3, column 7 (offset 42): found '}', expected a value`.
    public var description: String {
        "line \(line), column \(column) (offset \(offset)): found \(found), expected \(expected)"
    }
}

extension JSONParseError {
    /// Makes an error at `offset` of `source`, counting its line and column and naming what is there.
    init(
        _ reason: Reason,
        at offset: Int,
        in source: UnsafeBufferPointer<UInt8>,
        found: String? = nil,
        expected: String,
    ) {
        var line = 1
        var column = 1
        for byte in source.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(
            reason: reason,
            offset: offset,
            line: line,
            column: column,
            found: found ?? Self.name(at: offset, in: source),
            expected: expected,
        )
    }

    private static func name(at offset: Int, in source: UnsafeBufferPointer<UInt8>) -> String {
        guard offset < source.count else { return "the end of the text" }
        let byte = source[offset]
        if byte > 0x20, byte < 0x7F {
            return "'\(Unicode.Scalar(byte))'"
        }
        if source.count - offset >= 3, byte == 0xEF, source[offset + 1] == 0xBB, source[offset + 2] == 0xBF {
            return "a byte order mark"
        }
        switch byte {
        case 0x20: return "a space"
        case 0x0A: return "a line feed"
        case 0x0D: return "a carriage return"
        case 0x09: return "a tab"
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "byte 0x" + (digits.count < 2 ? "0" + digits : digits)
        }
    }
}
