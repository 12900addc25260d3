/// The decimal digits that tell a finite, nonzero double from its neighbours, developed from the front with
/// exact arithmetic as Java 8 to 18 do (Steele and White, "How to Print Floating-Point Numbers Accurately").
struct DecimalDigits {
    /// The digits, packed four bits each, the first in the lowest place of `low`.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private(set) var count = 0

    /// The value is `0.d1d2d3… × 10^exponent`.
    private(set) var exponent = 0

    /// The digit at `index`, 0 to 9.
    func digit(_ index: Int) -> UInt8 {
        let word = index < 16 ? low : high
        return UInt8(truncatingIfNeeded: word >> UInt64(index % 16 * 4) & 15)
    }

    private mutating func set(_ index: Int, _ digit: UInt64) {
        let shift = UInt64(index % 16 * 4)
        if index < 16 {
            low = low & ~(15 << shift) | digit << shift
        } else {
            high = high & ~(15 << shift) | digit << shift
        }
    }

    private mutating func append(_ digit: Int) {
        guard count < 32 else { return }
        set(count, UInt64(truncatingIfNeeded: digit))
        count += 1
    }

    init(of value: Double) {
        var fraction = value.significandBitPattern
        var binary = Int(value.exponentBitPattern)
        let precision: Int
        if binary == 0 {
            let shift = fraction.leadingZeroBitCount - 11
            precision = 64 - fraction.leadingZeroBitCount
            fraction <<= UInt64(shift)
            binary = 1 - shift
        } else {
            fraction |= 1 << 52
            precision = 53
        }
        self.init(fraction, binary - 1023, precision)
    }

    /// The digits that tell a finite, nonzero float from its neighbours.
    init(of value: Float) {
        var fraction = value.significandBitPattern
        var binary = Int(value.exponentBitPattern)
        let precision: Int
        if binary == 0 {
            let shift = fraction.leadingZeroBitCount - 8
            precision = 32 - fraction.leadingZeroBitCount
            fraction <<= UInt32(shift)
            binary = 1 - shift
        } else {
            fraction |= 1 << 23
            precision = 24
        }
        self.init(UInt64(fraction) << 29, binary - 127, precision)
    }

    private init(_ fraction: UInt64, _ binary: Int, _ precision: Int) {
        // The value is `fraction × 2^(binary - 52)`; `bits` of the fraction's bits are in use, and `tiny` of
        // them stand behind the binary point.
        let tail = fraction.trailingZeroBitCount
        let bits = 53 - tail
        let tiny = max(0, bits - binary - 1)
        if tiny == 0, (-21...62).contains(binary) {
            developInteger(fraction, binary, precision)
        } else {
            develop(fraction >> UInt64(tail), Scale(fraction, binary, bits, tiny, precision))
        }
    }

    /// Whole numbers below 2^63. Digits below the precision of the double are rounded away.
    private mutating func developInteger(_ fraction: UInt64, _ binary: Int, _ precision: Int) {
        var value = binary >= 52 ? fraction << UInt64(binary - 52) : fraction >> UInt64(52 - binary)
        var zeros = 0
        let excess = binary - precision - 1
        if excess > 1 {
            zeros = excess * 30_103 / 100_000
            var power: UInt64 = 1
            for _ in 0..<zeros {
                power *= 10
            }
            let rest = value % power
            value /= power
            if rest >= power / 2, zeros > 0 { value += 1 }
        }
        while value % 10 == 0, value > 0 {
            value /= 10
            zeros += 1
        }
        var reversed: [Int] = []
        while value > 0 {
            reversed.append(Int(value % 10))
            value /= 10
        }
        for digit in reversed.reversed() {
            append(digit)
        }
        exponent = reversed.count + zeros
    }

    /// The value as a quotient: numerator `fraction × 2^b2 × 5^b5`, denominator `2^s2 × 5^s5`, half of the
    /// distance to the next double `2^m2 × 5^b5`, all times `10^decimal`.
    private struct Scale {
        var decimal: Int
        var b2: Int
        let b5: Int
        var s2: Int
        let s5: Int
        var m2: Int
        let numeratorBits: Int
        let tenfoldBits: Int

