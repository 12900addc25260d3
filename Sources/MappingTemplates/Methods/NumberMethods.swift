import OrderedJSON

/// The methods of Java's number classes. Class methods (`parseInt`) are called on any number of the class.
extension Renderer {
    mutating func callNumber(
        _ method: Method,
        _ receiver: Value,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        guard let number = number(receiver) else { return .null }
        if case .bigInteger(let value) = number { return try callBigInteger(method, value, arguments) }
        if case .bigDecimal(let value) = number { return try callBigDecimal(method, value, arguments) }
        if arguments.count == 0 { return callNumber(method, number) }
        if method == .compareTo, arguments.count == 1 { return compareTo(number, arguments[0]) }
        switch number {
        case .integer: return try callInteger(method, arguments)
        case .long: return try callLong(method, arguments)
        case .double: return try callDouble(method, arguments)
        case .float: return try callFloat(method, arguments)
        case .byte, .short: return try callSmall(method, number, arguments)
        default: return .null
        }
    }

    private func callNumber(_ method: Method, _ number: Number) -> Value {
        switch method {
        case .intValue: return .integer(number.int32)
        case .longValue: return .long(number.long)
        case .doubleValue: return .double(number.double)
        case .floatValue: return .float(number.float)
        case .byteValue: return .byte(Int8(truncatingIfNeeded: number.int32))
        case .shortValue: return .short(Int16(truncatingIfNeeded: number.int32))
        case .isNaN, .isInfinite:
            switch number {
            case .double, .float: return .boolean(method == .isNaN ? number.double.isNaN : number.double.isInfinite)
            default: return .null
            }
        default: return .null
        }
    }

    /// Compares with a number of the same class.
    private func compareTo(_ number: Number, _ other: Value) -> Value {
        guard let other = self.number(other) else { return .null }
        switch (number, other) {
        case (.integer(let a), .integer(let b)): return .integer(a < b ? -1 : a > b ? 1 : 0)
        case (.long(let a), .long(let b)): return .integer(a < b ? -1 : a > b ? 1 : 0)
        case (.byte(let a), .byte(let b)): return .integer(Int32(a) - Int32(b))
        case (.short(let a), .short(let b)): return .integer(Int32(a) - Int32(b))
        case (.double(let a), .double(let b)): return .integer(Self.order(a, b))
        case (.float(let a), .float(let b)): return .integer(Self.order(Double(a), Double(b)))
        default: return .null
        }
    }

    /// Java's total order of doubles: -0.0 before 0.0, NaN last.
    private static func order(_ a: Double, _ b: Double) -> Int32 {
        if a < b { return -1 }
        if a > b { return 1 }
        func rank(_ value: Double) -> Int32 { value.isNaN ? 2 : value == 0 && value.sign == .minus ? 0 : 1 }
        return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0
    }

    mutating func parseFailure(_ text: [UInt8], radix: Int = 10) -> Interruption {
        let shown = String(decoding: text.prefix(100), as: UTF8.self)
        return fail(
            .method,
            "java.lang.NumberFormatException: For input string: \"\(shown)\""
                + (radix == 10 ? "" : " under radix \(radix)"),
        )
    }

    private mutating func parse<Integer: FixedWidthInteger & SignedInteger>(
        _ type: Integer.Type,
        _ text: [UInt8],
        radix: Int = 10,
    ) throws(Interruption) -> Integer {
        guard let value = JavaParsing.integer(text, radix: radix, type) else { throw parseFailure(text, radix: radix) }
        return value
    }

    // MARK: Integer

