import OrderedJSON

/// An exact decimal, compared as Java's `BigDecimal.compareTo` compares.
struct FilterNumber: Sendable {
    /// What the number was read from.
    enum Source: Sendable {
        case node(Int)
        case text(String)
    }

    private let isNegative: Bool
    /// Up to 19 significant digits, without zeros at the end if these are all; zero only for zero.
    private let coefficient: UInt64
    /// All significant digits if there are more than 19.
    private let digits: [UInt8]
    /// How many significant digits there are.
    private let digitCount: Int
    /// The value is `0.digits × 10^magnitude`.
    private let magnitude: Int
    let source: Source

    /// Reads what Java's `new BigDecimal(String)` reads; nil for anything else.
    init?(parsing text: UnsafeBufferPointer<UInt8>) {
        self.init(text, source: .text(String(decoding: text, as: UTF8.self)))
    }

    init?(parsing text: String) {
        var text = text
        let source = Source.text(text)
        let number = text.withUTF8 { FilterNumber($0, source: source) }
        guard let number else { return nil }
        self = number
    }

    /// Reads a number of a document; nil if it is an infinite double in Java. What has an exponent, or more than
    /// 15 digits and a fraction, passes through Java's number first, since that may change it.
    init?(_ spelling: UnsafeBufferPointer<UInt8>, node: Int) {
        if spelling.contains(where: { $0 | 0x20 == 0x65 || $0 == 0x2E && spelling.count > 15 }) {
            var text = JavaNumber(spelling).description
            let number = text.withUTF8 { FilterNumber($0, source: .node(node)) }
            guard let number else { return nil }
            self = number
        } else {
            self.init(spelling, source: .node(node))
        }
    }

    private init?(_ text: UnsafeBufferPointer<UInt8>, source: Source) {
        var position = 0
        var isNegative = false
        if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            position = 1
        }
        var coefficient: UInt64 = 0
        var digits: [UInt8] = []
        var count = 0
        var seen = 0
        var fraction = 0
        var hasPoint = false
        loop: while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                seen += 1
                if hasPoint { fraction += 1 }
                if count > 0 || byte != UInt8(ascii: "0") {
                    if count < 19 {
                        coefficient = coefficient &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
                    } else {
                        if digits.isEmpty { digits = Array(String(coefficient).utf8) }
                        digits.append(byte)
                    }
                    count += 1
                }
            case UInt8(ascii: ".") where !hasPoint:
                hasPoint = true
            default:
                break loop
            }
            position += 1
        }
        guard seen > 0 else { return nil }
        var exponent = 0
        if position < text.count {
            guard text[position] | 0x20 == UInt8(ascii: "e"),
                let written = Int32(String(decoding: text[(position + 1)...], as: UTF8.self))
            else { return nil }
            exponent = Int(written)
        }
        magnitude = count - fraction + exponent
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            count -= 1
        }
        if digits.count <= 19, !digits.isEmpty {
            coefficient = UInt64(String(decoding: digits, as: UTF8.self)) ?? 0
            digits = []
        }
        if digits.isEmpty {
            while coefficient > 0, coefficient % 10 == 0 {
                coefficient /= 10
                count -= 1
            }
        }
        self.isNegative = isNegative
        self.coefficient = coefficient
        self.digits = digits
        self.digitCount = count
        self.source = source
    }

    private var isZero: Bool { coefficient == 0 }

    /// -1, 0 or 1.
    static func compare(_ a: FilterNumber, _ b: FilterNumber) -> Int {
        if a.isZero || b.isZero {
            if a.isZero, b.isZero { return 0 }
            return a.isZero ? (b.isNegative ? 1 : -1) : (a.isNegative ? -1 : 1)
        }
        if a.isNegative != b.isNegative { return a.isNegative ? -1 : 1 }
        let order = compareMagnitudes(a, b)
        return a.isNegative ? -order : order
    }

    private static func compareMagnitudes(_ a: FilterNumber, _ b: FilterNumber) -> Int {
        if a.magnitude != b.magnitude { return a.magnitude < b.magnitude ? -1 : 1 }
        if a.digits.isEmpty, b.digits.isEmpty {
            let width = max(a.digitCount, b.digitCount)
            let left = a.coefficient &* power(width - a.digitCount)
            let right = b.coefficient &* power(width - b.digitCount)
            return left < right ? -1 : left == right ? 0 : 1
        }
        let left = a.allDigits
        let right = b.allDigits
        if left == right { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }

    private var allDigits: [UInt8] { digits.isEmpty ? Array(String(coefficient).utf8) : digits }

    private static func power(_ exponent: Int) -> UInt64 {
        var power: UInt64 = 1
        for _ in 0..<exponent {
            power = power &* 10
        }
        return power
    }

    /// The whole part, which is 0 for small numbers; nil if it has more than 18 digits.
    var whole: Int? {
        guard magnitude <= 18 else { return isZero ? 0 : nil }
        guard magnitude > 0 else { return 0 }
        let scale = magnitude - (digits.isEmpty ? digitCount : 19)
        let value = scale >= 0 ? coefficient &* Self.power(scale) : coefficient / Self.power(-scale)
        return isNegative ? -Int(truncatingIfNeeded: value) : Int(truncatingIfNeeded: value)
    }
}
