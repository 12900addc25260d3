/// Java's decimal form of doubles: `java.lang.Double.toString` as Java 8 to 18 print it.
///
/// The form has at least one digit behind the point and uses an exponent outside of 0.001 ..< 10,000,000: `1.0`,
/// `1.0E7`, `1.0E-4`. Those versions do not always print the shortest digits (`2.0E23` comes out as
/// `1.9999999999999998E23`), and so the digits are developed here as there, not taken from Swift.
public enum JavaDouble {
    /// The text that Java prints for `value`: also `NaN`, `Infinity`, `-Infinity`, `-0.0`.
    public static func description(of value: Double) -> String {
        var output: [UInt8] = []
        append(value, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the text that Java prints for `value`.
    public static func append(_ value: Double, to output: inout [UInt8]) {
        if value.isNaN {
            output.append(contentsOf: "NaN".utf8)
            return
        }
        if value.sign == .minus { output.append(UInt8(ascii: "-")) }
        if value.isInfinite {
            output.append(contentsOf: "Infinity".utf8)
            return
        }
        if value == 0 {
            output.append(contentsOf: "0.0".utf8)
            return
        }
        append(DecimalDigits(of: value), to: &output)
    }

    /// The text that Java prints for a float, which has fewer digits than the double of the same value:
    /// `java.lang.Float.toString`.
    public static func description(of value: Float) -> String {
        guard value.isFinite, value != 0 else { return description(of: Double(value)) }
        var output: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
        append(DecimalDigits(of: value), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Lays out digits whose first one has the weight `10^(exponent - 1)`.
    private static func append(_ decimal: DecimalDigits, to output: inout [UInt8]) {
        let count = decimal.count
        let exponent = decimal.exponent
        func appendDigits(_ range: Range<Int>) {
            for index in range {
                output.append(UInt8(ascii: "0") + decimal.digit(index))
            }
        }
        switch exponent {
        case 1..<8:
            let whole = min(count, exponent)
            appendDigits(0..<whole)
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: exponent - whole))
            output.append(UInt8(ascii: "."))
            if whole < count { appendDigits(whole..<count) } else { output.append(UInt8(ascii: "0")) }
        case -2...0:
            output.append(contentsOf: "0.".utf8)
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -exponent))
            appendDigits(0..<count)
        default:
            appendDigits(0..<1)
            output.append(UInt8(ascii: "."))
            if count > 1 { appendDigits(1..<count) } else { output.append(UInt8(ascii: "0")) }
            output.append(UInt8(ascii: "E"))
            output.append(contentsOf: String(exponent - 1).utf8)
        }
    }
}
