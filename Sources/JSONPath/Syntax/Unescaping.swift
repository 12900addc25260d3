/// The escapes of strings in expressions: `\\`, `\'`, `\"`, `\b`, `\f`, `\n`, `\r`, `\t`, `\uXXXX`; a backslash before
/// anything else vanishes.
enum Unescaping {
    /// The text without escapes; nil if digits behind `\u` are none.
    static func unescaped(_ source: some Sequence<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        var highSurrogate: UInt32?
        var bytes = source.makeIterator()
        func flush() {
            if highSurrogate != nil { output.append(contentsOf: [0xEF, 0xBF, 0xBD]) }
            highSurrogate = nil
        }
        while let byte = bytes.next() {
            guard byte == 0x5C else {
                flush()
                output.append(byte)
                continue
            }
            guard let letter = bytes.next() else {
                flush()
                output.append(byte)
                break
            }
            guard letter == UInt8(ascii: "u") else {
                flush()
                output.append(character(letter))
                continue
            }
            var unit: UInt32 = 0
            for _ in 0..<4 {
                // Digits that are cut off by the end are dropped.
                guard let digit = bytes.next() else { return output }
                guard let value = hexadecimal(digit) else { return nil }
                unit = unit << 4 | value
            }
            if unit & 0xFC00 == 0xDC00, let high = highSurrogate {
                highSurrogate = nil
                append(0x1_0000 + (high & 0x3FF) << 10 + unit & 0x3FF, to: &output)
            } else {
                flush()
                if unit & 0xFC00 == 0xD800 { highSurrogate = unit } else { append(unit, to: &output) }
            }
        }
        flush()
        return output
    }

    private static func character(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x37)
        case 0x61...0x66: UInt32(byte - 0x57)
        default: nil
        }
    }

    private static func append(_ point: UInt32, to output: inout [UInt8]) {
        output.append(contentsOf: String(Unicode.Scalar(point) ?? "\u{FFFD}").utf8)
    }
}
