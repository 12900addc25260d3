/// Arithmetic modulo an odd number, by Montgomery's method: numbers are kept multiplied by a power of two.
struct Modulus {
    let value: Natural
    private let count: Int
    /// −1 / value modulo 2^64.
    private let inverse: UInt64
    /// R² modulo the value, R being 2^(64 · count).
    private let square: [UInt64]

    /// Nil for an even number, and for one.
    init?(_ value: Natural) {
        guard value.isOdd, value.bitCount > 1 else { return nil }
        self.value = value
        count = value.words.count
        var inverse: UInt64 = 1
        // Newton's iteration doubles the good bits each time.
        for _ in 0..<6 { inverse = inverse &* (2 &- value.words[0] &* inverse) }
        self.inverse = 0 &- inverse
        var remainder = Natural(1)
        for _ in 0..<(2 * 64 * count) {
            remainder = remainder + remainder
            if !(remainder < value) { remainder = remainder - value }
        }
        square = (0..<count).map { remainder.word($0) }
    }

    /// A residue in the method's form.
    struct Residue: Equatable {
        fileprivate(set) var words: [UInt64]
        var isZero: Bool { words.allSatisfy { $0 == 0 } }
    }

    var one: Residue { residue(Natural(1)) }
    var zero: Residue { Residue(words: [UInt64](repeating: 0, count: count)) }

    /// `number` must be smaller than the modulus.
    func residue(_ number: Natural) -> Residue {
        multiply(Residue(words: (0..<count).map { number.word($0) }), Residue(words: square))
    }

    func number(_ residue: Residue) -> Natural {
        var one = [UInt64](repeating: 0, count: count)
        one[0] = 1
        return Natural(words: multiply(residue, Residue(words: one)).words)
    }

    func multiply(_ left: Residue, _ right: Residue) -> Residue {
        let n = count
        let words = [UInt64](unsafeUninitializedCapacity: n + 2) { t, initialized in
            t.initialize(repeating: 0)
            initialized = n + 2
            left.words.withUnsafeBufferPointer { a in
                right.words.withUnsafeBufferPointer { b in
                    value.words.withUnsafeBufferPointer { m in
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
        let result = Natural(words: words)
        let reduced = result < value ? result : result - value
        return Residue(words: (0..<n).map { reduced.word($0) })
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
            carry = product.high &+ (over ? 1 : 0) &+ (overAgain ? 1 : 0)
        }
        let (total, over) = sum[n].addingReportingOverflow(carry)
        sum[n] = total
        if over { sum[n + 1] = sum[n + 1] &+ 1 }
    }

    func add(_ left: Residue, _ right: Residue) -> Residue {
        let sum = Natural(words: left.words) + Natural(words: right.words)
        let reduced = sum < value ? sum : sum - value
        return Residue(words: (0..<count).map { reduced.word($0) })
    }

    func subtract(_ left: Residue, _ right: Residue) -> Residue {
        let (a, b) = (Natural(words: left.words), Natural(words: right.words))
        let difference = a < b ? a + value - b : a - b
        return Residue(words: (0..<count).map { difference.word($0) })
    }

    func power(_ base: Residue, _ exponent: Natural) -> Residue {
        var result = one
        for index in (0..<exponent.bitCount).reversed() {
            result = multiply(result, result)
            if exponent.bit(index) { result = multiply(result, base) }
        }
        return result
    }

    /// 1 / number, for a modulus that is prime (Fermat).
    func inverted(_ residue: Residue) -> Residue {
        power(residue, value - Natural(2))
    }
}