        init(_ fraction: UInt64, _ binary: Int, _ bits: Int, _ tiny: Int, _ precision: Int) {
            let mantissa = Double(bitPattern: 0x3FF << 52 | fraction & (1 << 52 - 1))
            let logarithm = (mantissa - 1.5) * 0.289529654 + 0.176091259 + Double(binary) * 0.301029995663981
            decimal = Int(logarithm)
            if Double(decimal) > logarithm { decimal -= 1 }
            b5 = max(0, -decimal)
            b2 = b5 + tiny + binary
            s5 = max(0, decimal)
            s2 = s5 + tiny
            m2 = b2 - precision
            b2 -= bits - 1
            let common = min(b2, s2)
            b2 -= common
            s2 -= common
            m2 -= common
            // Below a power of two the next double is only half as far away.
            if bits == 1 { m2 -= 1 }
            if m2 < 0 {
                b2 -= m2
                s2 -= m2
                m2 = 0
            }
            numeratorBits = bits + b2 + Self.bitsOfPower(b5)
            tenfoldBits = s2 + 1 + Self.bitsOfPower(s5 + 1)
        }

        /// The bits of 5^n; beyond what fits a word, an estimate from below, as Java has it.
        private static func bitsOfPower(_ n: Int) -> Int {
            if n == 0 { return 0 }
            return n < 27 ? n * 2_321_929 / 1_000_000 + 1 : n * 3
        }
    }

    private mutating func develop(_ fraction: UInt64, _ scale: Scale) {
        exponent = scale.decimal + 1
        let fitsWords = scale.numeratorBits < 64 && scale.tenfoldBits < 64
        let (isLow, isHigh, rest) = fitsWords ? developWords(fraction, scale) : developLarge(fraction, scale)
        // What is left of the value lies above the middle of the last digit, or on it: then even digits win.
        if isHigh, !isLow || rest > 0 || rest == 0 && digit(count - 1) & 1 == 1 { roundUp() }
    }

    /// Whether digits must be developed further although the bounds are reached: with an exponent there is
    /// always a digit behind the point.
    private var needsSecondDigit: Bool { exponent - 1 < -3 || exponent - 1 >= 8 }

    private mutating func developWords(_ fraction: UInt64, _ scale: Scale) -> (Bool, Bool, Int) {
        var b = Int64(truncatingIfNeeded: fraction) &* Self.power(scale.b5) &<< Int64(scale.b2)
        let s = Self.power(scale.s5) &<< Int64(scale.s2)
        var m = Self.power(scale.b5) &<< Int64(scale.m2)
        let tens = s &* 10
        var isFirst = true
        var isLow = false
        var isHigh = false
        repeat {
            let quotient = Int(b / s)
            b = 10 &* (b % s)
            m = m &* 10
            if m > 0 {
                isLow = b < m
                isHigh = b &+ m > tens
            } else {
                // An overflow: the bound is past everything.
                isLow = true
                isHigh = true
            }
            take(quotient, isFirst: isFirst, &isLow, &isHigh)
            isFirst = false
        } while !isLow && !isHigh
        let difference = (b &<< 1) &- tens
        return (isLow, isHigh, difference.signum() > 0 ? 1 : difference == 0 ? 0 : -1)
    }

    private mutating func developLarge(_ fraction: UInt64, _ scale: Scale) -> (Bool, Bool, Int) {
        var b = LargeNatural(fraction, timesFiveTo: scale.b5, timesTwoTo: scale.b2)
        let s = LargeNatural(1, timesFiveTo: scale.s5, timesTwoTo: scale.s2)
        var m = LargeNatural(1, timesFiveTo: scale.b5, timesTwoTo: scale.m2)
        let tens = LargeNatural(1, timesFiveTo: scale.s5 + 1, timesTwoTo: scale.s2 + 1)
        var isFirst = true
        var isLow = false
        var isHigh = false
        repeat {
            let quotient = b.divideKeepingRemainder(by: s)
            b.multiply(by: 10)
            m.multiply(by: 10)
            isLow = b < m
            isHigh = !(b.adding(m) < tens)
            take(quotient, isFirst: isFirst, &isLow, &isHigh)
            isFirst = false
        } while !isLow && !isHigh
        b.multiply(by: 2)
        return (isLow, isHigh, b < tens ? -1 : tens < b ? 1 : 0)
    }

    /// Keeps a digit. A zero in front means that the estimate of the exponent was one too high.
    private mutating func take(_ quotient: Int, isFirst: Bool, _ isLow: inout Bool, _ isHigh: inout Bool) {
        if isFirst, quotient == 0, !isHigh {
            exponent -= 1
        } else {
            append(quotient)
        }
        if isFirst, needsSecondDigit {
            isLow = false
            isHigh = false
        }
    }

    private mutating func roundUp() {
        var index = count - 1
        while index > 0, digit(index) == 9 {
            set(index, 0)
            index -= 1
        }
        if digit(index) == 9 {
            set(index, 1)
            exponent += 1
        } else {
            set(index, UInt64(digit(index)) + 1)
        }
    }

    private static func power(_ n: Int) -> Int64 {
        var power: Int64 = 1
        for _ in 0..<n {
            power = power &* 5
        }
        return power
    }
}
