/// A Java number of one of the classes that Velocity computes with.
enum Number {
    case byte(Int8)
    case short(Int16)
    case integer(Int32)
    case long(Int64)
    case float(Float)
    case double(Double)
    case bigInteger(BigInteger)
    case bigDecimal(BigDecimal)

    /// The value if it is of one of the four small integer classes.
    var int64: Int64? {
        switch self {
        case .byte(let value): Int64(value)
        case .short(let value): Int64(value)
        case .integer(let value): Int64(value)
        case .long(let value): value
        default: nil
        }
    }

    var isInteger: Bool {
        switch self {
        case .float, .double, .bigDecimal: false
        default: true
        }
    }

    /// Java's `longValue()`.
    var long: Int64 {
        switch self {
        case .float(let value): JavaConversion.long(Double(value))
        case .double(let value): JavaConversion.long(value)
        case .bigInteger(let value): value.truncated
        case .bigDecimal(let value): value.truncated.truncated
        default: int64 ?? 0
        }
    }

    /// Java's `intValue()`.
    var int32: Int32 {
        switch self {
        case .float(let value): JavaConversion.int(Double(value))
        case .double(let value): JavaConversion.int(value)
        default: Int32(truncatingIfNeeded: long)
        }
    }

    /// Java's `doubleValue()`.
    var double: Double {
        switch self {
        case .float(let value): Double(value)
        case .double(let value): value
        case .bigInteger(let value): value.double
        case .bigDecimal(let value): value.double
        default: Double(int64 ?? 0)
        }
    }

    /// Java's `floatValue()`.
    var float: Float {
        switch self {
        case .float(let value): value
        case .double(let value): Float(value)
        case .bigInteger(let value): Float(value.description) ?? 0
        case .bigDecimal(let value): Float("\(value.unscaled)e\(-value.scale)") ?? 0
        default: Float(int64 ?? 0)
        }
    }

    private var bigInteger: BigInteger {
        if case .bigInteger(let value) = self { value } else { BigInteger(long) }
    }

    private var bigDecimal: BigDecimal? {
        switch self {
        case .bigDecimal(let value): value
        case .bigInteger(let value): BigDecimal(value)
        default: BigDecimal(exactly: double)
        }
    }

    /// The size in 32-bit words.
    var weight: Int {
        switch self {
        case .bigInteger(let value): value.limbs.count
        case .bigDecimal(let value): value.unscaled.limbs.count + abs(value.scale) / 8
        default: 1
        }
    }

    var value: Value {
        switch self {
        case .byte(let value): .byte(value)
        case .short(let value): .short(value)
        case .integer(let value): .integer(value)
        case .long(let value): .long(value)
        case .float(let value): .float(value)
        case .double(let value): .double(value)
        case .bigInteger(let value): .object(BigIntegerObject(value))
        case .bigDecimal(let value): .object(BigDecimalObject(value))
        }
    }

    // MARK: Arithmetic

    /// What Velocity computes in.
    private enum Base { case long, float, double, bigInteger, bigDecimal }

    private static func base(_ left: Number, _ right: Number) -> Base {
        switch (left, right) {
        case (.bigDecimal, _), (_, .bigDecimal): return .bigDecimal
        default: break
        }
        let areIntegers = left.isInteger && right.isInteger
        switch (left, right) {
        case (.bigInteger, _), (_, .bigInteger): return areIntegers ? .bigInteger : .bigDecimal
        case (.double, _), (_, .double): return .double
        default: return areIntegers ? .long : .float
        }
    }

    /// The smallest class, not smaller than those of the sides, that holds the value.
    private static func wrap(_ value: Int64, _ left: Number, _ right: Number) -> Number {
        switch max(left.rank, right.rank) {
        case 0:
            if let value = Int8(exactly: value) { return .byte(value) }
            fallthrough
        case 1:
            if let value = Int16(exactly: value) { return .short(value) }
            fallthrough
        case 2:
            if let value = Int32(exactly: value) { return .integer(value) }
            fallthrough
        default:
            return .long(value)
        }
    }

    private var rank: Int {
        switch self {
        case .byte: 0
        case .short: 1
        case .integer: 2
        default: 3
        }
    }

    enum Result {
        case value(Value)
        case noValue
        case failure(String)
    }

