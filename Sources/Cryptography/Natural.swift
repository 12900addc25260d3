/// Natural numbers of a few thousand bits, for verifying signatures. Nothing here is secret, so that nothing
/// here takes care to take the same time always: for signing there is ``SecretModulus``.
struct Natural: Equatable {
    /// The lowest word first, no zeros at the end.
    private(set) var words: [UInt64]

    init(words: [UInt64]) {
        self.words = words
        while self.words.last == 0 { self.words.removeLast() }
    }

    init(_ word: UInt64) { self.init(words: [word]) }

    /// The highest byte first.
    init(bytes: some Collection<UInt8>) {
        var words: [UInt64] = []
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes.reversed() {
            word |= UInt64(byte) << shift
            shift += 8
            if shift == 64 {
                words.append(word)
                (word, shift) = (0, 0)
            }
        }
        self.init(words: words + [word])
    }

    /// Hexadecimal digits, for constants.
    init(hex: StaticString) {
        var words: [UInt64] = [0]
        hex.withUTF8Buffer { digits in
            for digit in digits {
                var carry = UInt64(digit < 0x40 ? digit &- 0x30 : digit &- 0x37)
                for index in words.indices {
                    let next = words[index] >> 60
                    words[index] = words[index] << 4 | carry
                    carry = next
                }
                if carry != 0 { words.append(carry) }
            }
        }
        self.init(words: words)
    }

    var isZero: Bool { words.isEmpty }
    var isOdd: Bool { words.first.map { $0 & 1 == 1 } ?? false }
    var bitCount: Int { words.count * 64 - (words.last?.leadingZeroBitCount ?? 0) }

    func bit(_ index: Int) -> Bool {
        index / 64 < words.count && words[index / 64] >> UInt64(index % 64) & 1 == 1
    }

    /// The highest byte first, `count` of them; nil where it needs more.
    func bytes(count: Int) -> [UInt8]? {
        guard bitCount <= count * 8 else { return nil }
        return (0..<count).reversed().map { index in
            index / 8 < words.count ? UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(index % 8 * 8)) : 0
        }
    }

    static func < (left: Natural, right: Natural) -> Bool {
        guard left.words.count == right.words.count else { return left.words.count < right.words.count }
        for index in left.words.indices.reversed() where left.words[index] != right.words[index] {
            return left.words[index] < right.words[index]
        }
        return false
    }

    static func + (left: Natural, right: Natural) -> Natural {
        var words: [UInt64] = []
        var carry: UInt64 = 0
        for index in 0..<max(left.words.count, right.words.count) {
            let (first, over) = left.word(index).addingReportingOverflow(right.word(index))
            let (sum, overAgain) = first.addingReportingOverflow(carry)
            words.append(sum)
            carry = (over ? 1 : 0) + (overAgain ? 1 : 0)
        }
        return Natural(words: words + [carry])
    }

    /// The difference; `right` must not be larger.
    static func - (left: Natural, right: Natural) -> Natural {
        var words = left.words
        var borrow: UInt64 = 0
        for index in words.indices {
            let (first, under) = words[index].subtractingReportingOverflow(right.word(index))
            let (difference, underAgain) = first.subtractingReportingOverflow(borrow)
            words[index] = difference
            borrow = (under ? 1 : 0) + (underAgain ? 1 : 0)
        }
        return Natural(words: words)
    }

    func word(_ index: Int) -> UInt64 { index < words.count ? words[index] : 0 }
}
