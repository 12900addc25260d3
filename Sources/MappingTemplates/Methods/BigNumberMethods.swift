/// The methods of `java.math.BigInteger` and `java.math.BigDecimal`.
extension Renderer {
    private func bigInteger(_ value: Value) -> BigInteger? {
        guard let number = number(value), case .bigInteger(let big) = number else { return nil }
        return big
    }

    private func bigDecimal(_ value: Value) -> BigDecimal? {
        guard let number = number(value), case .bigDecimal(let big) = number else { return nil }
        return big
    }

    mutating func callBigInteger(
        _ method: Method,
        _ value: BigInteger,
        _ arguments: Arguments
    ) throws(Interruption) -> Value {
        try spend(value.limbs.count)
        if arguments.count == 0 {
            switch method {
            case .abs: return Value(value.magnitude)
            case .negate: return Value(value.negated)
            case .signum: return .integer(value.signum)
            case .bitLength: return Value(int: value.bitLength)
            case .toString: return Value(value.description)
            default: return conversions(method, .bigInteger(value))
            }
        }
        guard arguments.count == 1 else { return .null }
        if let count = int(arguments[0]) {
            switch method {
            case .pow: return Value(try power(value, count))
            case .shiftLeft where count >= 0 && count <= 4_096: return Value(value * (try power(BigInteger(2), count)))
            case .toString: return Value(String(decoding: value.digits(radix: UInt32(clamping: count)), as: UTF8.self))
            case .valueOf: return Value(BigInteger(Int64(count)))
            default: return .null
            }
        }
        guard let other = bigInteger(arguments[0]) else { return .null }
        try spend(value.limbs.count * other.limbs.count >> 4)
        switch method {
        case .add: return Value(value + other)
        case .subtract: return Value(value - other)
        case .multiply: return Value(value * other)
        case .max: return Value(max(value, other))
        case .min: return Value(min(value, other))
        case .compareTo: return .integer(value < other ? -1 : value == other ? 0 : 1)
        case .divide, .remainder, .mod:
            guard let (quotient, remainder) = value.divided(by: other) else {
                throw fail(.method, "java.lang.ArithmeticException: BigInteger divide by zero")
            }
            if method == .divide { return Value(quotient) }
            guard method == .mod else { return Value(remainder) }
            guard !other.isNegative else { throw fail(.method, "java.lang.ArithmeticException: BigInteger: modulus not positive") }
            return Value(remainder.isNegative ? remainder + other : remainder)
        case .gcd:
            var (a, b) = (value.magnitude, other.magnitude)
            while let remainder = a.divided(by: b)?.remainder {
                try spend(1 + a.limbs.count)
                (a, b) = (b, remainder)
            }
            return Value(a)
        default: return .null
        }
    }

    private func conversions(_ method: Method, _ number: Number) -> Value {
        switch method {
        case .intValue: .integer(number.int32)
        case .longValue: .long(number.long)
        case .doubleValue: .double(number.double)
        case .floatValue: .float(number.float)
        case .byteValue: .byte(Int8(truncatingIfNeeded: number.int32))
        case .shortValue: .short(Int16(truncatingIfNeeded: number.int32))
        default: .null
        }
    }

    private mutating func power(_ value: BigInteger, _ exponent: Int) throws(Interruption) -> BigInteger {
        guard exponent >= 0 else { throw fail(.method, "java.lang.ArithmeticException: Negative exponent") }
        let digits = value.limbs.count.multipliedReportingOverflow(by: exponent)
        guard !digits.overflow, digits.partialValue <= limits.numberDigits else {
            throw fail(.limit, "a number of more than \(limits.numberDigits * 9) digits")
        }
        try spend(digits.partialValue)
        var result = BigInteger(1)
        for _ in 0..<exponent where !value.isZero { result = result * value }
        return exponent > 0 && value.isZero ? value : result
    }

    mutating func callBigDecimal(
        _ method: Method,
        _ value: BigDecimal,
        _ arguments: Arguments
    ) throws(Interruption) -> Value {
        try spend(value.unscaled.limbs.count)
        if arguments.count == 0 {
            switch method {
            case .abs: return .object(BigDecimalObject(BigDecimal(unscaled: value.unscaled.magnitude, scale: value.scale)))
            case .negate: return .object(BigDecimalObject(BigDecimal(unscaled: value.unscaled.negated, scale: value.scale)))
            case .plus: return .object(BigDecimalObject(value))
            case .signum: return .integer(value.unscaled.signum)
            case .scale: return Value(int: value.scale)
            case .precision: return Value(int: value.unscaled.magnitude.description.utf8.count)
            case .unscaledValue: return Value(value.unscaled)
            case .toBigInteger: return Value(value.truncated)
            default: return conversions(method, .bigDecimal(value))
            }
        }
        guard arguments.count == 1, let other = bigDecimal(arguments[0]) else { return .null }
        try spend(value.unscaled.limbs.count * other.unscaled.limbs.count >> 4)
        let result: BigDecimal?
        switch method {
        case .add: result = BigDecimal.add(value, other)
        case .subtract: result = BigDecimal.subtract(value, other)
        case .multiply: result = BigDecimal.multiply(value, other)
        case .max: result = BigDecimal.compare(value, other) >= 0 ? value : other
        case .min: result = BigDecimal.compare(value, other) <= 0 ? value : other
        case .compareTo: return Value(int: BigDecimal.compare(value, other))
        default: return .null
        }
        guard let result else { throw fail(.method, "java.lang.ArithmeticException: Overflow") }
        return .object(BigDecimalObject(result))
    }
}
