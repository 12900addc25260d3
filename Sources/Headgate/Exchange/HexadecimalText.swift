/// Hexadecimal digits in lower case, eight at a time.
enum HexadecimalText {
    /// The digits of a number, as a word whose bytes in memory are the text.
    static func digits(_ value: UInt32) -> UInt64 {
        // Each nibble goes to a byte of its own, the highest first.
        var nibbles = UInt64(value)
        nibbles = (nibbles << 16 | nibbles) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles << 8 | nibbles) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles << 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        // 0x27 lies between the digit that would follow 9 and the letter a.
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).bigEndian
    }
}
