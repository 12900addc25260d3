/// A JSON number as the class of Java number that json-smart reads it into.
///
/// Without fraction and exponent it is an `Integer`, a `Long` or a `BigInteger`, the smallest that holds it.
/// Otherwise it is a `Double`, or a `BigDecimal` if its spelling has more than 18 characters.
public enum JavaNumber: Sendable, Hashable {
    /// A `java.lang.Integer`.
    case integer(Int32)
    /// A `java.lang.Long`: an integer that needs more than 32 bits.
    case long(Int64)
    /// The decimal digits, with a sign if negative and no needless zeros.
    case bigInteger(String)
    /// A `java.lang.Double`.
    case double(Double)
    /// The spelling as JSON has it.
    case bigDecimal(String)

    /// The spelling beyond which a fraction is a `BigDecimal`, in characters.
    @usableFromInline static let longestDouble = 18

    /// Reads a number that a parser has accepted.
    public init(_ spelling: UnsafeBufferPointer<UInt8>) {
        if let value = Self.int64(spelling) {
            self = Int32(exactly: value).map { .integer($0) } ?? .long(value)
        } else if !spelling.contains(where: { $0 == 0x2E || $0 | 0x20 == 0x65 }) {
            self = .bigInteger(String(decoding: spelling, as: UTF8.self))
        } else if spelling.count > Self.longestDouble {
            self = .bigDecimal(String(decoding: spelling, as: UTF8.self))
        } else {
            self = .double(Self.double(spelling))
        }
    }

    /// The Java number that json-smart makes of the spelling.
    public init(_ number: JSONNumber) {
        var spelling = number.spelling
        self = spelling.withUTF8 { JavaNumber($0) }
    }

    /// The value of an integer's spelling if 64 bits hold it; nil also for fractions.
    public static func int64(_ spelling: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = spelling.first == 0x2D
        let first = isNegative ? 1 : 0
        guard spelling.count > first, spelling.count <= first + 19 else { return nil }
        var magnitude: UInt64 = 0
        for index in first..<spelling.count {
            let digit = spelling[index] &- 0x30
            guard digit < 10 else { return nil }
            magnitude = magnitude &* 10 &+ UInt64(digit)
        }
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    /// The double nearest to a number's spelling; infinite if the number is too large.
    public static func double(_ spelling: UnsafeBufferPointer<UInt8>) -> Double {
        exactDouble(spelling) ?? Double(String(decoding: spelling, as: UTF8.self)) ?? .nan
    }

    /// The quick way: up to 15 digits and a small power of ten, both exact, make one exact operation.
    private static func exactDouble(_ spelling: UnsafeBufferPointer<UInt8>) -> Double? {
        guard spelling.count <= 24 else { return nil }
        var position = 0
        let isNegative = spelling.first == 0x2D
        if isNegative { position = 1 }
        var digits: UInt64 = 0
        var scale = 0
        var seenPoint = false
        loop: while position < spelling.count {
            let byte = spelling[position]
            switch byte {
            case 0x30...0x39:
                digits = digits &* 10 &+ UInt64(byte - 0x30)
                if digits >= 1 << 53 { return nil }
                if seenPoint { scale -= 1 }
            case 0x2E: seenPoint = true
            default: break loop
            }
            position += 1
        }
        if position < spelling.count {
            guard let exponent = exponent(spelling, position + 1) else { return nil }
            scale += exponent
        }
        guard (-22...22).contains(scale) else { return nil }
        let value = scale < 0 ? Double(digits) / powers[-scale] : Double(digits) * powers[scale]
        return isNegative ? -value : value
    }

    private static func exponent(_ spelling: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        var position = start
        guard position < spelling.count else { return nil }
        let isNegative = spelling[position] == 0x2D
        if isNegative || spelling[position] == 0x2B { position += 1 }
        var exponent = 0
        while position < spelling.count {
            let digit = spelling[position] &- 0x30
            guard digit < 10, exponent < 1_000 else { return nil }
            exponent = exponent * 10 + Int(digit)
            position += 1
        }
        return isNegative ? -exponent : exponent
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The number as a double, rounded if need be.
    public var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .long(let value): Double(value)
        case .double(let value): value
        case .bigInteger(let spelling), .bigDecimal(let spelling): Double(spelling) ?? .nan
        }
    }

    /// What the number's `toString` gives in Java.
    public var description: String {
        switch self {
        case .integer(let value): String(value)
        case .long(let value): String(value)
        case .bigInteger(let digits): digits
        case .double(let value): JavaDouble.description(of: value)
        case .bigDecimal(let spelling): JavaBigDecimal.description(of: spelling)
        }
    }

    /// Appends what json-smart writes for a number with this spelling: its `toString`, but `null` for a double
    /// that is infinite.
    public static func append(_ spelling: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        switch JavaNumber(spelling) {
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .long, .bigInteger: output.append(contentsOf: spelling)
        case .double(let value) where value.isInfinite: output.append(contentsOf: "null".utf8)
        case .double(let value): JavaDouble.append(value, to: &output)
        case .bigDecimal(let text): output.append(contentsOf: JavaBigDecimal.description(of: text).utf8)
        }
    }
}

extension JavaNumber: CustomStringConvertible {}
