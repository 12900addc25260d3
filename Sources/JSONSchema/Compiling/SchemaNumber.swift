import OrderedJSON

/// An exact decimal: `0.d1d2d3… × 10^exponent`, of any size and precision that a document may spell.
struct SchemaNumber: Sendable {
    /// As it was written.
    let text: String
    /// The value where it is a small integer, which most are.
    private let small: Int64?
    private let isNegative: Bool
    /// 0…9, without zeros in front and at the end; none for zero.
    private let digits: [UInt8]
    private let exponent: Int

    init(_ number: JSONNumber) {
        self.init(text: number.spelling)
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    private init(text: String) {
        self.text = text
        small = text.utf8.count < 18 ? Int64(text) : nil
        var digits: [UInt8] = []
        var whole = 0
        var seenPoint = false
        var bytes = text.utf8[...]
        isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        while let byte = bytes.first, byte | 0x20 != UInt8(ascii: "e") {
            bytes.removeFirst()
            if byte == UInt8(ascii: ".") {
                seenPoint = true
            } else {
                digits.append(byte & 15)
                if !seenPoint { whole += 1 }
            }
        }
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        while digits.last == 0 { digits.removeLast() }
        self.digits = digits
        exponent = digits.isEmpty ? 0 : whole - leading + Self.exponent(bytes.dropFirst())
    }

    /// An exponent that no sum overflows with.
    private static func exponent(_ bytes: Substring.UTF8View) -> Int {
        if bytes.isEmpty { return 0 }
        let most = 1 << 40
        guard let value = Int(Substring(bytes)) else { return bytes.first == UInt8(ascii: "-") ? -most : most }
        return min(max(value, -most), most)
    }

    var isPositive: Bool { !isNegative && !digits.isEmpty }
    var digitCount: Int { digits.count }

    /// Below zero, zero or above zero, as this is less than, equal to or more than the other.
    func compared(to other: SchemaNumber) -> Int {
        if let small, let other = other.small { return small < other ? -1 : small == other ? 0 : 1 }
        let sign = digits.isEmpty ? 0 : isNegative ? -1 : 1
        let otherSign = other.digits.isEmpty ? 0 : other.isNegative ? -1 : 1
        if sign != otherSign { return sign - otherSign }
        if exponent != other.exponent { return exponent < other.exponent ? -sign : sign }
        if digits == other.digits { return 0 }
        return digits.lexicographicallyPrecedes(other.digits) ? -sign : sign
    }

    static func == (left: SchemaNumber, right: SchemaNumber) -> Bool { left.compared(to: right) == 0 }

    func hash(into hasher: inout Hasher) {
        hasher.combine(isNegative && !digits.isEmpty)
        hasher.combine(exponent)
        hasher.combine(digits)
    }

    /// Whether this is an integer times the divisor, which is positive and has at most 18 digits.
    func isMultiple(of divisor: SchemaNumber) -> Bool {
        if digits.isEmpty { return true }
        if let small, let other = divisor.small, other > 0 { return small % other == 0 }
        // Both as whole numbers times a power of ten: `digits × 10^unit`.
        let unit = exponent - digits.count
        let divisorUnit = divisor.exponent - divisor.digits.count
        // The last digit is not zero, so this is no multiple of anything with more zeros at its end.
        guard unit >= divisorUnit else { return false }
        let modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
        var rest = digits.reduce(UInt64(0)) { ($0 * 10 + UInt64($1)) % modulus }
        // The divisor has fewer than 64 factors 2 and 5: further zeros change nothing.
        for _ in 0..<min(unit - divisorUnit, 64) {
            rest = rest * 10 % modulus
        }
        return rest == 0
    }
}
