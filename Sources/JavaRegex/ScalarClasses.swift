/// The classes that patterns name: by escapes such as `\d`, and by `\p{…}`.
enum ScalarClasses {
    static let digit = ScalarRule.flat(0x30, 0x39)
    static let space = ScalarRule.flat(0x09, 0x0D, 0x20, 0x20)
    static let word = ScalarRule.flat(0x30, 0x39, 0x41, 0x5A, 0x5F, 0x5F, 0x61, 0x7A)
    static let horizontalSpace = ScalarRule.flat(
        0x09,
        0x09,
        0x20,
        0x20,
        0xA0,
        0xA0,
        0x1680,
        0x1680,
        0x180E,
        0x180E,
        0x2000,
        0x200A,
        0x202F,
        0x202F,
        0x205F,
        0x205F,
        0x3000,
        0x3000,
    )
    /// `\v`, and what `\R` takes alone.
    static let verticalSpace = ScalarRule.flat(0x0A, 0x0D, 0x85, 0x85, 0x2028, 0x2029)
    static let lineTerminator = ScalarRule.scalars(0x0A, 0x0D, 0x85, 0x2028, 0x2029)
    static let everything = ScalarRule.flat(0, ScalarRanges.largest)

    // The same under UNICODE_CHARACTER_CLASS (UTS #18, Annex C).
    static let unicodeDigit = category("Nd")
    static let unicodeSpace = ScalarRule.flat(
        0x09,
        0x0D,
        0x20,
        0x20,
        0x85,
        0x85,
        0xA0,
        0xA0,
        0x1680,
        0x1680,
        0x2000,
        0x200A,
        0x2028,
        0x2029,
        0x202F,
        0x202F,
        0x205F,
        0x205F,
        0x3000,
        0x3000,
    )
    static let unicodeWord = ScalarRule.property(.alphabetic)
        .union(category("M", "Nd", "Pc")).union(.flat(0x200C, 0x200D))

    /// What `\p{name}` stands for without `Is` and `In`: a general category, a POSIX class or a `java…` method.
    static func property(named name: String, ignoringCase: Bool) -> ScalarRule? {
        if ignoringCase, ["Lu", "Ll", "Lt"].contains(name) { return category("LC") }
        if let mask = GeneralCategories.mask(named: name) { return .property(.category(mask)) }
        return posix(name, ignoringCase: ignoringCase) ?? javaMethod(name, ignoringCase: ignoringCase)
    }

    /// The POSIX classes over ASCII.
    private static func posix(_ name: String, ignoringCase: Bool) -> ScalarRule? {
        let letters = ScalarRule.flat(0x41, 0x5A, 0x61, 0x7A)
        switch name {
        case "all": return everything
        case "L1": return .flat(0, 0xFF)
        case "ASCII": return .flat(0, 0x7F)
        case "Alpha": return letters
        case "Lower": return ignoringCase ? letters : .flat(0x61, 0x7A)
        case "Upper": return ignoringCase ? letters : .flat(0x41, 0x5A)
        case "Digit": return digit
        case "Alnum": return letters.union(digit)
        case "Punct": return .flat(0x21, 0x2F, 0x3A, 0x40, 0x5B, 0x60, 0x7B, 0x7E)
        case "Graph": return .flat(0x21, 0x7E)
        case "Print": return .flat(0x20, 0x7E)
        case "Blank": return .scalars(0x20, 0x09)
        case "Cntrl": return .flat(0, 0x1F, 0x7F, 0x7F)
        case "XDigit": return .flat(0x30, 0x39, 0x41, 0x46, 0x61, 0x66)
        case "Space": return space
        default: return nil
        }
    }

    /// The POSIX classes under UNICODE_CHARACTER_CLASS, in any case.
    static func unicodePOSIX(named name: String, ignoringCase: Bool) -> ScalarRule? {
        switch name.uppercased() {
        case "ALPHA": .property(.alphabetic)
        case "LOWER": ignoringCase ? anyCase : .property(.lowercase)
        case "UPPER": ignoringCase ? anyCase : .property(.uppercase)
        case "SPACE": unicodeSpace
        case "PUNCT": category("P")
        case "XDIGIT": hexDigit
        case "ALNUM": ScalarRule.property(.alphabetic).union(unicodeDigit)
        case "CNTRL": category("Cc")
        case "DIGIT": unicodeDigit
        case "BLANK": blank
        case "GRAPH": graph
        case "PRINT": graph.union(blank).intersection(category("Cc").negated)
        default: nil
        }
    }

