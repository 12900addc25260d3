/// Questions about all bytes of a text, answered eight bytes at a time: names and values of header fields are
/// looked at again and again on the way of a request.
package enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// What a field value holds.
    package struct Findings {
        /// A control character other than tab, which no field value may hold (RFC 9110 section 5.5).
        package var hasControl = false
        /// No byte above 0x7F.
        package var isASCII = true
    }

    /// What the bytes of a field value hold.
    package static func findings(in bytes: UnsafeRawBufferPointer) -> Findings {
        var findings = Findings()
        var union: UInt64 = 0
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let delete = word ^ (ones &* 0x7F)
            // A high bit where a byte is below 0x20 or 0x7F; some above such a byte may be wrong.
            let suspects = ((word &- ones &* 0x20) & ~word | (delete &- ones) & ~delete) & highs
            if suspects != 0, hasControl(bytes, index..<(index &+ 8)) { findings.hasControl = true }
            union |= word
            index &+= 8
        }
        if hasControl(bytes, index..<bytes.count) { findings.hasControl = true }
        while index < bytes.count {
            union |= UInt64(bytes[index])
            index &+= 1
        }
        findings.isASCII = union & highs == 0
        return findings
    }

    /// Whether no byte is above 0x7F.
    package static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var union: UInt64 = 0
        var index = 0
        while index &+ 8 <= bytes.count {
            union |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        while index < bytes.count {
            union |= UInt64(bytes[index])
            index &+= 1
        }
        return union & highs == 0
    }

    private static func hasControl(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = bytes[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return true }
        }
        return false
    }

    /// Whether all bytes are letters, digits and hyphens of ASCII: as in nearly all names of fields.
    package static func isPlainName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if plainNameBytes(word) != highs { return false }
            index &+= 8
        }
        guard index < bytes.count else { return true }
        var rest: UInt64 = 0
        while index < bytes.count {
            rest = rest &<< 8 | UInt64(bytes[index])
            index &+= 1
        }
        let padding = highs &<< UInt64(truncatingIfNeeded: (bytes.count & 7) &* 8)
        return plainNameBytes(rest) | padding == highs
    }

    /// The high bit of each byte that is a letter, a digit or a hyphen.
    @inline(__always)
    private static func plainNameBytes(_ word: UInt64) -> UInt64 {
        let low = word & ~highs
        let folded = low | ones &* 0x20
        let letters = (folded &+ ones &* (0x80 - 0x61)) & ~(folded &+ ones &* (0x80 - 0x7B)) & (low &+ ones &* 0x40)
        let digits = (low &+ ones &* (0x80 - 0x30)) & ~(low &+ ones &* (0x80 - 0x3A))
        let hyphens = ~((low ^ ones &* 0x2D) &+ ones &* 0x7F)
        return (letters | digits | hyphens) & ~word & highs
    }

    /// Whether two texts of the same length are equal with A–Z equal to a–z (RFC 9110 section 5.1).
    package static func isEqualIgnoringCase(
        _ left: UnsafeRawBufferPointer,
        _ right: UnsafeRawBufferPointer,
    ) -> Bool {
        guard left.count == right.count else { return false }
        var index = 0
        while index &+ 8 <= left.count {
            let a = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let b = right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if a != b, lowercased(a) != lowercased(b) { return false }
            index &+= 8
        }
        while index < left.count {
            let a = left[index]
            let b = right[index]
            if a != b, a ^ b != 0x20 || (a | 0x20) &- 0x61 > 25 { return false }
            index &+= 1
        }
        return true
    }

    /// Sets the bit 0x20 of each byte that is one of A–Z.
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & ~highs
        let fromA = low &+ ones &* (0x80 - 0x41)
        let behindZ = low &+ ones &* (0x80 - 0x5B)
        return word | ((fromA & ~behindZ & ~word & highs) &>> 2)
    }
}
