/// What a backslash begins.
enum Escape {
    case scalar(UInt32)
    case rule(ScalarRule)
    case node(SyntaxNode)
}

extension PatternParser {
    mutating func escapedAtom() throws(PatternError) -> SyntaxNode {
        switch try escape(insideClass: false, beginsRange: false) {
        case .scalar(let scalar): literal(scalar)
        case .rule(let rule): .set(try bounded(rule))
        case .node(let node): node
        }
    }

    /// Reads an escape; the cursor is on its backslash.
    ///
    /// - Parameter beginsRange: a `-` follows the escape in a class, where `\v` is a scalar and not a class.
    mutating func escape(insideClass: Bool, beginsRange: Bool) throws(PatternError) -> Escape {
        let start = scanner.cursor
        scanner.cursor += 2
        guard start + 1 < scanner.count else {
            throw scanner.error("nothing follows '\\', expected the character to escape", suggestion: "'\\\\'")
        }
        let letter = scanner[start + 1]
        let unicode = flags.contains(.unicodeCharacterClass)
        switch letter {
        case "t": return .scalar(0x09)
        case "n": return .scalar(0x0A)
        case "r": return .scalar(0x0D)
        case "f": return .scalar(0x0C)
        case "a": return .scalar(0x07)
        case "e": return .scalar(0x1B)
        case "0": return .scalar(try octal(start))
        case "x": return .scalar(try hexadecimal(start))
        case "u": return .scalar(try unicodeEscape(start))
        case "c": return .scalar(try control(start))
        case "d": return .rule(unicode ? ScalarClasses.unicodeDigit : ScalarClasses.digit)
        case "D": return .rule((unicode ? ScalarClasses.unicodeDigit : ScalarClasses.digit).negated)
        case "s": return .rule(unicode ? ScalarClasses.unicodeSpace : ScalarClasses.space)
        case "S": return .rule((unicode ? ScalarClasses.unicodeSpace : ScalarClasses.space).negated)
        case "w": return .rule(unicode ? ScalarClasses.unicodeWord : ScalarClasses.word)
        case "W": return .rule((unicode ? ScalarClasses.unicodeWord : ScalarClasses.word).negated)
        case "h": return .rule(ScalarClasses.horizontalSpace)
        case "H": return .rule(ScalarClasses.horizontalSpace.negated)
        case "v": return beginsRange ? .scalar(0x0B) : .rule(ScalarClasses.verticalSpace)
        case "V": return .rule(ScalarClasses.verticalSpace.negated)
        case "p", "P":
            let rule = try property(start)
            return .rule(letter == "P" ? rule.negated : rule)
        default: break
        }
        if !insideClass, let node = try assertionOrReference(letter, start) { return .node(node) }
        guard !isLetter(letter), !isDigit(letter) else {
            let shown = character(letter)
            throw scanner.error("unknown escape '\\\(shown)'", at: start, suggestion: "'\(shown)'")
        }
        return .scalar(letter)
    }

    private mutating func assertionOrReference(_ letter: UInt32, _ start: Int) throws(PatternError) -> SyntaxNode? {
        let unicode = flags.contains(.unicodeCharacterClass)
        switch letter {
        case "A": return .assertion(.start)
        case "G": return .assertion(.lastMatchEnd)
        case "z": return .assertion(.end)
        case "Z": return .assertion(flags.contains(.unixLines) ? .unixEndBeforeTerminator : .endBeforeTerminator)
        case "B": return .assertion(unicode ? .notUnicodeWordBoundary : .notWordBoundary)
        case "b":
            if scanner.peek() == "{" {
                throw scanner.error("boundary '\\b{…}' is not supported", at: start, suggestion: "'\\b'")
            }
            return .assertion(unicode ? .unicodeWordBoundary : .wordBoundary)
        case "R": return .lineBreak
        case "X": throw scanner.error("grapheme cluster '\\X' is not supported", at: start, suggestion: "'.'")
        case "N": throw scanner.error("character name '\\N{…}' is not supported", at: start, suggestion: "'\\x{…}'")
        case "k": return try namedReference(start)
        default: return isDigit(letter) ? numberedReference(Int(letter - 0x30)) : nil
        }
    }

    /// `\1`: takes further digits as long as that many groups are open or closed already.
    private mutating func numberedReference(_ first: Int) -> SyntaxNode {
        var group = first
        while isDigit(scanner.peek()) {
            let longer = group * 10 + Int(scanner.peek() - 0x30)
            guard longer <= captureCount else { break }
            group = longer
            scanner.cursor += 1
        }
        hasBackReference = true
        return .backReference(group: group, caseRule)
    }