    private mutating func callInteger(_ method: Method, _ arguments: Arguments) throws(Interruption) -> Value {
        if let text = stringArgument(arguments[0]) {
            switch (method, arguments.count) {
            case (.parseInt, 1), (.valueOf, 1): return .integer(try parse(Int32.self, text))
            case (.decode, 1):
                guard let value = JavaParsing.decode(text, Int32.self) else { throw parseFailure(text) }
                return .integer(value)
            case (.parseInt, 2), (.valueOf, 2):
                guard let radix = int(arguments[1]) else { return .null }
                return .integer(try parse(Int32.self, text, radix: radix))
            case (.parseUnsignedInt, 1), (.parseUnsignedInt, 2):
                let radix = arguments.count == 2 ? int(arguments[1]) ?? 0 : 10
                guard let value = JavaParsing.integer(text, radix: radix, Int64.self), value >= 0, value <= UInt32.max,
                    text.first != .hyphen
                else { throw parseFailure(text, radix: radix) }
                return .integer(Int32(truncatingIfNeeded: value))
            default: return .null
            }
        }
        if arguments[0].isNull, [.parseInt, .valueOf, .parseUnsignedInt, .decode].contains(method) {
            throw fail(.method, "java.lang.NumberFormatException: no value to parse")
        }
        guard let argument = int(arguments[0]) else { return .null }
        let a = Int32(truncatingIfNeeded: argument)
        if arguments.count == 2 {
            guard let second = int(arguments[1]) else { return .null }
            return try callInteger(method, a, Int32(truncatingIfNeeded: second))
        }
        guard arguments.count == 1 else { return .null }
        switch method {
        case .toString: return Value(String(a))
        case .valueOf, .hashCode: return .integer(a)
        case .toHexString: return Value(String(UInt32(bitPattern: a), radix: 16))
        case .toOctalString: return Value(String(UInt32(bitPattern: a), radix: 8))
        case .toBinaryString: return Value(String(UInt32(bitPattern: a), radix: 2))
        case .toUnsignedString: return Value(String(UInt32(bitPattern: a)))
        case .toUnsignedLong: return .long(Int64(UInt32(bitPattern: a)))
        case .bitCount: return Value(int: a.nonzeroBitCount)
        case .signum: return .integer(a.signum())
        case .highestOneBit: return .integer(a == 0 ? 0 : Int32(bitPattern: 1 << (31 - UInt32(a.leadingZeroBitCount))))
        case .lowestOneBit: return .integer(a & (0 &- a))
        case .numberOfLeadingZeros: return Value(int: a.leadingZeroBitCount)
        case .numberOfTrailingZeros: return Value(int: a.trailingZeroBitCount)
        case .reverse: return .integer(JavaBits.reversed(a))
        case .reverseBytes: return .integer(a.byteSwapped)
        default: return .null
        }
    }

    private mutating func callInteger(_ method: Method, _ a: Int32, _ b: Int32) throws(Interruption) -> Value {
        switch method {
        case .max: return .integer(max(a, b))
        case .min: return .integer(min(a, b))
        case .sum: return .integer(a &+ b)
        case .compare: return .integer(a < b ? -1 : a > b ? 1 : 0)
        case .compareUnsigned:
            let (x, y) = (UInt32(bitPattern: a), UInt32(bitPattern: b))
            return .integer(x < y ? -1 : x > y ? 1 : 0)
        case .divideUnsigned, .remainderUnsigned:
            guard b != 0 else { throw fail(.method, "java.lang.ArithmeticException: / by zero") }
            let (x, y) = (UInt32(bitPattern: a), UInt32(bitPattern: b))
            return .integer(Int32(bitPattern: method == .divideUnsigned ? x / y : x % y))
        case .rotateLeft: return .integer(JavaBits.rotated(a, left: Int(b)))
        case .rotateRight: return .integer(JavaBits.rotated(a, left: -Int(b)))
        case .toString: return Value(JavaParsing.spell(Int64(a), radix: Int(b)))
        case .toUnsignedString: return Value(JavaParsing.spell(Int64(UInt32(bitPattern: a)), radix: Int(b)))
        default: return .null
        }
    }

    // MARK: Long

    private mutating func callLong(_ method: Method, _ arguments: Arguments) throws(Interruption) -> Value {
        if let text = stringArgument(arguments[0]) {
            switch (method, arguments.count) {
            case (.parseLong, 1), (.valueOf, 1): return .long(try parse(Int64.self, text))
            case (.decode, 1):
                guard let value = JavaParsing.decode(text, Int64.self) else { throw parseFailure(text) }
                return .long(value)
            case (.parseLong, 2), (.valueOf, 2):
                guard let radix = int(arguments[1]) else { return .null }
                return .long(try parse(Int64.self, text, radix: radix))
            default: return .null
            }
        }
        guard let a = long(arguments[0]) else { return .null }
        if arguments.count == 2 {
            if method == .toString, let radix = int(arguments[1]) { return Value(JavaParsing.spell(a, radix: radix)) }
            if method == .rotateLeft || method == .rotateRight, let count = int(arguments[1]) {
                return .long(JavaBits.rotated(a, left: method == .rotateLeft ? count : -count))
            }
            guard let b = long(arguments[1]) else { return .null }
            return try callLong(method, a, b)
        }
        guard arguments.count == 1 else { return .null }
        switch method {
        case .toString: return Value(String(a))
        case .valueOf: return .long(a)
        case .hashCode: return .integer(Self.hashCode(.long(a)))
        case .toHexString: return Value(String(UInt64(bitPattern: a), radix: 16))
        case .toOctalString: return Value(String(UInt64(bitPattern: a), radix: 8))
        case .toBinaryString: return Value(String(UInt64(bitPattern: a), radix: 2))
        case .toUnsignedString: return Value(String(UInt64(bitPattern: a)))
        case .bitCount: return Value(int: a.nonzeroBitCount)
        case .signum: return Value(int: Int(a.signum()))
        case .highestOneBit: return .long(a == 0 ? 0 : Int64(bitPattern: 1 << (63 - UInt64(a.leadingZeroBitCount))))
        case .lowestOneBit: return .long(a & (0 &- a))
        case .numberOfLeadingZeros: return Value(int: a.leadingZeroBitCount)
        case .numberOfTrailingZeros: return Value(int: a.trailingZeroBitCount)
        case .reverse: return .long(JavaBits.reversed(a))
        case .reverseBytes: return .long(a.byteSwapped)
        default: return .null
        }
    }

