/// How values are written.
public struct JSONStyle: Sendable, Hashable {
    /// Which characters of strings are escaped.
    public enum Escapes: Sendable, Hashable {
        /// What RFC 8259, section 7 demands: quote, backslash and U+0000–U+001F.
        case required
        /// What json-smart's `JSONStyle.LT_COMPRESS` escapes: also U+007F–U+009F and U+2000–U+20FF.
        case jsonSmart
        /// What json-smart's `JSONStyle.NO_COMPRESS` escapes: also the slash.
        case jsonSmartAndSlash
    }

    /// How numbers are spelled.
    public enum Numbers: Sendable, Hashable {
        /// As the source has them.
        case asWritten
        /// As Java prints the number that json-smart reads; see ``JavaNumber``.
        case java
    }

    /// Which characters of strings and keys are escaped. Default ``Escapes/required``.
    public var escapes: Escapes
    /// How numbers are spelled. Default ``Numbers/asWritten``.
    public var numbers: Numbers

    /// Blanks a level; nil writes everything on one line without blanks.
    public var indentation: Int?

    /// A style; without arguments it is ``compact``.
    public init(escapes: Escapes = .required, numbers: Numbers = .asWritten, indentation: Int? = nil) {
        self.escapes = escapes
        self.numbers = numbers
        self.indentation = indentation
    }

    /// One line, no blanks, nothing escaped that need not be, numbers as they were written.
    public static let compact = JSONStyle()

    /// Two blanks a level.
    public static let pretty = JSONStyle(indentation: 2)

    /// What `$input.json` prints.
    public static let inputJSON = JSONStyle(escapes: .jsonSmart, numbers: .java)

    /// What a list prints in a template, json-smart's `JSONArray.toString`.
    public static let javaList = JSONStyle(escapes: .jsonSmartAndSlash, numbers: .java)

    /// The flags of ``TapeWord`` with which source text cannot be copied.
    var mask: UInt64 {
        var mask = TapeWord.loose
        if escapes != .required || numbers == .java { mask |= TapeWord.rare }
        if escapes == .jsonSmartAndSlash { mask |= TapeWord.slash }
        return mask
    }
}
