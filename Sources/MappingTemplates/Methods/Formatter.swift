import OrderedJSON

/// `String.format`: Java's `java.util.Formatter` for the conversions of strings, numbers and characters.
struct FormatSpecifier {
    /// The position that `%2$s` names, from 1; 0 for the next one, -1 for `%<s`, the one before.
    var index = 0
    var flags: Set<UInt8> = []
    var width: Int?
    var precision: Int?
    var conversion: UInt8 = 0
    var isUpper = false
}

extension Renderer {
    /// Formats `arguments` by a format string.
    /// - Parameter arguments: nil if `null` was given for the array of them, which stands for any number of nulls.
    mutating func formatted(_ format: [UInt8], _ arguments: [Value]?) throws(Interruption) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        var next = 0
        var last = -1
        while position < format.count {
            let byte = format[position]
            position += 1
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            let specifier = try specifier(format, &position)
            try spend()
            if specifier.conversion == UInt8(ascii: "n") {
                result.append(.newLine)
                continue
            }
            if specifier.conversion == UInt8(ascii: "%") {
                if specifier.flags.contains(.hyphen), specifier.width == nil { throw invalid("%-%") }
                try pad([UInt8(ascii: "%")], specifier, to: &result)
                continue
            }
            let index: Int
            switch specifier.index {
            case -1: index = last
            case 0:
                index = next
                next += 1
            default: index = specifier.index - 1
            }
            guard let arguments else {
                try append(.null, specifier, to: &result)
                continue
            }
            guard arguments.indices.contains(index) else {
                throw fail(
                    .method,
                    "java.util.MissingFormatArgumentException: there is no argument for a format specifier",
                )
            }
            last = index
            try append(arguments[index], specifier, to: &result)
            try spend(bytes: result.count > limits.outputBytes ? result.count : 0)
        }
        try spend(bytes: result.count)
        return result
    }

    private mutating func invalid(_ text: String) -> Interruption {
        fail(.method, "java.util.UnknownFormatConversionException or similar: bad format specifier \(text)")
    }

    /// Reads `[index$][flags][width][.precision]conversion`.
    private mutating func specifier(_ format: [UInt8], _ position: inout Int) throws(Interruption) -> FormatSpecifier {
        var specifier = FormatSpecifier()
        let start = position
        func number(_ position: inout Int) -> Int? {
            var value: Int?
            while position < format.count, format[position].isDigit {
                value = min((value ?? 0) * 10 + Int(format[position] - 0x30), Int(Int32.max))
                position += 1
            }
            return value
        }
        if position < format.count, (0x31...0x39).contains(format[position]) {
            let value = number(&position)
            if position < format.count, format[position] == .dollar {
                specifier.index = value ?? 0
                position += 1
            } else {
                specifier.width = value
            }
        } else if position < format.count, format[position] == UInt8(ascii: "<") {
            specifier.index = -1
            position += 1
        }
        if specifier.width == nil {
            while position < format.count, "-#+ 0,(<".utf8.contains(format[position]) {
                if format[position] == UInt8(ascii: "<") {
                    specifier.index = -1
                } else {
                    guard specifier.flags.insert(format[position]).inserted else { throw invalid("with a flag twice") }
                }
                position += 1
            }
            specifier.width = number(&position)
        }
        if position < format.count, format[position] == .dot {
            position += 1
            guard let precision = number(&position) else { throw invalid("without digits behind the point") }
            specifier.precision = precision
        }
        guard position < format.count else {
            throw invalid("\"%" + String(decoding: format[start...], as: UTF8.self) + "\"")
        }
        specifier.conversion = format[position] | 0x20
        specifier.isUpper = format[position].isLetter && format[position] & 0x20 == 0
        if !format[position].isLetter { specifier.conversion = format[position] }
        position += 1
        let known =
            specifier.isUpper
            ? "bhscxegat".utf8.contains(specifier.conversion) : "bhscdoxefgan%".utf8.contains(specifier.conversion)
        guard known else { throw invalid("\"%" + String(decoding: format[start..<position], as: UTF8.self) + "\"") }
        if specifier.flags.contains(.hyphen) || specifier.flags.contains(.zero), specifier.width == nil {
            throw fail(.method, "java.util.MissingFormatWidthException: a flag needs a width")
        }
        if specifier.flags.contains(.hyphen), specifier.flags.contains(.zero) {
            throw fail(.method, "java.util.IllegalFormatFlagsException: Flags = '-0'")
        }
        if let width = specifier.width { try spend(bytes: width) }
        if let precision = specifier.precision { try spend(bytes: precision) }
        return specifier
    }

    /// Fills up with blanks to the width.
    private mutating func pad(
        _ text: [UInt8],
        _ specifier: FormatSpecifier,
        to result: inout [UInt8],
    ) throws(Interruption) {
        let text = specifier.isUpper ? JavaCase.upper(text) : text
        let blanks = [UInt8](repeating: .space, count: max(0, (specifier.width ?? 0) - length(text)))
        if specifier.flags.contains(.hyphen) {
            JavaText.append(text, to: &result)
            result += blanks
        } else {
            result += blanks
            JavaText.append(text, to: &result)
        }
    }

    private mutating func mismatch(_ specifier: FormatSpecifier, _ value: Value) -> Interruption {
        let letter = String(decoding: [specifier.conversion], as: UTF8.self)
        return fail(.method, "java.util.IllegalFormatConversionException: %\(letter) of \(describe(value))")
    }

    private mutating func refuseFlags(_ specifier: FormatSpecifier, _ refused: String) throws(Interruption) {
        guard !specifier.flags.contains(where: { refused.utf8.contains($0) }) else {
            throw fail(.method, "java.util.FormatFlagsConversionMismatchException: a flag does not fit its conversion")
        }
    }

    private mutating func refusePrecision(_ specifier: FormatSpecifier) throws(Interruption) {
        if let precision = specifier.precision {
            throw fail(.method, "java.util.IllegalFormatPrecisionException: \(precision)")
        }
    }

    private mutating func append(
        _ value: Value,
        _ specifier: FormatSpecifier,
        to result: inout [UInt8],
    ) throws(Interruption) {
        switch specifier.conversion {
        case UInt8(ascii: "s"):
            try refuseFlags(specifier, "#+ 0,(")
            try appendText(try text(of: value) ?? Array("null".utf8), specifier, to: &result)
        case UInt8(ascii: "b"):
            try refuseFlags(specifier, "#+ 0,(")
            let flag = if case .boolean(let flag) = value { flag } else { !value.isNull }
            try appendText(Array((flag ? "true" : "false").utf8), specifier, to: &result)
        case UInt8(ascii: "h"):
            try refuseFlags(specifier, "#+ 0,(")
            let hash = value.isNull ? "null" : String(UInt32(bitPattern: try hashCode(value)), radix: 16)
            try appendText(Array(hash.utf8), specifier, to: &result)
        case UInt8(ascii: "c"):
            try refuseFlags(specifier, "#+ 0,(")
            try refusePrecision(specifier)
            try pad(try character(value, specifier), specifier, to: &result)
        case UInt8(ascii: "d"), UInt8(ascii: "x"), UInt8(ascii: "o"):
            try refusePrecision(specifier)
            try pad(try integer(value, specifier), specifier, to: &result)
        default:
            try pad(try decimal(value, specifier), specifier, to: &result)
        }
    }

    private mutating func appendText(
        _ text: [UInt8],
        _ specifier: FormatSpecifier,
        to result: inout [UInt8],
    ) throws(Interruption) {
        guard let precision = specifier.precision, precision < length(text) else {
            return try pad(text, specifier, to: &result)
        }
        try pad(try substring(text, 0, precision), specifier, to: &result)
    }

    private mutating func character(_ value: Value, _ specifier: FormatSpecifier) throws(Interruption) -> [UInt8] {
        switch value {
        case .null: return Array("null".utf8)
        case .character(let unit): return JavaText.bytes([unit])
        default:
            guard let scalar = int(value) else { throw mismatch(specifier, value) }
            guard scalar >= 0, scalar <= 0x10_FFFF else {
                throw fail(.method, "java.util.IllegalFormatCodePointException: \(scalar)")
            }
            var text: [UInt8] = []
            JavaText.append(scalar: UInt32(scalar), to: &text)
            return text
        }
    }

    // MARK: Integers

    private mutating func integer(_ value: Value, _ specifier: FormatSpecifier) throws(Interruption) -> [UInt8] {
        if value.isNull { return Array("null".utf8) }
        guard let number = number(value), number.isInteger else { throw mismatch(specifier, value) }
        if specifier.conversion == UInt8(ascii: "d") {
            try refuseFlags(specifier, "#")
            var digits: [UInt8]
            if case .bigInteger(let big) = number {
                digits = big.digits(radix: 10)
            } else {
                digits = Array(String(number.long).utf8)
            }
            let isNegative = digits.first == .hyphen
            if isNegative { digits.removeFirst() }
            return try laidOut(digits, fraction: [], isNegative: isNegative, specifier)
        }
        let radix = specifier.conversion == UInt8(ascii: "x") ? 16 : 8
        var digits: [UInt8]
        switch number {
        case .bigInteger(let big): digits = big.digits(radix: UInt32(radix))
        case .integer(let value): digits = Array(String(UInt32(bitPattern: value), radix: radix).utf8)
        case .short(let value): digits = Array(String(UInt16(bitPattern: value), radix: radix).utf8)
        case .byte(let value): digits = Array(String(UInt8(bitPattern: value), radix: radix).utf8)
        default: digits = Array(String(UInt64(bitPattern: number.long), radix: radix).utf8)
        }
        if case .bigInteger = number { try refuseFlags(specifier, ",") } else { try refuseFlags(specifier, "+ ,(") }
        let prefix = specifier.flags.contains(.hash) ? Array((radix == 16 ? "0x" : "0").utf8) : []
        let zeros = specifier.flags.contains(.zero) ? max(0, (specifier.width ?? 0) - digits.count - prefix.count) : 0
        return prefix + [UInt8](repeating: .zero, count: zeros) + digits
    }

    /// Sign, grouping and leading zeros.
    private mutating func laidOut(
        _ whole: [UInt8],
        fraction: [UInt8],
        isNegative: Bool,
        _ specifier: FormatSpecifier,
    ) throws(Interruption) -> [UInt8] {
        let (plus, blank) = (specifier.flags.contains(.plus), specifier.flags.contains(.space))
        guard !(plus && blank) else { throw fail(.method, "java.util.IllegalFormatFlagsException: Flags = '+ '") }
        var digits: [UInt8] = []
        for (index, digit) in whole.enumerated() {
            if specifier.flags.contains(.comma), index > 0, (whole.count - index) % 3 == 0 { digits.append(.comma) }
            digits.append(digit)
        }
        digits += fraction
        var head: [UInt8] = []
        var tail: [UInt8] = []
        if isNegative {
            head = specifier.flags.contains(.leftParenthesis) ? [.leftParenthesis] : [.hyphen]
            if specifier.flags.contains(.leftParenthesis) { tail = [.rightParenthesis] }
        } else if plus || blank {
            head = [plus ? .plus : .space]
        }
        let used = head.count + digits.count + tail.count
        let zeros = specifier.flags.contains(.zero) ? max(0, (specifier.width ?? 0) - used) : 0
        return head + [UInt8](repeating: .zero, count: zeros) + digits + tail
    }

    // MARK: Fractions

    private mutating func decimal(_ value: Value, _ specifier: FormatSpecifier) throws(Interruption) -> [UInt8] {
        if value.isNull { return Array("null".utf8) }
        guard let number = number(value) else { throw mismatch(specifier, value) }
        let exact: BigDecimal?
        var isNegative: Bool
        switch number {
        case .double, .float:
            let double = number.double
            guard double.isFinite else { return try notFinite(double, specifier) }
            isNegative = double.sign == .minus
            // The digits that Java prints, not the exact ones, are what it rounds.
            let text =
                if case .float(let float) = number { JavaDouble.description(of: float) } else {
                    JavaDouble.description(of: double)
                }
            exact = BigDecimal(Array(text.utf8))
        case .bigDecimal(let big):
            isNegative = big.unscaled.isNegative
            exact = big
        default: throw mismatch(specifier, value)
        }
        guard let exact, abs(exact.scale) <= 2_000 else { throw fail(.limit, "a number too large to format") }
        let magnitude = BigDecimal(unscaled: exact.unscaled.magnitude, scale: exact.scale)
        switch specifier.conversion {
        case UInt8(ascii: "f"):
            let (whole, fraction) = fixed(magnitude, specifier.precision ?? 6)
            let point: [UInt8] = fraction.isEmpty ? specifier.flags.contains(.hash) ? [.dot] : [] : [.dot]
            return try laidOut(whole, fraction: point + fraction, isNegative: isNegative, specifier)
        case UInt8(ascii: "e"):
            try refuseFlags(specifier, ",")
            return try laidOutScientific(magnitude, specifier.precision ?? 6, isNegative, specifier)
        case UInt8(ascii: "g"):
            try refuseFlags(specifier, "#")
            return try general(magnitude, isNegative, specifier)
        default:
            guard case .double(let double) = number, specifier.precision == nil else {
                throw mismatch(specifier, value)
            }
            return Array(JavaHexadecimal.description(of: double).utf8)
        }
    }

    private mutating func notFinite(_ value: Double, _ specifier: FormatSpecifier) throws(Interruption) -> [UInt8] {
        if value.isNaN { return Array("NaN".utf8) }
        let infinity = Array("Infinity".utf8)
        guard value.sign == .minus else { return specifier.flags.contains(.plus) ? [.plus] + infinity : infinity }
        return specifier.flags.contains(.leftParenthesis)
            ? [.leftParenthesis] + infinity + [.rightParenthesis] : [.hyphen] + infinity
    }

    /// Rounds half up to a number of decimals.
    private func fixed(_ value: BigDecimal, _ precision: Int) -> (whole: [UInt8], fraction: [UInt8]) {
        var unscaled = value.unscaled
        if value.scale > precision {
            let power = BigInteger(1).scaled(byPowerOfTen: value.scale - precision)
            if let (quotient, remainder) = unscaled.divided(by: power) {
                unscaled = remainder * BigInteger(2) < power ? quotient : quotient + BigInteger(1)
            }
        } else {
            unscaled = unscaled.scaled(byPowerOfTen: precision - value.scale)
        }
        var digits = unscaled.digits(radix: 10)
        if digits.count <= precision {
            digits = [UInt8](repeating: .zero, count: precision + 1 - digits.count) + digits
        }
        return (Array(digits.dropLast(precision)), Array(digits.suffix(precision)))
    }

    private mutating func laidOutScientific(
        _ value: BigDecimal,
        _ precision: Int,
        _ isNegative: Bool,
        _ specifier: FormatSpecifier,
    ) throws(Interruption) -> [UInt8] {
        var exponent = 0
        var digits = [UInt8](repeating: .zero, count: precision + 1)
        if !value.unscaled.isZero {
            let count = value.unscaled.digits(radix: 10).count
            exponent = count - 1 - value.scale
            let shifted = BigDecimal(unscaled: value.unscaled, scale: count - 1)
            let (whole, fraction) = fixed(shifted, precision)
            digits = whole + fraction
            if digits.count > precision + 1 {
                digits.removeLast()
                exponent += 1
            }
        }
        var tail = Array(digits.dropFirst())
        if !tail.isEmpty || specifier.flags.contains(.hash) { tail.insert(.dot, at: 0) }
        let power = Array(String(abs(exponent)).utf8)
        tail += [UInt8(ascii: "e"), exponent < 0 ? .hyphen : .plus] + (power.count < 2 ? [.zero] : []) + power
        return try laidOut([digits[0]], fraction: tail, isNegative: isNegative, specifier)
    }

    private mutating func general(
        _ value: BigDecimal,
        _ isNegative: Bool,
        _ specifier: FormatSpecifier,
    ) throws(Interruption) -> [UInt8] {
        let precision = specifier.precision == 0 ? 1 : specifier.precision ?? 6
        if value.unscaled.isZero {
            let (whole, fraction) = fixed(value, precision - 1)
            return try laidOut(
                whole,
                fraction: fraction.isEmpty ? [] : [.dot] + fraction,
                isNegative: isNegative,
                specifier,
            )
        }
        // Rounded to the precision, the value decides between the two forms.
        let count = value.unscaled.digits(radix: 10).count
        let place = count - value.scale
        let (whole, fraction) = fixed(BigDecimal(unscaled: value.unscaled, scale: count), precision)
        let exponent =
            whole.last == UInt8(ascii: "1") && whole.count == 1 && fraction.allSatisfy({ $0 == .zero })
            ? place + 1 : place
        guard exponent > -4, exponent <= precision else {
            return try laidOutScientific(value, precision - 1, isNegative, specifier)
        }
        let (integer, decimals) = fixed(value, precision - exponent)
        return try laidOut(
            integer,
            fraction: decimals.isEmpty ? [] : [.dot] + decimals,
            isNegative: isNegative,
            specifier,
        )
    }
}
