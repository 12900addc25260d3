/// Java's text of exact decimals: `java.math.BigDecimal.toString`.
public enum JavaBigDecimal {
    /// The text that Java prints for the decimal with this JSON spelling. The digits stay as they are, trailing
    /// zeros included; an exponent is used for very small values and for those that were written with one
    /// (`1E+30`).
    public static func description(of spelling: String) -> String {
        var digits: [UInt8] = []
        var scale = 0
        var isNegative = false
        var seenPoint = false
        var bytes = spelling.utf8[...]
        if bytes.first == UInt8(ascii: "-") {
            isNegative = true
            bytes = bytes.dropFirst()
        }
        while let byte = bytes.first, byte | 0x20 != UInt8(ascii: "e") {
            bytes = bytes.dropFirst()
            if byte == UInt8(ascii: ".") {
                seenPoint = true
            } else {
                digits.append(byte)
                if seenPoint { scale += 1 }
            }
        }
        if !bytes.isEmpty {
            // An exponent that Java's `int` does not hold has no decimal there; the spelling is all there is.
            guard let exponent = Int32(String(decoding: bytes.dropFirst(), as: UTF8.self)) else { return spelling }
            scale -= Int(exponent)
        }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        return text(of: significant.isEmpty ? [UInt8(ascii: "0")] : Array(significant), scale, isNegative)
    }

    /// Lays out `digits × 10^-scale`.
    private static func text(of digits: [UInt8], _ scale: Int, _ isNegative: Bool) -> String {
        var output: [UInt8] = []
        if isNegative, digits != [UInt8(ascii: "0")] { output.append(UInt8(ascii: "-")) }
        let exponent = digits.count - 1 - scale
        if scale == 0 {
            output += digits
        } else if scale > 0, exponent >= -6 {
            let whole = digits.count - scale
            if whole > 0 {
                output += digits[..<whole]
                output.append(UInt8(ascii: "."))
                output += digits[whole...]
            } else {
                output += Array("0.".utf8)
                output += repeatElement(UInt8(ascii: "0"), count: -whole)
                output += digits
            }
        } else {
            output.append(digits[0])
            if digits.count > 1 {
                output.append(UInt8(ascii: "."))
                output += digits[1...]
            }
            if exponent != 0 {
                output.append(UInt8(ascii: "E"))
                if exponent > 0 { output.append(UInt8(ascii: "+")) }
                output += Array(String(exponent).utf8)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
