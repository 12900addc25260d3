/// A position in the bytes of an expression or of a part of one.
///
/// Jayway's parser looks at characters behind the part that it parses, and fails where there are none; the
/// primitives here keep to that, since it decides which malformed expressions are accepted.
struct PathScanner {
    let bytes: [UInt8]
    var position: Int
    /// The last position that belongs to the part.
    var last: Int
    /// The offset of `bytes` in the whole expression, for messages.
    let base: Int

    init(_ bytes: [UInt8], base: Int) {
        self.bytes = bytes
        self.base = base
        position = 0
        last = bytes.count - 1
    }

    var isInside: Bool { isInside(position) }

    func isInside(_ index: Int) -> Bool { index >= 0 && index <= last }

    /// Whether there is at most one more character: Jayway ignores a last one behind a finished step.
    var isAtTail: Bool {
        if position >= last { return true }
        // Java counts UTF-16 units: one for sequences of two and three bytes.
        let length = last - position + 1
        return length <= 3 && bytes[position] >= 0xC0 && bytes[(position + 1)...last].allSatisfy { $0 & 0xC0 == 0x80 }
    }

    func error(_ message: String, at index: Int? = nil, suggestion: String? = nil) -> PathSyntaxError {
        PathSyntaxError(offset: base + min(index ?? position, bytes.count), message: message, suggestion: suggestion)
    }

    func byte(at index: Int) throws(PathSyntaxError) -> UInt8 {
        guard bytes.indices.contains(index) else {
            throw error("the expression ends too early", at: index)
        }
        return bytes[index]
    }

    func current() throws(PathSyntaxError) -> UInt8 { try byte(at: position) }

    func currentIs(_ character: Unicode.Scalar) throws(PathSyntaxError) -> Bool {
        try current() == UInt8(ascii: character)
    }

    func nextIs(_ character: Unicode.Scalar) -> Bool {
        isInside(position + 1) && bytes[position + 1] == UInt8(ascii: character)
    }

    /// Drops blanks at both ends; one byte always stays.
    mutating func trim() {
        skipBlanks()
        while isInside, position < last, bytes[last] == 0x20 {
            last -= 1
        }
    }

    mutating func skipBlanks() {
        while isInside, position < last, bytes[position] == 0x20 {
            position += 1
        }
    }

    /// The index of the next byte that is no blank; possibly behind the part.
    func significant(after index: Int) -> Int {
        var index = index + 1
        while isInside(index), bytes[index] == 0x20 {
            index += 1
        }
        return index
    }

    /// The next byte that is no blank, or a blank at the end.
    func significantByte(after index: Int) -> UInt8 {
        let next = significant(after: index)
        return isInside(next) ? bytes[next] : 0x20
    }

    /// The index of the next byte that is no blank if it is `character`, else nil.
    func significant(_ character: Unicode.Scalar, after index: Int) throws(PathSyntaxError) -> Int? {
        let next = significant(after: index)
        return try byte(at: next) == UInt8(ascii: character) ? next : nil
    }

    /// The index of the last byte before `index` that is no blank.
    func significant(before index: Int) -> Int? {
        var index = index - 1
        while isInside(index), bytes[index] == 0x20 {
            index -= 1
        }
        return isInside(index) ? index : nil
    }

    func firstIndex(of character: Unicode.Scalar, from start: Int) -> Int? {
        var index = start
        while isInside(index) {
            if bytes[index] == UInt8(ascii: character) { return index }
            index += 1
        }
        return nil
    }

    /// The index of the next `byte` behind `start` that no backslash precedes.
    func firstUnescaped(_ byte: UInt8, after start: Int) -> Int? {
        var index = start + 1
        while isInside(index) {
            if bytes[index] == 0x5C {
                index += 1
            } else if bytes[index] == byte {
                return index
            }
            index += 1
        }
        return nil
    }

    /// The bracket that closes the one at `start`; nil if none does.
    func closing(
        _ open: UInt8,
        _ close: UInt8,
        at start: Int,
        skippingPatterns: Bool,
    ) throws(PathSyntaxError) -> Int? {
        var depth = 1
        var index = start + 1
        while isInside(index) {
            let quote = bytes[index]
            if quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
                guard let end = firstUnescaped(quote, after: index) else {
                    throw error("a string is not closed, expected \(Unicode.Scalar(quote))", at: index)
                }
                index = end + 1
            }
            if skippingPatterns, try byte(at: index) == UInt8(ascii: "/") {
                guard let end = firstUnescaped(UInt8(ascii: "/"), after: index) else {
                    throw error("a regular expression is not closed, expected /", at: index)
                }
                index = end + 1
            }
            let byte = try byte(at: index)
            if byte == open {
                depth += 1
            }
            if byte == close {
                depth -= 1
                if depth == 0 { return index }
            }
            index += 1
        }
        return nil
    }

    /// Passes `text` if it comes next.
    mutating func take(_ text: StaticString) -> Bool {
        skipBlanks()
        let end = position + text.utf8CodeUnitCount
        guard isInside(end - 1) else { return false }
        for offset in 0..<text.utf8CodeUnitCount where bytes[position + offset] != text.utf8Start[offset] {
            return false
        }
        position = end
        return true
    }

    /// Passes `character`, which must come next.
    mutating func expect(_ character: Unicode.Scalar) throws(PathSyntaxError) {
        skipBlanks()
        guard try current() == UInt8(ascii: character) else {
            throw error("found \(name(at: position)), expected '\(character)'")
        }
        position += 1
    }

    func name(at index: Int) -> String {
        guard isInside(index) else { return "the end" }
        return bytes[index] < 0x80 ? "'\(Unicode.Scalar(bytes[index]))'" : "a character that may not stand here"
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
