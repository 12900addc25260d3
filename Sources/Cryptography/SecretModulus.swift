/// Arithmetic modulo an odd number for what must stay secret: the steps and the memory that they touch depend on
/// lengths only, never on the numbers. By Montgomery's method, as ``Modulus``, with words of a fixed count.
struct SecretModulus {
    /// A number below 2^(64 · count), the lowest word first.
    typealias Words = [UInt64]

    let value: Words
    /// −1 / value modulo 2^64.
    private let inverse: UInt64
    /// R² modulo the value, R being 2^(64 · count).
    private let square: Words

    var count: Int { value.count }

    /// Nil for an even number.
    init?(_ value: Words) {
        guard let low = value.first, low & 1 == 1 else { return nil }
        self.value = value
        var inverse: UInt64 = 1
        // Newton's iteration doubles the good bits each time.
        for _ in 0..<6 { inverse = inverse &* (2 &- low &* inverse) }
        self.inverse = 0 &- inverse
        var square = Words(repeating: 0, count: value.count)
        square[0] = 1
        for _ in 0..<(2 * 64 * value.count) { square = Self.sum(square, square, value) }
        self.square = square
    }

    // MARK: In and out of the method's form

    var one: Words { residue(Self.words(1, count: count)) }
    var zero: Words { Words(repeating: 0, count: count) }

    /// `number` has as many words as the modulus, and may be larger.
    func residue(_ number: Words) -> Words { multiply(number, square) }

    /// `number` has up to twice as many words as the modulus.
    func residue(wide number: Words) -> Words {
        let padded = number + Words(repeating: 0, count: 2 * count - number.count)
        return add(residue(residue(Words(padded[count...]))), residue(Words(padded[..<count])))
    }

    func number(_ residue: Words) -> Words { multiply(residue, Self.words(1, count: count)) }

    // MARK: Arithmetic

    func multiply(_ left: Words, _ right: Words) -> Words {
        let n = count
        var sum = Words(repeating: 0, count: n + 2)
        sum.withUnsafeMutableBufferPointer { t in
            left.withUnsafeBufferPointer { a in
                right.withUnsafeBufferPointer { b in
                    value.withUnsafeBufferPointer { m in
                        for i in 0..<n {
                            Self.addProduct(t, a[i], b, n)
                            Self.addProduct(t, t[0] &* inverse, m, n)
                            for j in 0...n { t[j] = t[j + 1] }
                            t[n + 1] = 0
                        }
                    }
                }
            }
        }
        let high = sum[n]
        sum.removeLast(2)
        return Self.reduced(sum, carry: high, value)
    }

    func add(_ left: Words, _ right: Words) -> Words { Self.sum(left, right, value) }

    func subtract(_ left: Words, _ right: Words) -> Words {
        var (difference, borrow) = Self.difference(left, right)
        let mask = 0 &- borrow
        var carry: UInt64 = 0
        for index in difference.indices {
            let (first, over) = difference[index].addingReportingOverflow(value[index] & mask)
            let (sum, overAgain) = first.addingReportingOverflow(carry)
            difference[index] = sum
            carry = Self.bit(over) | Self.bit(overAgain)
        }
        return difference
    }

