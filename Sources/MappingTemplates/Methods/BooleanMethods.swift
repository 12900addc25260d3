/// The methods of `java.lang.Boolean` and `java.lang.Character`.
extension Renderer {
    mutating func callBoolean(
        _ method: Method,
        _ value: Bool,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        if arguments.count == 0 { return method == .booleanValue ? .boolean(value) : .null }
        if let text = stringArgument(arguments[0]), arguments.count == 1 {
            guard method == .parseBoolean || method == .valueOf else { return .null }
            return .boolean(JavaCase.equalsIgnoringCase(text, Array("true".utf8)))
        }
        guard case .boolean(let a) = arguments[0] else {
            let parses = method == .parseBoolean || method == .valueOf
            return parses && arguments[0].isNull ? .boolean(false) : .null
        }
        if arguments.count == 1 {
            switch method {
            case .compareTo: return .integer(value == a ? 0 : value ? 1 : -1)
            case .valueOf: return .boolean(a)
            case .toString: return Value(String(a))
            case .hashCode: return .integer(a ? 1231 : 1237)
            default: return .null
            }
        }
        guard arguments.count == 2, case .boolean(let b) = arguments[1] else { return .null }
        switch method {
        case .logicalAnd: return .boolean(a && b)
        case .logicalOr: return .boolean(a || b)
        case .logicalXor: return .boolean(a != b)
        case .compare: return .integer(a == b ? 0 : a ? 1 : -1)
        default: return .null
        }
    }

    mutating func callCharacter(
        _ method: Method,
        _ unit: UInt16,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        if arguments.count == 0 { return method == .charValue ? .character(unit) : .null }
        if method == .compareTo, arguments.count == 1, case .character(let other) = arguments[0] {
            return .integer(Int32(unit) - Int32(other))
        }
        if method == .compare, case .character(let a) = arguments[0], case .character(let b) = arguments[1] {
            return .integer(Int32(a) - Int32(b))
        }
        guard arguments.count == 1 else { return .null }
        let isCharacter: Bool
        let scalar: UInt32
        if case .character(let value) = arguments[0] {
            (isCharacter, scalar) = (true, UInt32(value))
        } else if let value = int(arguments[0]) {
            (isCharacter, scalar) = (false, UInt32(truncatingIfNeeded: value))
        } else {
            return .null
        }
        switch method {
        case .toString, .valueOf:
            guard isCharacter || method == .toString else { return .null }
            if method == .valueOf { return .character(UInt16(truncatingIfNeeded: scalar)) }
            var text: [UInt8] = []
            JavaText.append(scalar: scalar, to: &text)
            return .text(text)
        case .hashCode: return isCharacter ? Value(int: Int(scalar)) : .null
        case .toUpperCase, .toLowerCase:
            var text: [UInt8] = []
            JavaText.append(scalar: scalar, to: &text)
            let mapped = method == .toUpperCase ? JavaCase.upper(text) : JavaCase.lower(text)
            let result = mapped.withUnsafeBufferPointer { mapped in
                let first = JavaText.scalar(mapped, 0)
                return first.size == mapped.count ? first.scalar : scalar
            }
            return isCharacter ? .character(UInt16(truncatingIfNeeded: result)) : Value(int: Int(result))
        default:
            let properties = (Unicode.Scalar(scalar) ?? "\u{FFFF}").properties
            return Self.classify(method, scalar, properties)
        }
    }

    private static func classify(
        _ method: Method,
        _ scalar: UInt32,
        _ properties: Unicode.Scalar.Properties,
    ) -> Value {
        let category = properties.generalCategory
        let letters: [Unicode.GeneralCategory] = [
            .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        ]
        switch method {
        case .isDigit: return .boolean(category == .decimalNumber)
        case .isLetter: return .boolean(letters.contains(category))
        case .isLetterOrDigit: return .boolean(letters.contains(category) || category == .decimalNumber)
        case .isUpperCase: return .boolean(properties.isUppercase)
        case .isLowerCase: return .boolean(properties.isLowercase)
        case .isWhitespace: return .boolean(JavaCase.isWhiteSpace(scalar))
        case .getNumericValue:
            if let digit = UInt8(exactly: scalar).flatMap({ JavaParsing.digit($0) }) { return Value(int: Int(digit)) }
            return Value(int: properties.numericValue.map { Int($0) } ?? -1)
        default: return .null
        }
    }
}
