/// Finds the end of a JSON string, checking its escapes and its UTF-8 on the way.
///
/// Eight bytes are looked at in one step. The source must be followed by at least eight zero bytes: zero
/// ends every string as the control character that it is.
enum StringScanner {
    /// What the text of a string holds, as flags of ``TapeWord``, and whether a surrogate stands alone.
    struct Findings {
        var flags: UInt64 = 0
        var loneSurrogate = -1
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Returns the offset of the closing quote, or, if the byte at `offset` cannot stand there, `~offset`.
    @inline(__always)
    static func end(of source: UnsafePointer<UInt8>, from start: Int, _ findings: inout Findings) -> Int {
        let raw = UnsafeRawPointer(source)
        var position = start
        while true {
            let bytes = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let stops =
                zeroBytes(bytes ^ ones &* 0x22) | zeroBytes(bytes ^ ones &* 0x5C)
                | zeroBytes(bytes ^ ones &* 0x2F) | zeroBytes(bytes ^ ones &* 0x7F)
                | ((bytes &- ones &* 0x20) & ~bytes) | bytes
            let mask = stops & highs
            if mask == 0 {
                position &+= 8
                continue
            }
            position &+= mask.trailingZeroBitCount &>> 3
            let byte = source[position]
            if byte == 0x22 { return position }
            position = special(source, position, byte, &findings)
            if position < 0 { return position }
        }
    }

    /// High bits where a byte is zero; above the lowest such byte they may be wrong.
    @inline(__always)
    private static func zeroBytes(_ bytes: UInt64) -> UInt64 { (bytes &- ones) & ~bytes }

    /// Passes one byte or sequence that needs a closer look.
    @inline(never)
    private static func special(
        _ source: UnsafePointer<UInt8>,
        _ position: Int,
        _ byte: UInt8,
        _ findings: inout Findings,
    ) -> Int {
        switch byte {
        case 0x2F:
            findings.flags |= TapeWord.slash
            return position &+ 1
        case 0x7F:
            findings.flags |= TapeWord.rare
            return position &+ 1
        case 0x5C:
            findings.flags |= TapeWord.escaped
            return escape(source, position, &findings)
        case 0x80...:
            return multibyte(source, position, &findings)
        default:
            return ~position
        }
    }

    private static func escape(_ source: UnsafePointer<UInt8>, _ position: Int, _ findings: inout Findings) -> Int {
        switch source[position &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return position &+ 2
        case UInt8(ascii: "/"):
            findings.flags |= TapeWord.loose
            return position &+ 2
        case UInt8(ascii: "u"):
            break
        default:
            return ~(position &+ 1)
        }
        findings.flags |= TapeWord.loose
        var unit: UInt32 = 0
        for digit in position &+ 2..<position &+ 6 {
            guard let value = JSONText.hexadecimalDigit(source[digit]) else { return ~digit }
            unit = unit &<< 4 | value
        }
        guard unit & 0xF800 == 0xD800 else { return position &+ 6 }
        if unit & 0xFC00 == 0xD800, source[position &+ 6] == 0x5C, source[position &+ 7] == UInt8(ascii: "u") {
            let rest = UnsafeBufferPointer(start: source + position + 8, count: 4)
            if let low = JSONText.hexadecimal(rest, at: 0), low & 0xFC00 == 0xDC00 { return position &+ 12 }
        }
        if findings.loneSurrogate < 0 { findings.loneSurrogate = position }
        return position &+ 6
    }

    /// Whether a character of several bytes begins at `position`.
    static func isMultibyte(_ source: UnsafePointer<UInt8>, _ position: Int) -> Bool {
        var findings = Findings()
        let end = multibyte(source, position, &findings)
        return end > position || ~end > position
    }

    /// Passes a run of multibyte sequences (RFC 3629, section 4).
    private static func multibyte(_ source: UnsafePointer<UInt8>, _ start: Int, _ findings: inout Findings) -> Int {
        var position = start
        while true {
            let lead = source[position]
            if lead < 0x80 { return position }
            let second = source[position &+ 1]
            guard lead >= 0xC2, lead < 0xF5, second & 0xC0 == 0x80 else { return ~position }
            if lead < 0xE0 {
                if lead == 0xC2, second < 0xA0 { findings.flags |= TapeWord.rare }
                position &+= 2
                continue
            }
            guard source[position &+ 2] & 0xC0 == 0x80 else { return ~position }
            if lead < 0xF0 {
                if lead == 0xE0, second < 0xA0 { return ~position }
                if lead == 0xED, second >= 0xA0 { return ~position }
                if lead == 0xE2, second < 0x84 { findings.flags |= TapeWord.rare }
                position &+= 3
                continue
            }
            guard source[position &+ 3] & 0xC0 == 0x80 else { return ~position }
            if lead == 0xF0, second < 0x90 { return ~position }
            if lead == 0xF4, second >= 0x90 { return ~position }
            position &+= 4
        }
    }
}