    static func compute(_ operation: Arithmetic, _ left: Number, _ right: Number) -> Result {
        if operation == .divide || operation == .modulus, right.isZero { return .noValue }
        switch base(left, right) {
        case .long:
            return .value(compute(operation, left.long, right.long, left, right).value)
        case .float:
            return .value(.float(compute(operation, left.float, right.float)))
        case .double:
            return .value(.double(compute(operation, left.double, right.double)))
        case .bigInteger:
            return compute(operation, left.bigInteger, right.bigInteger)
        case .bigDecimal:
            return computeDecimal(operation, left, right)
        }
    }

    var isZero: Bool {
        switch self {
        case .bigInteger(let value): value.isZero
        case .bigDecimal(let value): value.unscaled.isZero
        default: double == 0
        }
    }

    private static func compute(
        _ operation: Arithmetic,
        _ a: Int64,
        _ b: Int64,
        _ left: Number,
        _ right: Number,
    ) -> Number {
        let (result, overflow): (Int64, Bool)
        switch operation {
        case .add: (result, overflow) = a.addingReportingOverflow(b)
        case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
        case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
        // The one overflow of division wraps, as in Java.
        case .divide: (result, overflow) = (a.dividedReportingOverflow(by: b).partialValue, false)
        case .modulus: (result, overflow) = (a.remainderReportingOverflow(dividingBy: b).partialValue, false)
        }
        guard overflow else { return wrap(result, left, right) }
        let (x, y) = (BigInteger(a), BigInteger(b))
        return .bigInteger(operation == .add ? x + y : operation == .subtract ? x - y : x * y)
    }

    private static func compute<Float: BinaryFloatingPoint>(_ operation: Arithmetic, _ a: Float, _ b: Float) -> Float {
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .modulus: a.truncatingRemainder(dividingBy: b)
        }
    }

    private static func compute(_ operation: Arithmetic, _ a: BigInteger, _ b: BigInteger) -> Result {
        switch operation {
        case .add: return .value(Value(a + b))
        case .subtract: return .value(Value(a - b))
        case .multiply: return .value(Value(a * b))
        case .divide: return a.divided(by: b).map { .value(Value($0.quotient)) } ?? .noValue
        case .modulus:
            guard !b.isNegative else {
                return .failure("java.lang.ArithmeticException: BigInteger: modulus not positive")
            }
            guard let remainder = a.divided(by: b)?.remainder else { return .noValue }
            return .value(Value(remainder.isNegative ? remainder + b : remainder))
        }
    }

    private static func computeDecimal(_ operation: Arithmetic, _ left: Number, _ right: Number) -> Result {
        guard operation != .modulus else {
            return .failure("java.lang.ArithmeticException: Cannot calculate the modulo of BigDecimals.")
        }
        guard let a = left.bigDecimal, let b = right.bigDecimal else {
            return .failure("java.lang.NumberFormatException: Infinite or NaN")
        }
        let result =
            switch operation {
            case .add: BigDecimal.add(a, b)
            case .subtract: BigDecimal.subtract(a, b)
            case .multiply: BigDecimal.multiply(a, b)
            default: BigDecimal.divide(a, b)
            }
        guard let result else { return .failure("java.lang.ArithmeticException: Overflow") }
        return .value(.object(BigDecimalObject(result)))
    }

    /// -1, 0 or 1; NaN equals everything, as Velocity has it. Nil where Velocity fails: an infinite double has no
    /// place among decimals of any size.
    static func compare(_ left: Number, _ right: Number) -> Int? {
        func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
        switch base(left, right) {
        case .long: return order(left.long, right.long)
        case .float: return order(left.float, right.float)
        case .double: return order(left.double, right.double)
        case .bigInteger: return order(left.bigInteger, right.bigInteger)
        case .bigDecimal:
            guard let a = left.bigDecimal, let b = right.bigDecimal else { return nil }
            return BigDecimal.compare(a, b)
        }
    }
}

/// Java's narrowing conversions.
enum JavaConversion {
    static func long(_ value: Double) -> Int64 {
        if value.isNaN { return 0 }
        return Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }

    static func int(_ value: Double) -> Int32 {
        if value.isNaN { return 0 }
        return Int32(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
}
