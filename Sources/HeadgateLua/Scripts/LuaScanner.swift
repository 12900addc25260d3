/// Reads the tokens of Lua source (reference manual, section 3.1), as far as telling words from strings
/// and comments needs. Text that is no Lua gives some tokens or other; the compiler has the last word.
struct LuaScanner {
    struct Token {
        enum Kind: Equatable {
            case word(Substring)
            /// A string literal.
            case text
            /// `...`, or any other single character.
            case symbol(Substring)
        }

        let kind: Kind
        /// From 1.
        let line: Int
        fileprivate let start: Int
        fileprivate let end: Int
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The next token, or nil at the end.
    mutating func next() -> Token? {
        skipBlanks()
        guard position < bytes.count else { return nil }
        let start = position
        let startLine = line
        let byte = bytes[position]
        let kind: Token.Kind
        if Self.isWordByte(byte) {
            while position < bytes.count, Self.isWordByte(bytes[position]) { position += 1 }
            kind = .word(text(start, position))
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            skipQuoted(byte)
            kind = .text
        } else if let level = longBracketLevel(at: position) {
            skipLongBracket(level)
            kind = .text
        } else if byte == UInt8(ascii: "."), at(1) == UInt8(ascii: "."), at(2) == UInt8(ascii: ".") {
            position += 3
            kind = .symbol(text(start, position))
        } else if byte == UInt8(ascii: "."), at(1) == UInt8(ascii: ".") {
            position += 2
            kind = .symbol(text(start, position))
        } else {
            position += 1
            kind = .symbol(text(start, position))
        }
        return Token(kind: kind, line: startLine, start: start, end: position)
    }

    /// Whether `symbol` follows.
    func peekIs(_ symbol: String) -> Bool {
        var copy = self
        guard case .symbol(let found)? = copy.next()?.kind else { return false }
        return found == symbol
    }

    /// Whether a string literal holds `word` in its source.
    func contains(_ token: Token, word: String) -> Bool {
        let needle = Array(word.utf8)
        guard token.end - token.start >= needle.count else { return false }
        for start in token.start...(token.end - needle.count) where bytes[start] == needle[0] {
            if bytes[start..<(start + needle.count)].elementsEqual(needle) { return true }
        }
        return false
    }

    private func text(_ start: Int, _ end: Int) -> Substring {
        Substring(decoding: bytes[start..<end], as: UTF8.self)
    }

    private func at(_ offset: Int) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
                position += 1
            case UInt8(ascii: "-") where at(1) == UInt8(ascii: "-"):
                position += 2
                if let level = longBracketLevel(at: position) {
                    skipLongBracket(level)
                } else {
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                }
            default:
                return
            }
        }
    }

    private mutating func skipQuoted(_ quote: UInt8) {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote { return }
            if byte == UInt8(ascii: "\\") {
                if at(0) == UInt8(ascii: "\n") { line += 1 }
                position += 1
            } else if byte == UInt8(ascii: "\n") {
                // An unfinished string ends with its line.
                position -= 1
                return
            }
        }
        position = min(position, bytes.count)
    }

    /// The number of `=` in `[==[`, or nil if none starts at `offset`.
    private func longBracketLevel(at offset: Int) -> Int? {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "[") else { return nil }
        var end = offset + 1
        while end < bytes.count, bytes[end] == UInt8(ascii: "=") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "[") ? end - offset - 1 : nil
    }

    private mutating func skipLongBracket(_ level: Int) {
        position += level + 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            if bytes[position] == UInt8(ascii: "]") {
                var end = position + 1
                while end < bytes.count, bytes[end] == UInt8(ascii: "=") { end += 1 }
                if end - position - 1 == level, end < bytes.count, bytes[end] == UInt8(ascii: "]") {
                    position = end + 1
                    return
                }
            }
            position += 1
        }
    }
}
