/// Java strings as bytes. Text is UTF-8, except that half of a surrogate pair, which Java code can make by
/// cutting a string, stands as the three bytes that UTF-8 would need for it.
enum JavaText {
    /// Appends a UTF-16 code unit. A low surrogate joins the high one before it.
    static func append(unit: UInt16, to bytes: inout [UInt8]) {
        if unit & 0xFC00 == 0xDC00, let high = highSurrogate(atEndOf: bytes) {
            bytes.removeLast(3)
            append(scalar: 0x1_0000 + (UInt32(high) & 0x3FF) << 10 + UInt32(unit) & 0x3FF, to: &bytes)
        } else {
            append(scalar: UInt32(unit), to: &bytes)
        }
    }

    static func append(scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case 0..<0x80:
            bytes.append(UInt8(scalar))
        case 0x80..<0x800:
            bytes.append(UInt8(0xC0 | scalar >> 6))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x1_0000:
            bytes.append(UInt8(0xE0 | scalar >> 12))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        default:
            bytes.append(UInt8(0xF0 | scalar >> 18 & 0x07))
            bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    private static func highSurrogate(atEndOf bytes: [UInt8]) -> UInt16? {
        guard bytes.count >= 3, bytes[bytes.count - 3] == 0xED, bytes[bytes.count - 2] & 0xF0 == 0xA0 else {
            return nil
        }
        return 0xD800 | UInt16(bytes[bytes.count - 2] & 0x0F) << 6 | UInt16(bytes[bytes.count - 1] & 0x3F)
    }

    /// Appends text. The halves of a pair that meet become one character.
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        if text.count >= 3, text[0] == 0xED, text[1] & 0xF0 == 0xB0, highSurrogate(atEndOf: bytes) != nil {
            append(unit: 0xDC00 | UInt16(text[1] & 0x0F) << 6 | UInt16(text[2] & 0x3F), to: &bytes)
            bytes.append(contentsOf: text[3...])
        } else {
            bytes.append(contentsOf: text)
        }
    }

    static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, to: &bytes) }
    }

    /// `repeat()`, by doubling.
    static func repeating(_ text: [UInt8], _ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        guard count > 0, !text.isEmpty else { return result }
        var (power, rest) = (text, count)
        while true {
            if rest & 1 == 1 { append(power, to: &result) }
            rest >>= 1
            if rest == 0 { return result }
            append(power, to: &power)
        }
    }

    /// Replaces half surrogate pairs by `?`, as Java does when it encodes UTF-8.
    static func replaceSurrogates(in bytes: inout [UInt8], from start: Int) {
        var index = start
        while index < bytes.count, bytes[index] != 0xED { index += 1 }
        guard index < bytes.count else { return }
        var target = index
        while index < bytes.count {
            if bytes[index] == 0xED, index + 2 < bytes.count, bytes[index + 1] >= 0xA0 {
                bytes[target] = UInt8(ascii: "?")
                index += 3
            } else {
                bytes[target] = bytes[index]
                index += 1
            }
            target += 1
        }
        bytes.removeLast(bytes.count - target)
    }

    /// The number of UTF-16 code units: Java's `length()`.
    static func length(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        for byte in text {
            // Every character counts once, at its first byte; those of four bytes count twice.
            count &+= (byte & 0xC0 != 0x80 ? 1 : 0) &+ (byte >= 0xF0 ? 1 : 0)
        }
        return count
    }

    static func isASCII(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.allSatisfy { $0 < 0x80 }
    }

    /// The UTF-16 form.
    static func units(_ text: UnsafeBufferPointer<UInt8>) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let (scalar, size) = scalar(text, index)
            if scalar >= 0x1_0000 {
                units.append(UInt16(0xD800 + (scalar - 0x1_0000) >> 10))
                units.append(UInt16(0xDC00 + scalar & 0x3FF))
            } else {
                units.append(UInt16(truncatingIfNeeded: scalar))
            }
            index += size
        }
        return units
    }

    static func bytes(_ units: some Sequence<UInt16>) -> [UInt8] {
        var bytes: [UInt8] = []
        for unit in units { append(unit: unit, to: &bytes) }
        return bytes
    }

    /// The character at a byte offset, and its size in bytes.
    static func scalar(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (scalar: UInt32, size: Int) {
        let first = text[index]
        func rest(_ offset: Int) -> UInt32 { index + offset < text.count ? UInt32(text[index + offset] & 0x3F) : 0 }
        switch first {
        case 0..<0x80: return (UInt32(first), 1)
        case 0xC0..<0xE0: return (UInt32(first & 0x1F) << 6 | rest(1), min(2, text.count - index))
        case 0xE0..<0xF0:
            return (UInt32(first & 0x0F) << 12 | rest(1) << 6 | rest(2), min(3, text.count - index))
        case 0xF0...:
            let high = UInt32(first & 0x07) << 18 | rest(1) << 12
            return (min(high | rest(2) << 6 | rest(3), 0x10_FFFF), min(4, text.count - index))
        default: return (0xFFFD, 1)
        }
    }

    /// The byte offset of a UTF-16 offset. Inside a surrogate pair it is the offset of the pair, and `splits`
    /// is true.
    static func offset(_ text: UnsafeBufferPointer<UInt8>, ofUnit unit: Int) -> (offset: Int, splits: Bool) {
        var index = 0
        var units = 0
        while index < text.count, units < unit {
            let byte = text[index]
            let size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            if size == 4 {
                if units + 1 == unit { return (index, true) }
                units += 1
            }
            units += 1
            index = min(index + size, text.count)
        }
        return (index, false)
    }

    /// All but the last UTF-16 code unit.
    static func droppingLast(_ bytes: [UInt8]) -> [UInt8] {
        guard let last = bytes.last else { return bytes }
        if last < 0x80 { return Array(bytes.dropLast()) }
        return bytes.withUnsafeBufferPointer { Self.bytes(units($0).dropLast()) }
    }

    /// Java's `String.hashCode()`.
    static func hashCode(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
        var hash: Int32 = 0
        if isASCII(text) {
            for byte in text { hash = hash &* 31 &+ Int32(byte) }
        } else {
            for unit in units(text) { hash = hash &* 31 &+ Int32(unit) }
        }
        return hash
    }
}
