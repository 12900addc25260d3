/// Finds the end of a JSON number (RFC 8259, section 6).
enum NumberScanner {
    /// Returns the offset behind the number that starts at `start`, or, if the byte at `offset` cannot stand
    /// there, `~offset`; and flags of ``TapeWord``. The source must be followed by a zero byte.
    @inline(__always)
    static func end(of source: UnsafePointer<UInt8>, from start: Int, _ flags: inout UInt64) -> Int {
        let negative = source[start] == 0x2D
        let first = negative ? start &+ 1 : start
        var position = first
        if source[position] == 0x30 {
            position &+= 1
            if isDigit(source[position]) { return ~position }
        } else {
            guard isDigit(source[position]) else { return ~position }
            position = digits(source, position)
        }
        let next = source[position]
        guard next == 0x2E || next | 0x20 == 0x65 else {
            flags = TapeWord.integer
            if negative, source[first] == 0x30 { flags |= TapeWord.rare }
            return position
        }
        return fraction(source, first, position, &flags)
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    private static func digits(_ source: UnsafePointer<UInt8>, _ start: Int) -> Int {
        var position = start
        while isDigit(source[position]) {
            position &+= 1
        }
        return position
    }

    private static func fraction(
        _ source: UnsafePointer<UInt8>,
        _ first: Int,
        _ point: Int,
        _ flags: inout UInt64,
    ) -> Int {
        var position = point
        if source[point] == 0x2E {
            guard isDigit(source[point &+ 1]) else { return ~(point &+ 1) }
            position = digits(source, point &+ 1)
            if !printsAsWritten(source, first, point, position) { flags |= TapeWord.rare }
        }
        guard source[position] | 0x20 == 0x65 else { return position }
        flags |= TapeWord.rare
        position &+= 1
        if source[position] == 0x2B || source[position] == 0x2D { position &+= 1 }
        guard isDigit(source[position]) else { return ~position }
        return digits(source, position)
    }

    /// Whether Java's `Double.toString` gives back just this spelling: at most 15 digits, no needless zero,
    /// and a size at which it uses no exponent, 0.001 up to 10,000,000, or zero.
    private static func printsAsWritten(
        _ source: UnsafePointer<UInt8>,
        _ first: Int,
        _ point: Int,
        _ end: Int,
    ) -> Bool {
        guard end &- first <= 16, point &- first <= 7 else { return false }
        if end &- point == 2, source[end &- 1] == 0x30 { return true }
        if source[end &- 1] == 0x30 { return false }
        guard source[first] == 0x30 else { return true }
        return source[point &+ 1] != 0x30 || source[point &+ 2] != 0x30
            || (end &- point > 3 && source[point &+ 3] != 0x30)
    }
}