    private mutating func namedReference(_ start: Int) throws(PatternError) -> SyntaxNode {
        guard scanner.read() == "<" else {
            throw scanner.error("'\\k' is not followed by a group name, expected '\\k<name>'", at: start)
        }
        let name = try groupName(first: scanner.read())
        guard let group = groupNames[name] else {
            let near = Suggestion.nearest(to: name, among: Array(groupNames.keys))
            throw scanner.error(
                "no group named '\(name)' stands before this place",
                at: start,
                suggestion: near.map { "'\\k<\($0)>'" },
            )
        }
        hasBackReference = true
        return .backReference(group: group, caseRule)
    }

    // MARK: Escapes for one scalar

    /// `\0n`, `\0nn` or `\0mnn` with m ≤ 3.
    private mutating func octal(_ start: Int) throws(PatternError) -> UInt32 {
        func digit(_ scalar: UInt32) -> UInt32? { scalar >= 0x30 && scalar <= 0x37 ? scalar - 0x30 : nil }
        guard let first = digit(scanner.read()) else {
            throw scanner.error(
                "'\\0' is not followed by octal digits, expected '\\0n', '\\0nn' or '\\0mnn'",
                at: start,
            )
        }
        guard let second = digit(scanner.peek()) else { return first }
        scanner.cursor += 1
        guard first <= 3, let third = digit(scanner.peek()) else { return first * 8 + second }
        scanner.cursor += 1
        return (first * 8 + second) * 8 + third
    }

    private mutating func control(_ start: Int) throws(PatternError) -> UInt32 {
        guard !scanner.isAtEnd else {
            throw scanner.error("'\\c' is not followed by a character, expected '\\cA' to '\\cZ'", at: start)
        }
        return scanner.read() ^ 64
    }

    /// `\xhh` or `\x{h…h}`.
    private mutating func hexadecimal(_ start: Int) throws(PatternError) -> UInt32 {
        let first = scanner.read()
        if let high = hexDigit(first) {
            if let low = hexDigit(scanner.read()) { return high * 16 + low }
        } else if first == "{" {
            return try bracedHexadecimal(start)
        }
        throw scanner.error(
            "'\\x' is not followed by two hexadecimal digits, expected '\\xhh' or '\\x{h…h}'",
            at: start,
        )
    }

    private mutating func bracedHexadecimal(_ start: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        var digits = 0
        var scalar = scanner.read()
        while let digit = hexDigit(scalar) {
            value = value * 16 + digit
            digits += 1
            guard value <= ScalarRanges.largest else {
                throw scanner.error("code point is more than U+10FFFF", at: start)
            }
            scalar = scanner.read()
        }
        guard digits > 0 else {
            throw scanner.error("'\\x{' is not followed by hexadecimal digits", at: start)
        }
        guard scalar == "}" else {
            throw scanner.error("unclosed '\\x{', expected '}'", at: start)
        }
        return try notSurrogate(value, start)
    }

    /// `\uhhhh`; two of them for a supplementary scalar.
    private mutating func unicodeEscape(_ start: Int) throws(PatternError) -> UInt32 {
        guard let unit = codeUnit() else {
            throw scanner.error("'\\u' is not followed by four hexadecimal digits, expected '\\uhhhh'", at: start)
        }
        let isHighSurrogate = unit >= 0xD800 && unit < 0xDC00
        if isHighSurrogate, scanner[scanner.cursor] == "\\", scanner[scanner.cursor + 1] == "u" {
            scanner.cursor += 2
            if let low = codeUnit(), low >= 0xDC00, low < 0xE000 {
                return 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00)
            }
        }
        return try notSurrogate(unit, start)
    }

    private mutating func codeUnit() -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(scanner.read()) else { return nil }
            value = value * 16 + digit
        }
        return value
    }

    private func notSurrogate(_ value: UInt32, _ start: Int) throws(PatternError) -> UInt32 {
        guard value < 0xD800 || value > 0xDFFF else {
            throw scanner.error("a surrogate alone never occurs in text", at: start, suggestion: "'\\x{h…h}'")
        }
        return value
    }

    private func hexDigit(_ scalar: UInt32) -> UInt32? {
        if isDigit(scalar) { return scalar - 0x30 }
        let lower = scalar | 0x20
        return lower >= 0x61 && lower <= 0x66 && scalar < 0x80 ? lower - 0x61 + 10 : nil
    }
}