    /// The binary properties that `\p{Is…}` may name, in any case.
    static func binaryProperty(named name: String, ignoringCase: Bool) -> ScalarRule? {
        switch name.uppercased() {
        case "ALPHABETIC": .property(.alphabetic)
        case "IDEOGRAPHIC": .property(.ideographic)
        case "LETTER": category("L")
        case "LOWERCASE": ignoringCase ? anyCase : .property(.lowercase)
        case "UPPERCASE": ignoringCase ? anyCase : .property(.uppercase)
        case "TITLECASE": ignoringCase ? anyCase : category("Lt")
        case "PUNCTUATION": category("P")
        case "CONTROL": category("Cc")
        case "WHITESPACE", "WHITE_SPACE": unicodeSpace
        case "HEXDIGIT", "HEX_DIGIT": hexDigit
        case "NONCHARACTERCODEPOINT", "NONCHARACTER_CODE_POINT": .property(.noncharacter)
        case "ASSIGNED": category("Cn").negated
        case "JOINCONTROL", "JOIN_CONTROL": .flat(0x200C, 0x200D)
        case "WORD": unicodeWord
        default: unicodePOSIX(named: name, ignoringCase: ignoringCase)
        }
    }

    /// The methods of `java.lang.Character` that `\p{javaLowerCase}` and its kin ask.
    private static func javaMethod(_ name: String, ignoringCase: Bool) -> ScalarRule? {
        switch name {
        case "javaLowerCase": ignoringCase ? anyCase : .property(.lowercase)
        case "javaUpperCase": ignoringCase ? anyCase : .property(.uppercase)
        case "javaTitleCase": ignoringCase ? anyCase : category("Lt")
        case "javaAlphabetic": .property(.alphabetic)
        case "javaIdeographic": .property(.ideographic)
        case "javaDigit": unicodeDigit
        case "javaDefined": category("Cn").negated
        case "javaLetter": category("L")
        case "javaLetterOrDigit": category("LD")
        case "javaJavaIdentifierStart": category("L", "Nl", "Sc", "Pc")
        case "javaJavaIdentifierPart": category("L", "Nl", "Sc", "Pc", "Nd", "Mc", "Mn").union(ignorable)
        case "javaUnicodeIdentifierStart": category("L", "Nl").union(otherIdentifierStart)
        case "javaUnicodeIdentifierPart":
            category("L", "Nl", "Pc", "Nd", "Mc", "Mn").union(ignorable).union(otherIdentifierStart)
                .union(.flat(0xB7, 0xB7, 0x387, 0x387, 0x1369, 0x1371, 0x19DA, 0x19DA))
        case "javaIdentifierIgnorable": ignorable
        case "javaSpaceChar": category("Z")
        case "javaWhitespace":
            category("Z").intersection(ScalarRule.scalars(0xA0, 0x2007, 0x202F).negated)
                .union(.flat(0x09, 0x0D, 0x1C, 0x1F))
        case "javaISOControl": category("Cc")
        case "javaMirrored": .property(.mirrored)
        default: nil
        }
    }

    /// Names that `\p{…}` takes, for suggestions.
    static let names = [
        "Alpha", "Lower", "Upper", "Digit", "Alnum", "Punct", "Graph", "Print", "Blank", "Cntrl", "XDigit", "Space",
        "ASCII", "javaLowerCase", "javaUpperCase", "javaAlphabetic", "javaDigit", "javaLetter", "javaLetterOrDigit",
        "javaWhitespace",
    ]

    private static func category(_ names: String...) -> ScalarRule {
        .property(.category(names.reduce(0) { $0 | GeneralCategories.mask($1) }))
    }

    private static let anyCase = ScalarRule.any([.property(.lowercase), .property(.uppercase), category("Lt")])
    private static let blank = category("Zs").union(.scalars(0x09))
    private static let graph = unicodeSpace.union(category("Cc", "Cs", "Cn")).negated
    private static let hexDigit = unicodeDigit.union(
        .flat(0x41, 0x46, 0x61, 0x66, 0xFF10, 0xFF19, 0xFF21, 0xFF26, 0xFF41, 0xFF46)
    )
    private static let ignorable = category("Cf").union(.flat(0, 0x08, 0x0E, 0x1B, 0x7F, 0x9F))
    private static let otherIdentifierStart = ScalarRule.scalars(0x1885, 0x1886, 0x2118, 0x212E, 0x309B, 0x309C)
}
