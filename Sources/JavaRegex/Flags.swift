extension Pattern {
    /// Java's match flags. Raw values are those of the constants in `java.util.regex.Pattern`.
    ///
    /// `CANON_EQ` (`(?c)`) is not supported.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The sum of Java's constants.
        public let rawValue: Int

        /// Flags from the sum of Java's constants.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// `(?d)`: only LF ends a line for `.`, `^` and `$`.
        public static let unixLines = Flags(rawValue: 1)
        /// `(?i)`: letters match in either case; of ASCII only, unless ``unicodeCase`` is set too.
        public static let caseInsensitive = Flags(rawValue: 2)
        /// `(?x)`: white space is ignored, and `#` begins a comment.
        public static let comments = Flags(rawValue: 4)
        /// `(?m)`: `^` and `$` match at every line.
        public static let multiline = Flags(rawValue: 8)
        /// The pattern is text to be matched as it stands.
        public static let literal = Flags(rawValue: 16)
        /// `(?s)`: `.` matches line terminators too.
        public static let dotAll = Flags(rawValue: 32)
        /// `(?u)`: ``caseInsensitive`` goes by Unicode's simple case mappings.
        public static let unicodeCase = Flags(rawValue: 64)
        /// `(?U)`: `\d`, `\s`, `\w`, `\b` and the POSIX classes go by Unicode; implies ``unicodeCase``.
        public static let unicodeCharacterClass = Flags(rawValue: 256)

        /// The flags that a letter within `(?…)` stands for.
        init?(inline letter: UInt32) {
            switch letter {
            case "i": self = .caseInsensitive
            case "d": self = .unixLines
            case "m": self = .multiline
            case "s": self = .dotAll
            case "u": self = .unicodeCase
            case "x": self = .comments
            case "U": self = [.unicodeCharacterClass, .unicodeCase]
            default: return nil
            }
        }
    }
}
