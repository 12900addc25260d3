/// The text of JSON strings: comparison and unescaping over their source bytes (RFC 8259, section 7).
@usableFromInline
enum JSONText {
    /// Whether `key.count` bytes from `text` equal `key`.
    @inlinable
    static func equals(_ text: UnsafePointer<UInt8>, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = key.baseAddress else { return true }
        let count = key.count
        let left = UnsafeRawPointer(text)
        let right = UnsafeRawPointer(base)
        var offset = 0
        while offset &+ 8 <= count {
            let a = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if a != b { return false }
            offset &+= 8
        }
        while offset < count {
            if text[offset] != base[offset] { return false }
            offset &+= 1
        }
        return true
    }

    /// Whether a string's source, which has escapes, reads as `key`.
    @usableFromInline
    static func equals(escaped source: UnsafeBufferPointer<UInt8>, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard source.count >= key.count else { return false }
        var position = 0
        var matched = 0
        while position < source.count {
            var scalar = next(source, &position)
            for _ in 0..<scalar.count {
                guard matched < key.count, key[matched] == UInt8(truncatingIfNeeded: scalar.bytes) else { return false }
                scalar.bytes >>= 8
                matched += 1
            }
        }
        return matched == key.count
    }

    @usableFromInline
    static func unescaped(_ source: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: source.count) { buffer in
            unescape(source, into: buffer)
        }
    }

    @usableFromInline
    static func appendUnescaped(_ source: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + source.count)
        var position = 0
        while position < source.count {
            var scalar = next(source, &position)
            for _ in 0..<scalar.count {
                output.append(UInt8(truncatingIfNeeded: scalar.bytes))
                scalar.bytes >>= 8
            }
        }
    }

    /// Writes the text of `source` to `buffer`, which has room for it: text is never longer than its source.
    private static func unescape(
        _ source: UnsafeBufferPointer<UInt8>,
        into buffer: UnsafeMutableBufferPointer<UInt8>,
    ) -> Int {
        var position = 0
        var count = 0
        while position < source.count {
            var scalar = next(source, &position)
            for _ in 0..<scalar.count where count < buffer.count {
                buffer[count] = UInt8(truncatingIfNeeded: scalar.bytes)
                scalar.bytes >>= 8
                count += 1
            }
        }
        return count
    }

    /// Up to four bytes of UTF-8, the first in the lowest place.
    struct Scalar {
        var bytes: UInt32
        var count: Int

        init(byte: UInt8) {
            bytes = UInt32(byte)
            count = 1
        }

        /// The UTF-8 form of a code point; U+FFFD for a surrogate.
        init(_ point: UInt32) {
            switch point {
            case 0..<0x80:
                (bytes, count) = (point, 1)
            case 0x80..<0x800:
                (bytes, count) = (0xC0 | point >> 6 | (0x80 | point & 0x3F) << 8, 2)
            case 0xD800..<0xE000, 0x11_0000...:
                (bytes, count) = (0x00BD_BFEF, 3)
            case 0x800..<0x1_0000:
                let tail = (0x80 | point >> 6 & 0x3F) << 8 | (0x80 | point & 0x3F) << 16
                (bytes, count) = (0xE0 | point >> 12 | tail, 3)
            default:
                let middle = (0x80 | point >> 12 & 0x3F) << 8 | (0x80 | point >> 6 & 0x3F) << 16
                (bytes, count) = (0xF0 | point >> 18 | middle | (0x80 | point & 0x3F) << 24, 4)
            }
        }
    }

    /// Reads one byte or one escape. The source was checked by the parser; where an escape is cut short it
    /// reads as it stands.
    private static func next(_ source: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Scalar {
        let byte = source[position]
        position += 1
        guard byte == 0x5C, position < source.count else { return Scalar(byte: byte) }
        let letter = source[position]
        position += 1
        switch letter {
        case UInt8(ascii: "b"): return Scalar(byte: 0x08)
        case UInt8(ascii: "f"): return Scalar(byte: 0x0C)
        case UInt8(ascii: "n"): return Scalar(byte: 0x0A)
        case UInt8(ascii: "r"): return Scalar(byte: 0x0D)
        case UInt8(ascii: "t"): return Scalar(byte: 0x09)
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal(source, at: position) else { return Scalar(byte: letter) }
            position += 4
            guard unit & 0xFC00 == 0xD800,
                position + 1 < source.count, source[position] == 0x5C, source[position + 1] == UInt8(ascii: "u"),
                let low = hexadecimal(source, at: position + 2), low & 0xFC00 == 0xDC00
            else { return Scalar(unit) }
            position += 6
            return Scalar(0x1_0000 + (unit & 0x3FF) << 10 + low & 0x3FF)
        default: return Scalar(byte: letter)
        }
    }

    /// Four hexadecimal digits at `position`, or nil.
    static func hexadecimal(_ source: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt32? {
        guard position + 4 <= source.count else { return nil }
        var unit: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = hexadecimalDigit(source[position + offset]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x37)
        case 0x61...0x66: UInt32(byte - 0x57)
        default: nil
        }
    }
}
