/// An exact decimal, `unscaled × 10^-scale`, as `java.math.BigDecimal`.
struct BigDecimal: Hashable, Sendable {
    var unscaled: BigInteger
    var scale: Int

    init(unscaled: BigInteger, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }

    init(_ value: BigInteger) {
        self.init(unscaled: value, scale: 0)
    }

    /// The exact value of a double, which has as many decimals as it has bits behind the point; nil for
    /// infinities and NaN.
    init?(exactly value: Double) {
        guard value.isFinite else { return nil }
        guard value != 0 else {
            self.init(unscaled: BigInteger(0), scale: 0)
            return
        }
        var significand = Int64(value.significandBitPattern)
        var exponent = Int(value.exponentBitPattern)
        if exponent == 0 { exponent = 1 } else { significand |= 1 << 52 }
        exponent -= 1075
        while significand & 1 == 0 {
            significand >>= 1
            exponent += 1
        }
        var unscaled = BigInteger(value.sign == .minus ? -significand : significand)
        let factor = BigInteger(exponent < 0 ? 5 : 2)
        for _ in 0..<abs(exponent) { unscaled = unscaled * factor }
        self.init(unscaled: unscaled, scale: max(0, -exponent))
    }

    /// Reads a number as Java's constructor does; nil if it is none or its exponent is out of range.
    init?(_ spelling: [UInt8]) {
        var digits: [UInt8] = []
        var scale = 0
        var seenPoint = false
        var index = 0
        if spelling.first == .hyphen || spelling.first == .plus { index = 1 }
        while index < spelling.count, spelling[index] | 0x20 != UInt8(ascii: "e") {
            if spelling[index] == .dot, !seenPoint {
                seenPoint = true
            } else {
                digits.append(spelling[index])
                if seenPoint { scale += 1 }
            }
            index += 1
        }
        if index < spelling.count {
            var exponent = spelling[(index + 1)...]
            if exponent.first == .plus { exponent = exponent.dropFirst() }
            guard let value = Int32(String(decoding: exponent, as: UTF8.self)) else { return nil }
            scale -= Int(value)
            guard Int32(exactly: scale) != nil else { return nil }
        }
        guard digits.first != .hyphen, digits.first != .plus,
            let magnitude = BigInteger(digits: digits, radix: 10)
        else { return nil }
        self.init(unscaled: spelling.first == .hyphen ? magnitude.negated : magnitude, scale: scale)
    }

    /// The nearest double.
    var double: Double { Double("\(unscaled)e\(-scale)") ?? 0 }

    /// The whole part.
    var truncated: BigInteger {
        if scale <= 0 { return scale < -400 ? BigInteger(0) : unscaled.scaled(byPowerOfTen: -scale) }
        let power = BigInteger(1).scaled(byPowerOfTen: min(scale, unscaled.limbs.count * 10 + 1))
        return unscaled.divided(by: power)?.quotient ?? BigInteger(0)
    }

    /// Whether two decimals can be brought to one scale without needing thousands of digits.
    private func isAligned(with other: BigDecimal) -> Bool { abs(scale - other.scale) <= 5_000 }

    private static func align(_ left: BigDecimal, _ right: BigDecimal) -> (BigInteger, BigInteger, scale: Int)? {
        guard left.isAligned(with: right) else { return nil }
        let scale = max(left.scale, right.scale)
        return (
            left.unscaled.scaled(byPowerOfTen: scale - left.scale),
            right.unscaled.scaled(byPowerOfTen: scale - right.scale),
            scale,
        )
    }

    /// Nil if the scales are too far apart to compute with.
    static func add(_ left: BigDecimal, _ right: BigDecimal) -> BigDecimal? {
        align(left, right).map { BigDecimal(unscaled: $0.0 + $0.1, scale: $0.scale) }
    }

    static func subtract(_ left: BigDecimal, _ right: BigDecimal) -> BigDecimal? {
        align(left, right).map { BigDecimal(unscaled: $0.0 - $0.1, scale: $0.scale) }
    }

    static func multiply(_ left: BigDecimal, _ right: BigDecimal) -> BigDecimal? {
        let scale = left.scale + right.scale
        guard Int32(exactly: scale) != nil else { return nil }
        return BigDecimal(unscaled: left.unscaled * right.unscaled, scale: scale)
    }

    /// The quotient with the scale of the dividend, halves rounded down; nil for a zero divisor.
    static func divide(_ left: BigDecimal, _ right: BigDecimal) -> BigDecimal? {
        guard abs(right.scale) <= 5_000, !right.unscaled.isZero else { return nil }
        let dividend = left.unscaled.scaled(byPowerOfTen: max(0, right.scale))
        let divisor = right.unscaled.scaled(byPowerOfTen: max(0, -right.scale))
        guard let (quotient, remainder) = dividend.divided(by: divisor) else { return nil }
        let isMoreThanHalf = divisor.magnitude < remainder.magnitude * BigInteger(2)
        guard isMoreThanHalf else { return BigDecimal(unscaled: quotient, scale: left.scale) }
        let isNegative = dividend.isNegative != divisor.isNegative
        return BigDecimal(unscaled: quotient + BigInteger(isNegative ? -1 : 1), scale: left.scale)
    }

    /// -1, 0 or 1.
    static func compare(_ left: BigDecimal, _ right: BigDecimal) -> Int {
        if left.unscaled.signum != right.unscaled.signum {
            return left.unscaled.signum < right.unscaled.signum ? -1 : 1
        }
        guard let (a, b, _) = align(left, right) else {
            // So far apart that the place of the first digit decides.
            let leftPlace = left.unscaled.description.utf8.count - left.scale
            let rightPlace = right.unscaled.description.utf8.count - right.scale
            if left.unscaled.isZero { return 0 }
            return (leftPlace < rightPlace) != left.unscaled.isNegative ? -1 : 1
        }
        return a == b ? 0 : a < b ? -1 : 1
    }

    /// Java's `hashCode()`.
    var hashCode: Int32 { unscaled.hashCode &* 31 &+ Int32(truncatingIfNeeded: scale) }
}

extension BigDecimal: CustomStringConvertible {
    /// Java's `toString()`: plain while the first digit is at most six places behind the point, else with an
    /// exponent.
    var description: String {
        let digits = Array(unscaled.magnitude.description.utf8)
        var output: [UInt8] = unscaled.isNegative ? [.hyphen] : []
        let exponent = digits.count - 1 - scale
        if scale == 0 {
            output += digits
        } else if scale > 0, exponent >= -6 {
            let whole = digits.count - scale
            if whole > 0 {
                output += digits[..<whole] + [.dot] + digits[whole...]
            } else {
                output += [.zero, .dot] + [UInt8](repeating: .zero, count: -whole) + digits
            }
        } else {
            output.append(digits[0])
            if digits.count > 1 { output += [.dot] + digits[1...] }
            if exponent != 0 { output += Array((exponent > 0 ? "E+\(exponent)" : "E\(exponent)").utf8) }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
