/// How Java reads and spells numbers.
enum JavaParsing {
    static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// The weight of a digit, letters included.
    static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x5A: UInt32(byte - 0x41) + 10
        case 0x61...0x7A: UInt32(byte - 0x61) + 10
        default: nil
        }
    }

    /// `parseInt` and its relatives.
    static func integer<Integer: FixedWidthInteger & SignedInteger>(
        _ text: [UInt8],
        radix: Int,
        _ type: Integer.Type,
    ) -> Integer? {
        guard (2...36).contains(radix) else { return nil }
        var rest = text[...]
        let isNegative = rest.first == .hyphen
        if isNegative || rest.first == .plus { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        // Towards the sign, so that the smallest number fits.
        var value: Int64 = 0
        for byte in rest {
            guard let digit = digit(byte), digit < UInt32(radix) else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: Int64(radix))
            let (sum, alsoTooLarge) =
                isNegative
                ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            guard !tooLarge, !alsoTooLarge else { return nil }
            value = sum
        }
        return Integer(exactly: value)
    }

    /// `decode`: `0x`, `#` and `0` tell the radix.
    static func decode<Integer: FixedWidthInteger & SignedInteger>(_ text: [UInt8], _ type: Integer.Type) -> Integer? {
        var rest = text[...]
        var sign: [UInt8] = []
        if rest.first == .hyphen || rest.first == .plus {
            sign = rest.first == .hyphen ? [.hyphen] : []
            rest = rest.dropFirst()
        }
        var radix = 10
        if rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8) {
            radix = 16
            rest = rest.dropFirst(2)
        } else if rest.first == .hash {
            radix = 16
            rest = rest.dropFirst()
        } else if rest.first == .zero, rest.count > 1 {
            radix = 8
            rest = rest.dropFirst()
        }
        guard rest.first != .hyphen, rest.first != .plus else { return nil }
        return integer(sign + rest, radix: radix, type)
    }

    /// `Long.toString(value, radix)`; radixes that do not exist count as 10.
    static func spell(_ value: Int64, radix: Int) -> String {
        String(value, radix: (2...36).contains(radix) ? radix : 10)
    }

    /// `Double.parseDouble`; nil if the text is no number.
    static func double(_ text: [UInt8]) -> Double? {
        guard let spelling = decimalSpelling(text) else { return nil }
        return Double(spelling)
    }

    static func float(_ text: [UInt8]) -> Float? {
        guard let spelling = decimalSpelling(text) else { return nil }
        return Float(spelling)
    }

    /// The number in the spelling that Swift reads. Java also takes blanks around it, and a letter for its type.
    private static func decimalSpelling(_ text: [UInt8]) -> String? {
        var text = JavaCase.trim(text)
        let unsigned = text.first == .hyphen || text.first == .plus ? Array(text.dropFirst()) : text
        if unsigned == Array("NaN".utf8) { return "nan" }
        if unsigned == Array("Infinity".utf8) { return text.first == .hyphen ? "-inf" : "inf" }
        let isHexadecimal = unsigned.starts(with: "0x".utf8) || unsigned.starts(with: "0X".utf8)
        if let last = text.last, "fFdD".utf8.contains(last), !isHexadecimal { text.removeLast() }
        guard !isHexadecimal else {
            let hasExponent = text.contains { $0 | 0x20 == UInt8(ascii: "p") }
            return hasExponent ? String(decoding: text, as: UTF8.self) : nil
        }
        var digits = 0
        var spelling: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text {
            guard byte.isDigit || byte == .dot || byte == .plus || byte == .hyphen || byte | 0x20 == UInt8(ascii: "e")
            else { return nil }
            if byte.isDigit { digits += 1 }
            // Swift wants digits on both sides of the point.
            if byte == .dot, !previous.isDigit { spelling.append(.zero) }
            if previous == .dot, !byte.isDigit { spelling.append(.zero) }
            spelling.append(byte)
            previous = byte
        }
        if previous == .dot { spelling.append(.zero) }
        let mantissa = text.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        guard digits > 0, mantissa.contains(where: { $0.isDigit }) else { return nil }
        let result = String(decoding: spelling, as: UTF8.self)
        return Double(result) == nil ? nil : result
    }
}

/// Bits of integers, as Java's class methods turn them.
enum JavaBits {
    static func reversed<Integer: FixedWidthInteger>(_ value: Integer) -> Integer {
        var (rest, result) = (value, Integer(0))
        for _ in 0..<Integer.bitWidth {
            result = result << 1 | rest & 1
            rest = rest >> 1
        }
        return result
    }

    static func rotated<Integer: FixedWidthInteger>(_ value: Integer, left count: Int) -> Integer {
        let width = Integer.bitWidth
        let count = ((count % width) + width) % width
        guard count > 0 else { return value }
        let mask = ~(Integer(truncatingIfNeeded: -1) << count)
        return value << count | (value >> (width - count)) & mask
    }
}