    private mutating func callLong(_ method: Method, _ a: Int64, _ b: Int64) throws(Interruption) -> Value {
        switch method {
        case .max: return .long(max(a, b))
        case .min: return .long(min(a, b))
        case .sum: return .long(a &+ b)
        case .compare: return .integer(a < b ? -1 : a > b ? 1 : 0)
        case .compareUnsigned:
            let (x, y) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
            return .integer(x < y ? -1 : x > y ? 1 : 0)
        case .divideUnsigned, .remainderUnsigned:
            guard b != 0 else { throw fail(.method, "java.lang.ArithmeticException: / by zero") }
            let (x, y) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
            return .long(Int64(bitPattern: method == .divideUnsigned ? x / y : x % y))
        default: return .null
        }
    }

    // MARK: Double, Float, Short, Byte

    private mutating func callDouble(_ method: Method, _ arguments: Arguments) throws(Interruption) -> Value {
        if let text = stringArgument(arguments[0]), arguments.count == 1 {
            guard method == .parseDouble || method == .valueOf else { return .null }
            guard let value = JavaParsing.double(text) else { throw parseFailure(text) }
            return .double(value)
        }
        if method == .longBitsToDouble, arguments.count == 1, let bits = long(arguments[0]) {
            return .double(Double(bitPattern: UInt64(bitPattern: bits)))
        }
        guard let a = double(arguments[0]) else { return .null }
        if arguments.count == 2 {
            guard let b = double(arguments[1]) else { return .null }
            switch method {
            case .max: return .double(a.isNaN || b.isNaN ? .nan : Self.order(a, b) > 0 ? a : b)
            case .min: return .double(a.isNaN || b.isNaN ? .nan : Self.order(a, b) < 0 ? a : b)
            case .sum: return .double(a + b)
            case .compare: return .integer(Self.order(a, b))
            default: return .null
            }
        }
        guard arguments.count == 1 else { return .null }
        switch method {
        case .toString: return Value(JavaDouble.description(of: a))
        case .valueOf: return .double(a)
        case .hashCode: return .integer(Self.hashCode(.double(a)))
        case .isNaN: return .boolean(a.isNaN)
        case .isInfinite: return .boolean(a.isInfinite)
        case .isFinite: return .boolean(a.isFinite)
        case .doubleToLongBits, .doubleToRawLongBits: return .long(Int64(bitPattern: a.bitPattern))
        case .toHexString: return Value(JavaHexadecimal.description(of: a))
        default: return .null
        }
    }

    private mutating func callFloat(_ method: Method, _ arguments: Arguments) throws(Interruption) -> Value {
        if let text = stringArgument(arguments[0]), arguments.count == 1 {
            guard method == .parseFloat || method == .valueOf else { return .null }
            guard let value = JavaParsing.float(text) else { throw parseFailure(text) }
            return .float(value)
        }
        guard let a = double(arguments[0]) else { return .null }
        if arguments.count == 2 {
            guard let b = double(arguments[1]) else { return .null }
            switch method {
            case .max: return .float(Float(max(a, b)))
            case .min: return .float(Float(min(a, b)))
            case .sum: return .float(Float(a) + Float(b))
            case .compare: return .integer(Self.order(a, b))
            default: return .null
            }
        }
        switch method {
        case .toString: return Value(JavaDouble.description(of: Float(a)))
        case .valueOf: return .float(Float(a))
        case .isNaN: return .boolean(a.isNaN)
        case .isInfinite: return .boolean(a.isInfinite)
        case .isFinite: return .boolean(a.isFinite)
        case .floatToIntBits, .floatToRawIntBits: return .integer(Int32(bitPattern: Float(a).bitPattern))
        default: return .null
        }
    }

    private mutating func callSmall(
        _ method: Method,
        _ number: Number,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        let isByte = if case .byte = number { true } else { false }
        if let text = stringArgument(arguments[0]), arguments.count == 1 {
            switch method {
            case .parseByte where isByte: return .byte(try parse(Int8.self, text))
            case .parseShort where !isByte: return .short(try parse(Int16.self, text))
            case .valueOf: return isByte ? .byte(try parse(Int8.self, text)) : .short(try parse(Int16.self, text))
            default: return .null
            }
        }
        guard let a = long(arguments[0]), arguments.count == 1 else { return .null }
        switch method {
        case .toString: return Value(String(a))
        case .toUnsignedInt: return Value(int: Int(isByte ? a & 0xFF : a & 0xFFFF))
        default: return .null
        }
    }
}
