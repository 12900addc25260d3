/// What Velocity does to the text between the quotes of a string.
enum StringLiteral {
    /// Replaces `\uXXXX`, the only escape; nil if one is cut short.
    static func unescape(_ bytes: [UInt8]) -> [UInt8]? {
        let u = UInt8(ascii: "u")
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == .backslash, index + 1 < bytes.count, bytes[index + 1] == u else {
                result.append(bytes[index])
                index += 1
                continue
            }
            guard index + 6 <= bytes.count, let unit = codeUnit(bytes[(index + 2)..<(index + 6)]) else { return nil }
            JavaText.append(unit: unit, to: &result)
            index += 6
        }
        return result
    }

    /// Four characters as Java's `Integer.parseInt` reads them: hexadecimal, perhaps behind a sign.
    private static func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt16? {
        let isNegative = digits.first == .hyphen
        let magnitude = isNegative || digits.first == .plus ? digits.dropFirst() : digits
        var value: Int32 = 0
        for digit in magnitude {
            guard let weight = hexadecimal(digit) else { return nil }
            value = value << 4 | weight
        }
        return UInt16(truncatingIfNeeded: isNegative ? 0 - value : value)
    }

    static func hexadecimal(_ digit: UInt8) -> Int32? {
        switch digit {
        case 0x30...0x39: Int32(digit) - 0x30
        case 0x41...0x46: Int32(digit) - 0x37
        case 0x61...0x66: Int32(digit) - 0x57
        default: nil
        }
    }

    /// Makes one quote of each pair.
    static func undouble(_ bytes: [UInt8], _ quote: UInt8) -> [UInt8] {
        guard bytes.contains(quote) else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            result.append(bytes[index])
            if bytes[index] == quote, index + 1 < bytes.count, bytes[index + 1] == quote { index += 1 }
            index += 1
        }
        return result
    }

    static func hasLineComment(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast().contains { bytes[$0] == .hash && bytes[$0 + 1] == .hash }
    }
}
