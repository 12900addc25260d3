import OrderedJSON

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
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        try spend(value.limbs.count + value.conversionWork)
        if arguments.count == 0 {
            switch method {
            case .abs: return Value(value.magnitude)
            case .negate: return Value(value.negated)
            case .signum: return .integer(value.signum)
            case .bitLength: return Value(int: value.bitLength)
            case .getLowestSetBit: return Value(int: value.lowestSetBit)
            case .toString: return Value(value.description)
            case .bitCount:
                try refuse(method.rawValue, on: Value(value))
                return .null
            default: return conversions(method, .bigInteger(value))
            }
        }
        guard arguments.count == 1 else { return .null }
        if let count = int(arguments[0]) {
            switch method {
            case .pow: return Value(try power(value, count))
            case .shiftLeft: return Value(try shifted(value, left: count))
            case .shiftRight: return Value(try shifted(value, left: count == .min ? .max : -count))
            case .testBit:
                guard count >= 0 else { throw fail(.method, "java.lang.ArithmeticException: Negative bit address") }
                return .boolean(try shifted(value, left: -count).truncated & 1 == 1)
            case .toString:
                let radix = (2...36).contains(count) ? UInt32(count) : 10
                return Value(String(decoding: value.digits(radix: radix), as: UTF8.self))
            case .valueOf: return Value(BigInteger(Int64(count)))
            default: return .null
            }
        }
        if method == .valueOf, let value = long(arguments[0]) { return Value(BigInteger(value)) }
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
            guard !other.isNegative else {
                throw fail(.method, "java.lang.ArithmeticException: BigInteger: modulus not positive")
            }
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

    /// Shifts as on two's complement: to the right it rounds down.
    private mutating func shifted(_ value: BigInteger, left count: Int) throws(Interruption) -> BigInteger {
        if count >= 0 { return value * (try power(BigInteger(2), count)) }
        guard -count <= limits.numberDigits * 32 else { return BigInteger(value.isNegative ? -1 : 0) }
        let divisor = try power(BigInteger(2), -count)
        guard let (quotient, remainder) = value.divided(by: divisor) else { return value }
        return remainder.isNegative ? quotient - BigInteger(1) : quotient
    }

    private mutating func power(_ value: BigInteger, _ exponent: Int) throws(Interruption) -> BigInteger {
        guard exponent >= 0 else { throw fail(.method, "java.lang.ArithmeticException: Negative exponent") }
        let digits = value.limbs.count.multipliedReportingOverflow(by: exponent)
        let bits = value.bitLength.multipliedReportingOverflow(by: exponent)
        guard !digits.overflow, !bits.overflow, bits.partialValue <= limits.numberDigits * 32 else {
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
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        try spend(value.unscaled.limbs.count + value.unscaled.conversionWork)
        if arguments.count == 0 {
            switch method {
            case .abs:
                return .object(BigDecimalObject(BigDecimal(unscaled: value.unscaled.magnitude, scale: value.scale)))
            case .negate:
                return .object(BigDecimalObject(BigDecimal(unscaled: value.unscaled.negated, scale: value.scale)))
            case .plus: return .object(BigDecimalObject(value))
            case .signum: return .integer(value.unscaled.signum)
            case .scale: return Value(int: value.scale)
            case .precision: return Value(int: value.unscaled.magnitude.description.utf8.count)
            case .unscaledValue: return Value(value.unscaled)
            case .stripTrailingZeros: return .object(BigDecimalObject(value.strippingZeros(to: Int(Int32.min))))
            case .toPlainString: return Value(value.plainDescription)
            case .toEngineeringString: return Value(value.engineeringDescription)
            case .toBigInteger: return Value(value.truncated)
            default: return conversions(method, .bigDecimal(value))
            }
        }
        guard arguments.count == 1 else {
            // The overloads with a rounding mode or a context.
            try refuse(method.rawValue, on: .object(BigDecimalObject(value)))
            return .null
        }
        if let count = int(arguments[0]) { return try callBigDecimal(method, value, count) }
        if method == .valueOf { return valueOf(arguments[0]) }
        guard let other = bigDecimal(arguments[0]) else { return .null }
        try spend(value.unscaled.limbs.count * other.unscaled.limbs.count >> 4)
        let result: BigDecimal?
        switch method {
        case .add: result = BigDecimal.add(value, other)
        case .subtract: result = BigDecimal.subtract(value, other)
        case .multiply: result = BigDecimal.multiply(value, other)
        case .max: result = BigDecimal.compare(value, other) >= 0 ? value : other
        case .min: result = BigDecimal.compare(value, other) <= 0 ? value : other
        case .compareTo: return Value(int: BigDecimal.compare(value, other))
        case .divide, .divideToIntegralValue, .remainder: return try divide(method, value, other)
        default: return .null
        }
        guard let result else { throw fail(.method, "java.lang.ArithmeticException: Overflow") }
        return .object(BigDecimalObject(result))
    }

    private func valueOf(_ argument: Value) -> Value {
        guard let number = number(argument) else { return .null }
        switch number {
        case .double(let value):
            return BigDecimal(Array(JavaDouble.description(of: value).utf8)).map { .object(BigDecimalObject($0)) }
                ?? .null
        default:
            return number.int64.map { .object(BigDecimalObject(BigDecimal(BigInteger($0)))) } ?? .null
        }
    }

    private mutating func callBigDecimal(
        _ method: Method,
        _ value: BigDecimal,
        _ count: Int,
    ) throws(Interruption) -> Value {
        switch method {
        case .pow:
            guard (0...999_999_999).contains(count) else {
                throw fail(.method, "java.lang.ArithmeticException: Invalid operation")
            }
            let unscaled = try power(value.unscaled, count)
            return .object(BigDecimalObject(BigDecimal(unscaled: unscaled, scale: value.scale * count)))
        case .movePointLeft, .movePointRight:
            let scale = value.scale + (method == .movePointLeft ? count : -count)
            guard abs(scale) <= limits.numberDigits else { throw fail(.limit, "a number of too many digits") }
            let moved = BigDecimal(unscaled: value.unscaled, scale: scale)
            return .object(BigDecimalObject(count == 0 ? value : moved.withScaleOfAtLeastZero))
        case .setScale:
            guard abs(count) <= limits.numberDigits else { throw fail(.limit, "a number of too many digits") }
            guard let result = value.exactly(scale: count) else {
                throw fail(.method, "java.lang.ArithmeticException: Rounding necessary")
            }
            return .object(BigDecimalObject(result))
        case .valueOf:
            return .object(BigDecimalObject(BigDecimal(BigInteger(Int64(count)))))
        default: return .null
        }
    }

    private mutating func divide(
        _ method: Method,
        _ value: BigDecimal,
        _ other: BigDecimal,
    ) throws(Interruption) -> Value {
        guard !other.unscaled.isZero else { throw fail(.method, "java.lang.ArithmeticException: Division by zero") }
        let scale = value.scale - other.scale
        if method == .divide {
            guard let quotient = value.exactQuotient(by: other) else {
                throw fail(
                    .method,
                    "java.lang.ArithmeticException: Non-terminating decimal expansion; no exact representable decimal result.",
                )
            }
            return .object(BigDecimalObject(quotient.strippingZeros(to: scale)))
        }
        guard let whole = value.wholeQuotient(by: other) else { throw fail(.limit, "a number of too many digits") }
        if method == .divideToIntegralValue { return .object(BigDecimalObject(whole)) }
        guard let product = BigDecimal.multiply(whole, other), let rest = BigDecimal.subtract(value, product) else {
            throw fail(.method, "java.lang.ArithmeticException: Overflow")
        }
        return .object(BigDecimalObject(rest))
    }
}
