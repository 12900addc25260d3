/// Java's spelling of doubles in hexadecimal.
enum JavaHexadecimal {
    /// `Double.toHexString`.
    static func description(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        let sign = value.sign == .minus ? "-" : ""
        if value.isInfinite { return sign + "Infinity" }
        if value == 0 { return sign + "0x0.0p0" }
        var digits = String(value.significandBitPattern, radix: 16)
        digits = String(repeating: "0", count: 13 - digits.count) + digits
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return value.isSubnormal
            ? "\(sign)0x0.\(digits)p-1022" : "\(sign)0x1.\(digits)p\(Int(value.exponentBitPattern) - 1023)"
    }
}
