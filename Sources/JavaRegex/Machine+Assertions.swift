extension Machine {
    /// Whether the ``Assertion`` with this raw value holds at `position`.
    mutating func holds(_ rawValue: Int32, at position: Int) -> Bool {
        guard let assertion = Assertion(rawValue: rawValue) else { return false }
        let end = bytes.count
        switch assertion {
        case .start: return position == 0
        case .end: return position == end
        case .lastMatchEnd: return position == lastMatchEnd
        case .unixLineStart: return position < end && (position == 0 || bytes[position - 1] == 0x0A)
        case .unixLineEnd: return position == end || bytes[position] == 0x0A
        case .unixEndBeforeTerminator:
            return position == end || (position == end - 1 && bytes[position] == 0x0A)
        case .lineStart: return isLineStart(position)
        case .lineEnd: return position == end || terminatorEnd(position) != nil
        case .endBeforeTerminator: return position == end || terminatorEnd(position) == end
        case .wordBoundary: return isWordBoundary(position, unicode: false)
        case .notWordBoundary: return !isWordBoundary(position, unicode: false)
        case .unicodeWordBoundary: return isWordBoundary(position, unicode: true)
        case .notUnicodeWordBoundary: return !isWordBoundary(position, unicode: true)
        }
    }

    /// Behind a line terminator, but not within CR LF, and never at the end of the subject.
    private func isLineStart(_ position: Int) -> Bool {
        guard position < bytes.count else { return false }
        guard position > 0 else { return true }
        let before = bytes.scalarStart(before: position)
        switch bytes.scalar(at: before).value {
        case 0x0D: return bytes[position] != 0x0A
        case 0x0A, 0x85, 0x2028, 0x2029: return true
        default: return false
        }
    }

    /// Where the line terminator at `position` ends; nil if there is none, or it is the LF of a CR LF.
    private func terminatorEnd(_ position: Int) -> Int? {
        let (value, width) = bytes.scalar(at: position)
        switch value {
        case 0x0A:
            return position > 0 && bytes[position - 1] == 0x0D ? nil : position + 1
        case 0x0D:
            let isPair = position + 1 < bytes.count && bytes[position + 1] == 0x0A
            return position + (isPair ? 2 : 1)
        case 0x85, 0x2028, 0x2029:
            return position + width
        default:
            return nil
        }
    }

    private mutating func isWordBoundary(_ position: Int, unicode: Bool) -> Bool {
        let before = position > 0 && isWord(bytes.scalarStart(before: position), unicode: unicode)
        let after = position < bytes.count && isWord(position, unicode: unicode)
        return before != after
    }

    /// What `\b` takes for a word in Java 17: letters and digits of all scripts and `_`, whatever `\w` is, and
    /// non-spacing marks upon them.
    private mutating func isWord(_ position: Int, unicode: Bool) -> Bool {
        let value = bytes.scalar(at: position).value
        if value < 0x80 { return ScalarClasses.isASCIIWord(value) }
        let isWord = unicode ? ScalarClasses.unicodeWord.contains(value) : ScalarClasses.isLetterOrDigit(value)
        return isWord || (ScalarClasses.isNonspacingMark(value) && hasBase(position))
    }

    /// Whether the marks up to `position` stand upon a letter or a digit.
    private mutating func hasBase(_ position: Int) -> Bool {
        var start = position
        while start > 0 {
            start = bytes.scalarStart(before: start)
            steps -= 1
            let value = bytes.scalar(at: start).value
            if ScalarClasses.isLetterOrDigit(value) { return true }
            guard ScalarClasses.isNonspacingMark(value) else { return false }
        }
        return false
    }
}

extension ScalarClasses {
    static func isASCIIWord(_ value: UInt32) -> Bool {
        isDigit(value) || isLetter(value) || value == 0x5F
    }

    static func isLetterOrDigit(_ value: UInt32) -> Bool {
        if value < 0x80 { return isDigit(value) || isLetter(value) }
        return UnicodeProperty.category(letterOrDigitMask).contains(value)
    }

    static func isNonspacingMark(_ value: UInt32) -> Bool {
        value >= 0x300 && UnicodeProperty.category(nonspacingMask).contains(value)
    }

    private static let letterOrDigitMask = GeneralCategories.mask("L", "Nd")
    private static let nonspacingMask = GeneralCategories.mask("Mn")
}
