/// Scales and exact division.
extension BigDecimal {
    /// Takes trailing zeros off, but leaves a scale of at least `preferred`.
    func strippingZeros(to preferred: Int) -> BigDecimal {
        guard !unscaled.isZero else {
            return BigDecimal(unscaled: unscaled, scale: preferred == Int(Int32.min) ? 0 : preferred)
        }
        var result = self
        let ten = BigInteger(10)
        while result.scale > preferred, let (quotient, remainder) = result.unscaled.divided(by: ten), remainder.isZero {
            result = BigDecimal(unscaled: quotient, scale: result.scale - 1)
        }
        return result
    }

    /// The same value with zeros instead of a negative scale.
    var withScaleOfAtLeastZero: BigDecimal {
        scale >= 0 ? self : BigDecimal(unscaled: unscaled.scaled(byPowerOfTen: -scale), scale: 0)
    }

    /// The same value with another scale; nil if digits would be lost.
    func exactly(scale: Int) -> BigDecimal? {
        if scale >= self.scale {
            return BigDecimal(unscaled: unscaled.scaled(byPowerOfTen: scale - self.scale), scale: scale)
        }
        let power = BigInteger(1).scaled(byPowerOfTen: min(self.scale - scale, unscaled.limbs.count * 10 + 1))
        guard let (quotient, remainder) = unscaled.divided(by: power), remainder.isZero else { return nil }
        return BigDecimal(unscaled: quotient, scale: scale)
    }

    /// The quotient if it has finitely many digits.
    func exactQuotient(by divisor: BigDecimal) -> BigDecimal? {
        if unscaled.isZero { return BigDecimal(unscaled: unscaled, scale: scale - divisor.scale) }
        // As many digits as an exact quotient can have, by the size of the divisor.
        let digits = divisor.unscaled.limbs.count * 10 * 10 / 3 + unscaled.limbs.count * 10
        guard digits <= 5_000,
            let (quotient, remainder) = unscaled.scaled(byPowerOfTen: digits).divided(by: divisor.unscaled),
            remainder.isZero
        else { return nil }
        return BigDecimal(unscaled: quotient, scale: scale - divisor.scale + digits)
    }

    /// The whole part of the quotient, with the scale nearest to the difference of the scales.
    func wholeQuotient(by divisor: BigDecimal) -> BigDecimal? {
        guard abs(scale) <= 5_000, abs(divisor.scale) <= 5_000 else { return nil }
        let preferred = scale - divisor.scale
        let dividend = unscaled.scaled(byPowerOfTen: max(0, -preferred))
        let factor = divisor.unscaled.scaled(byPowerOfTen: max(0, preferred))
        guard let quotient = dividend.divided(by: factor)?.quotient else { return nil }
        let whole = BigDecimal(unscaled: quotient, scale: 0)
        if quotient.isZero { return BigDecimal(unscaled: quotient, scale: preferred) }
        return preferred >= 0 ? whole.exactly(scale: preferred) : whole.strippingZeros(to: preferred)
    }

    /// `toPlainString()`: never an exponent.
    var plainDescription: String {
        guard abs(scale) <= 10_000 else { return description }
        return withScaleOfAtLeastZero.scale == scale && scale > 0 ? padded : withScaleOfAtLeastZero.description
    }

    private var padded: String {
        var digits = Array(unscaled.magnitude.description.utf8)
        if digits.count <= scale { digits = [UInt8](repeating: .zero, count: scale + 1 - digits.count) + digits }
        let text = digits.dropLast(scale) + [.dot] + digits.suffix(scale)
        return (unscaled.isNegative ? "-" : "") + String(decoding: text, as: UTF8.self)
    }

    /// `toEngineeringString()`: exponents are multiples of three.
    var engineeringDescription: String {
        let digits = Array(unscaled.magnitude.description.utf8)
        var exponent = digits.count - 1 - scale
        guard !(scale >= 0 && exponent >= -6) else { return description }
        var lead = ((exponent % 3) + 3) % 3
        exponent -= lead
        lead += 1
        var text: [UInt8]
        if unscaled.isZero {
            switch lead {
            case 2:
                text = Array("0.00".utf8)
                exponent += 3
            case 3:
                text = Array("0.0".utf8)
                exponent += 3
            default: text = [.zero]
            }
        } else if lead >= digits.count {
            text = digits + [UInt8](repeating: .zero, count: lead - digits.count)
        } else {
            text = digits[..<lead] + [.dot] + digits[lead...]
        }
        let power = exponent == 0 ? "" : exponent > 0 ? "E+\(exponent)" : "E\(exponent)"
        return (unscaled.isNegative ? "-" : "") + String(decoding: text, as: UTF8.self) + power
    }
}
