/// Writes strings with their quotes and escapes.
enum JSONEscaper {
    /// Appends `text` (UTF-8) as a JSON string.
    static func append(
        _ text: UnsafeBufferPointer<UInt8>,
        _ escapes: JSONStyle.Escapes,
        to output: inout [UInt8],
    ) {
        output.append(UInt8(ascii: "\""))
        var copied = 0
        var position = 0
        while position < text.count {
            let byte = text[position]
            if byte >= 0x20, byte < 0x7F, byte != 0x22, byte != 0x5C, byte != 0x2F {
                position &+= 1
                continue
            }
            let (point, length) = escaped(text, position, byte, escapes)
            if length == 0 {
                position &+= 1
                continue
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: text[copied..<position]))
            append(escapeFor: point, to: &output)
            position &+= length
            copied = position
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[copied...]))
        output.append(UInt8(ascii: "\""))
    }

    /// The code point at `position` and its length in bytes if it must be escaped, else length 0.
    private static func escaped(
        _ text: UnsafeBufferPointer<UInt8>,
        _ position: Int,
        _ byte: UInt8,
        _ escapes: JSONStyle.Escapes,
    ) -> (UInt32, Int) {
        switch byte {
        case 0..<0x20, 0x22, 0x5C:
            return (UInt32(byte), 1)
        case 0x2F:
            return (UInt32(byte), escapes == .jsonSmartAndSlash ? 1 : 0)
        case 0x7F:
            return (UInt32(byte), escapes == .required ? 0 : 1)
        case 0xC2 where escapes != .required && position &+ 1 < text.count && text[position &+ 1] < 0xA0:
            return (UInt32(text[position &+ 1]), 2)
        case 0xE2 where escapes != .required && position &+ 2 < text.count && text[position &+ 1] < 0x84:
            let middle = UInt32(text[position &+ 1] & 0x3F) << 6
            return (0x2000 | middle | UInt32(text[position &+ 2] & 0x3F), 3)
        default:
            return (0, 0)
        }
    }

    private static func append(escapeFor point: UInt32, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch point {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x22, 0x2F, 0x5C: output.append(UInt8(truncatingIfNeeded: point))
        default:
            output.append(UInt8(ascii: "u"))
            for shift: UInt32 in [12, 8, 4, 0] {
                let digit = UInt8(truncatingIfNeeded: point >> shift & 15)
                output.append(digit < 10 ? 0x30 + digit : 0x37 + digit)
            }
        }
    }
}
