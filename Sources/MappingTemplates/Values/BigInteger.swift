/// An integer of any size, with the operations of `java.math.BigInteger` that templates can reach.
struct BigInteger: Hashable, Sendable {
    /// The absolute value, least significant limb first, no leading zero limbs; empty for zero.
    private(set) var limbs: [UInt32]
    private(set) var isNegative: Bool

    init(limbs: [UInt32], isNegative: Bool) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    init(_ value: Int64) {
        let magnitude = value.magnitude
        self.init(
            limbs: [UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32)],
            isNegative: value < 0,
        )
    }

    /// Reads digits behind an optional sign; nil if there is anything else, or no digit.
    init?(decimal spelling: String) {
        self.init(digits: Array(spelling.utf8), radix: 10)
    }

    init?(digits: [UInt8], radix: UInt32) {
        var rest = digits[...]
        let isNegative = rest.first == .hyphen
        if isNegative || rest.first == .plus { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var limbs: [UInt32] = []
        for digit in rest {
            guard let value = JavaParsing.digit(digit), value < radix else { return nil }
            Self.multiplyAdd(&limbs, radix, value)
        }
        self.init(limbs: limbs, isNegative: isNegative)
    }

    private static func multiplyAdd(_ limbs: inout [UInt32], _ factor: UInt32, _ addend: UInt32) {
        var carry = UInt64(addend)
        for index in limbs.indices {
            carry += UInt64(limbs[index]) * UInt64(factor)
            limbs[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { limbs.append(UInt32(carry)) }
    }

    var isZero: Bool { limbs.isEmpty }
    var signum: Int32 { isZero ? 0 : isNegative ? -1 : 1 }
    var negated: BigInteger { BigInteger(limbs: limbs, isNegative: !isNegative) }
    var magnitude: BigInteger { BigInteger(limbs: limbs, isNegative: false) }

    /// The value if 64 bits hold it.
    var int64: Int64? {
        guard limbs.count <= 2 else { return nil }
        let magnitude = low64
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    private var low64: UInt64 {
        UInt64(limbs.first ?? 0) | UInt64(limbs.count > 1 ? limbs[1] : 0) << 32
    }

    /// The low 64 bits of the two's complement, as `longValue()`.
    var truncated: Int64 {
        Int64(bitPattern: isNegative ? 0 &- low64 : low64)
    }

    /// The nearest double, as `doubleValue()`.
    var double: Double { Double(description) ?? 0 }

    /// Java's `getLowestSetBit()`: how many zero bits there are below the lowest one; -1 for zero.
    var lowestSetBit: Int {
        guard let index = limbs.firstIndex(where: { $0 != 0 }) else { return -1 }
        return index * 32 + limbs[index].trailingZeroBitCount
    }

    var bitLength: Int {
        guard let last = limbs.last else { return 0 }
        let bits = limbs.count * 32 - last.leadingZeroBitCount
        // The negative powers of two need one bit less.
        let isPower = last.nonzeroBitCount == 1 && limbs.dropLast().allSatisfy { $0 == 0 }
        return isNegative && isPower ? bits - 1 : bits
    }

    // MARK: Arithmetic

    static func + (left: BigInteger, right: BigInteger) -> BigInteger {
        if left.isNegative == right.isNegative {
            return BigInteger(limbs: add(left.limbs, right.limbs), isNegative: left.isNegative)
        }
        if compare(left.limbs, right.limbs) < 0 {
            return BigInteger(limbs: subtract(right.limbs, left.limbs), isNegative: right.isNegative)
        }
        return BigInteger(limbs: subtract(left.limbs, right.limbs), isNegative: left.isNegative)
    }

    static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + right.negated }

    static func * (left: BigInteger, right: BigInteger) -> BigInteger {
        guard !left.isZero, !right.isZero else { return BigInteger(0) }
        var product = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (i, a) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, b) in right.limbs.enumerated() {
                carry += UInt64(a) * UInt64(b) + UInt64(product[i + j])
                product[i + j] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            product[i + right.limbs.count] = UInt32(carry)
        }
        return BigInteger(limbs: product, isNegative: left.isNegative != right.isNegative)
    }

    /// Division truncating towards zero; nil if the divisor is zero.
    func divided(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger)? {
        guard !divisor.isZero else { return nil }
        guard Self.compare(limbs, divisor.limbs) >= 0 else { return (BigInteger(0), self) }
        let (quotient, remainder) =
            divisor.limbs.count == 1
            ? Self.divide(limbs, divisor.limbs[0]) : Self.divide(limbs, divisor.limbs)
        return (
            BigInteger(limbs: quotient, isNegative: isNegative != divisor.isNegative),
            BigInteger(limbs: remainder, isNegative: isNegative),
        )
    }

    private static func add(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var sum: [UInt32] = []
        sum.reserveCapacity(max(left.count, right.count) + 1)
        var carry: UInt64 = 0
        for index in 0..<max(left.count, right.count) {
            carry += UInt64(index < left.count ? left[index] : 0) + UInt64(index < right.count ? right[index] : 0)
            sum.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        if carry > 0 { sum.append(UInt32(carry)) }
        return sum
    }

    /// The difference of magnitudes, the left one not the smaller.
    private static func subtract(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var difference = left
        var borrow: Int64 = 0
        for index in left.indices {
            var value = Int64(left[index]) - Int64(index < right.count ? right[index] : 0) - borrow
            borrow = value < 0 ? 1 : 0
            if value < 0 { value += 1 << 32 }
            difference[index] = UInt32(truncatingIfNeeded: value)
        }
        return difference
    }

    static func compare(_ left: [UInt32], _ right: [UInt32]) -> Int {
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        for index in left.indices.reversed() where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return 0
    }

    private static func divide(_ limbs: [UInt32], _ divisor: UInt32) -> (quotient: [UInt32], remainder: [UInt32]) {
        var quotient = limbs
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() {
            remainder = remainder << 32 | UInt64(limbs[index])
            quotient[index] = UInt32(truncatingIfNeeded: remainder / UInt64(divisor))
            remainder %= UInt64(divisor)
        }
        return (quotient, [UInt32(remainder)])
    }

    /// Long division by a divisor of two limbs or more (Knuth's algorithm D), the dividend not the smaller.
    private static func divide(_ left: [UInt32], _ right: [UInt32]) -> (quotient: [UInt32], remainder: [UInt32]) {
        let shift = right[right.count - 1].leadingZeroBitCount
        let divisor = shifted(right, left: shift)
        var dividend = shifted(left, left: shift)
        if dividend.count == left.count { dividend.append(0) }
        let n = divisor.count
        var quotient = [UInt32](repeating: 0, count: dividend.count - n)
        let top = UInt64(divisor[n - 1])
        for j in quotient.indices.reversed() {
            let head = UInt64(dividend[j + n]) << 32 | UInt64(dividend[j + n - 1])
            var guess = head / top
            var rest = head % top
            while guess >> 32 != 0 || guess * UInt64(divisor[n - 2]) > rest << 32 | UInt64(dividend[j + n - 2]) {
                guess -= 1
                rest += top
                if rest >> 32 != 0 { break }
            }
            if !multiplySubtract(&dividend, divisor, UInt32(truncatingIfNeeded: guess), at: j) {
                guess -= 1
                addBack(&dividend, divisor, at: j)
            }
            quotient[j] = UInt32(truncatingIfNeeded: guess)
        }
        return (quotient, shifted(Array(dividend[..<n]), right: shift))
    }

    /// Subtracts `factor × divisor`; false if that was too much.
    private static func multiplySubtract(
        _ dividend: inout [UInt32],
        _ divisor: [UInt32],
        _ factor: UInt32,
        at offset: Int,
    ) -> Bool {
        var carry: UInt64 = 0
        var borrow: Int64 = 0
        for index in divisor.indices {
            carry += UInt64(factor) * UInt64(divisor[index])
            let value = Int64(dividend[offset + index]) - Int64(carry & 0xFFFF_FFFF) - borrow
            dividend[offset + index] = UInt32(truncatingIfNeeded: value)
            borrow = value < 0 ? 1 : 0
            carry >>= 32
        }
        let value = Int64(dividend[offset + divisor.count]) - Int64(carry) - borrow
        dividend[offset + divisor.count] = UInt32(truncatingIfNeeded: value)
        return value >= 0
    }

    private static func addBack(_ dividend: inout [UInt32], _ divisor: [UInt32], at offset: Int) {
        var carry: UInt64 = 0
        for index in divisor.indices {
            carry += UInt64(dividend[offset + index]) + UInt64(divisor[index])
            dividend[offset + index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        dividend[offset + divisor.count] = dividend[offset + divisor.count] &+ UInt32(carry)
    }

    private static func shifted(_ limbs: [UInt32], left bits: Int) -> [UInt32] {
        guard bits > 0 else { return limbs }
        var result: [UInt32] = []
        var carry: UInt32 = 0
        for limb in limbs {
            result.append(limb << bits | carry)
            carry = limb >> (32 - bits)
        }
        if carry > 0 { result.append(carry) }
        return result
    }

    private static func shifted(_ limbs: [UInt32], right bits: Int) -> [UInt32] {
        guard bits > 0 else { return limbs }
        var result = limbs
        for index in limbs.indices {
            let above = index + 1 < limbs.count ? limbs[index + 1] : 0
            result[index] = limbs[index] >> bits | above << (32 - bits)
        }
        return result
    }

    /// Multiplies by a power of ten.
    func scaled(byPowerOfTen exponent: Int) -> BigInteger {
        var limbs = limbs
        var rest = exponent
        while rest > 0 {
            let step = min(rest, 9)
            var factor: UInt32 = 1
            for _ in 0..<step { factor *= 10 }
            Self.multiplyAdd(&limbs, factor, 0)
            rest -= step
        }
        return BigInteger(limbs: limbs, isNegative: isNegative)
    }
}

extension BigInteger: Comparable {
    static func < (left: BigInteger, right: BigInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let order = compare(left.limbs, right.limbs)
        return left.isNegative ? order > 0 : order < 0
    }
}

extension BigInteger: CustomStringConvertible {
    var description: String { String(decoding: digits(radix: 10), as: UTF8.self) }

    /// What it takes to find the digits, in units of a rendering's work: it grows with the square of their number.
    var conversionWork: Int { limbs.count * limbs.count >> 5 }

    /// The digits, with a sign if negative.
    func digits(radix: UInt32) -> [UInt8] {
        guard !isZero else { return [.zero] }
        // As many digits at a time as 32 bits hold.
        var chunk = radix
        var size = 1
        while UInt64(chunk) * UInt64(radix) <= UInt64(UInt32.max) {
            chunk *= radix
            size += 1
        }
        var rest = limbs
        var reversed: [UInt8] = []
        while !rest.isEmpty {
            let (quotient, remainder) = Self.divide(rest, chunk)
            rest = quotient
            while rest.last == 0 { rest.removeLast() }
            var part = remainder[0]
            for _ in 0..<size where !(rest.isEmpty && part == 0) {
                reversed.append(JavaParsing.digits[Int(part % radix)])
                part /= radix
            }
        }
        if isNegative { reversed.append(.hyphen) }
        return reversed.reversed()
    }

    /// Java's `hashCode()`.
    var hashCode: Int32 {
        var hash: Int32 = 0
        for limb in limbs.reversed() { hash = hash &* 31 &+ Int32(bitPattern: limb) }
        return hash &* signum
    }
}