    /// By windows of four bits, each of which takes one product out of all sixteen.
    func power(_ base: Words, _ exponent: Words) -> Words {
        var powers = [one]
        for _ in 1..<16 { powers.append(multiply(powers[powers.count - 1], base)) }
        var result = powers[0]
        for word in exponent.reversed() {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                for _ in 0..<4 { result = multiply(result, result) }
                result = multiply(result, Self.chosen(powers, word >> shift & 15))
            }
        }
        return result
    }

    /// 1 / number, for a modulus that is prime (Fermat).
    func inverted(_ residue: Words) -> Words {
        power(residue, Self.difference(value, Self.words(2, count: count)).0)
    }

    /// `first` where `bit` is 0, `second` where it is 1.
    static func chosen(_ first: Words, _ second: Words, _ bit: UInt64) -> Words {
        let mask = 0 &- bit
        return first.indices.map { first[$0] & ~mask | second[$0] & mask }
    }

    private static func chosen(_ list: [Words], _ index: UInt64) -> Words {
        var result = Words(repeating: 0, count: list[0].count)
        for (number, words) in list.enumerated() {
            let different = UInt64(number) ^ index
            // All ones where they are equal.
            let mask = ((different | (0 &- different)) >> 63) &- 1
            for position in words.indices { result[position] |= words[position] & mask }
        }
        return result
    }

    // MARK: Words

    static func words(_ word: UInt64, count: Int) -> Words {
        var words = Words(repeating: 0, count: count)
        words[0] = word
        return words
    }

    /// The highest byte first, of which no more than fit are taken.
    static func words(_ bytes: some Collection<UInt8>, count: Int) -> Words {
        var words = Words(repeating: 0, count: count)
        for (index, byte) in bytes.reversed().prefix(8 * count).enumerated() {
            words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
        }
        return words
    }

    /// The lowest `count` bytes, the highest first.
    static func bytes(_ words: Words, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    /// 1 where `left` is smaller than `right`.
    static func isBelow(_ left: Words, _ right: Words) -> UInt64 { difference(left, right).1 }

    /// The whole product, of twice as many words.
    static func product(_ left: Words, _ right: Words) -> Words {
        let n = left.count
        var out = Words(repeating: 0, count: 2 * n + 1)
        for i in 0..<n {
            var carry: UInt64 = 0
            for j in 0..<n {
                let product = left[i].multipliedFullWidth(by: right[j])
                let (low, over) = product.low.addingReportingOverflow(out[i + j])
                let (total, overAgain) = low.addingReportingOverflow(carry)
                out[i + j] = total
                carry = product.high &+ bit(over) &+ bit(overAgain)
            }
            out[i + n] = carry
        }
        out.removeLast()
        return out
    }

    private static func bit(_ flag: Bool) -> UInt64 { flag ? 1 : 0 }

    private static func sum(_ left: Words, _ right: Words, _ modulus: Words) -> Words {
        var out = left
        var carry: UInt64 = 0
        for index in out.indices {
            let (first, over) = left[index].addingReportingOverflow(right[index])
            let (sum, overAgain) = first.addingReportingOverflow(carry)
            out[index] = sum
            carry = bit(over) | bit(overAgain)
        }
        return reduced(out, carry: carry, modulus)
    }

    /// `number + carry · R`, which is below twice the modulus, with the modulus taken off where it fits.
    private static func reduced(_ number: Words, carry: UInt64, _ modulus: Words) -> Words {
        let (less, borrow) = difference(number, modulus)
        return chosen(less, number, borrow & ~carry)
    }

    private static func difference(_ left: Words, _ right: Words) -> (Words, UInt64) {
        var out = left
        var borrow: UInt64 = 0
        for index in out.indices {
            let (first, under) = left[index].subtractingReportingOverflow(right[index])
            let (difference, underAgain) = first.subtractingReportingOverflow(borrow)
            out[index] = difference
            borrow = bit(under) | bit(underAgain)
        }
        return (out, borrow)
    }

    /// Adds `factor · number` to `sum`, which has room for two words more.
    @inline(__always)
    private static func addProduct(
        _ sum: UnsafeMutableBufferPointer<UInt64>, _ factor: UInt64, _ number: UnsafeBufferPointer<UInt64>, _ n: Int
    ) {
        var carry: UInt64 = 0
        for j in 0..<n {
            let product = factor.multipliedFullWidth(by: number[j])
            let (low, over) = product.low.addingReportingOverflow(sum[j])
            let (total, overAgain) = low.addingReportingOverflow(carry)
            sum[j] = total
            carry = product.high &+ bit(over) &+ bit(overAgain)
        }
        let (total, over) = sum[n].addingReportingOverflow(carry)
        sum[n] = total
        sum[n + 1] = sum[n + 1] &+ bit(over)
    }
}
