/// A natural number of any size, with the few operations that digit development needs.
struct LargeNatural: Comparable {
    /// Little-endian, without zeros on top.
    private var words: [UInt32]

    init(_ value: UInt64, timesFiveTo fives: Int, timesTwoTo twos: Int) {
        words = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
        words.reserveCapacity(40)
        trim()
        var left = fives
        while left >= 13 {
            multiply(by: 1_220_703_125)
            left -= 13
        }
        var rest: UInt32 = 1
        for _ in 0..<left {
            rest *= 5
        }
        multiply(by: rest)
        shiftLeft(by: twos)
    }

    private mutating func trim() {
        while words.last == 0 {
            words.removeLast()
        }
    }

    mutating func multiply(by factor: UInt32) {
        var carry: UInt64 = 0
        for index in words.indices {
            carry += UInt64(words[index]) * UInt64(factor)
            words[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { words.append(UInt32(carry)) }
    }

    private mutating func shiftLeft(by count: Int) {
        guard count > 0, !words.isEmpty else { return }
        let bits = UInt64(count % 32)
        var carry: UInt64 = 0
        for index in words.indices {
            carry |= UInt64(words[index]) << bits
            words[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { words.append(UInt32(carry)) }
        words.insert(contentsOf: repeatElement(0, count: count / 32), at: 0)
    }

    static func < (a: Self, b: Self) -> Bool {
        if a.words.count != b.words.count { return a.words.count < b.words.count }
        for index in a.words.indices.reversed() where a.words[index] != b.words[index] {
            return a.words[index] < b.words[index]
        }
        return false
    }

    func adding(_ other: Self) -> Self {
        var sum = self
        var carry: UInt64 = 0
        for index in 0..<max(words.count, other.words.count) {
            carry += index < words.count ? UInt64(words[index]) : 0
            carry += index < other.words.count ? UInt64(other.words[index]) : 0
            if index < sum.words.count {
                sum.words[index] = UInt32(truncatingIfNeeded: carry)
            } else {
                sum.words.append(UInt32(truncatingIfNeeded: carry))
            }
            carry >>= 32
        }
        if carry > 0 { sum.words.append(UInt32(carry)) }
        return sum
    }

    /// Divides by a number at most ten times smaller, by repeated subtraction; returns the quotient.
    mutating func divideKeepingRemainder(by divisor: Self) -> Int {
        var quotient = 0
        while !(self < divisor), quotient < 10 {
            var borrow: Int64 = 0
            for index in words.indices {
                borrow += Int64(words[index]) - (index < divisor.words.count ? Int64(divisor.words[index]) : 0)
                words[index] = UInt32(truncatingIfNeeded: borrow)
                borrow >>= 32
            }
            trim()
            quotient += 1
        }
        return quotient
    }
}
