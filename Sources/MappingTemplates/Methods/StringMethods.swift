/// The methods of `java.lang.String`.
extension Renderer {
    mutating func callString(
        _ method: Method,
        _ receiver: Value,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        if let result = try quickString(method, receiver, arguments) { return result }
        guard let text = bytes(of: receiver) else { return .null }
        try spend(bytes: text.count)
        if isByScalar(method), text.contains(where: { $0 >= 0x80 }) { try spend(text.count >> 2) }
        switch arguments.count {
        case 0: return try callString(method, text)
        case 1: return try callString(method, text, arguments[0])
        case 2: return try callString(method, text, arguments[0], arguments[1])
        default: return try callStringWithMany(method, text, arguments)
        }
    }

    /// Methods that look at every character beyond ASCII for itself, which takes ten times as long as copying it.
    private func isByScalar(_ method: Method) -> Bool {
        switch method {
        case .toLowerCase, .toUpperCase, .equalsIgnoreCase, .compareToIgnoreCase, .regionMatches: true
        default: false
        }
    }

    /// The commonest methods, without a copy of the text.
    private mutating func quickString(
        _ method: Method,
        _ receiver: Value,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value? {
        switch (method, arguments.count) {
        case (.length, 0):
            try spend(reading: receiver)
            return withText(receiver) { Value(int: JavaText.length($0)) }
        case (.isEmpty, 0):
            return withText(receiver) { .boolean($0.isEmpty) }
        case (.startsWith, 1):
            try spend(comparing: receiver, arguments[0])
            return withText(receiver) { text in withText(arguments[0]) { .boolean(text.starts(with: $0)) } } ?? nil
        case (.endsWith, 1):
            try spend(comparing: receiver, arguments[0])
            return withText(receiver) { text in
                withText(arguments[0]) { .boolean(text.count >= $0.count && text.suffix($0.count).elementsEqual($0)) }
            } ?? nil
        default: return nil
        }
    }

    private mutating func callString(_ method: Method, _ text: [UInt8]) throws(Interruption) -> Value {
        switch method {
        case .toLowerCase: return .text(JavaCase.lower(text))
        case .toUpperCase: return .text(JavaCase.upper(text))
        case .getBytes: return .list(ListObject(.array, text.map { .byte(Int8(bitPattern: $0)) }))
        case .toCharArray:
            let units = text.withUnsafeBufferPointer { JavaText.units($0) }
            try spend(units.count)
            return .list(ListObject(.array, units.map { .character($0) }))
        case .trim: return .text(JavaCase.trim(text))
        case .strip: return .text(JavaCase.strip(text, leading: true, trailing: true))
        case .stripLeading: return .text(JavaCase.strip(text, leading: true, trailing: false))
        case .stripTrailing: return .text(JavaCase.strip(text, leading: false, trailing: true))
        case .isBlank: return .boolean(JavaCase.strip(text, leading: true, trailing: true).isEmpty)
        case .intern, .toString: return .text(text)
        case .stripIndent: return .text(TextBlock.stripIndent(text))
        case .translateEscapes:
            guard let result = TextBlock.translateEscapes(text) else {
                throw fail(.method, "java.lang.IllegalArgumentException: translateEscapes() met an invalid escape")
            }
            return .text(result)
        default: return .null
        }
    }

    private mutating func callString(
        _ method: Method,
        _ text: [UInt8],
        _ argument: Value,
    ) throws(Interruption) -> Value {
        if let index = int(argument) { return try callString(method, text, index: index) }
        if argument.isNull {
            if method == .valueOf { return Value("null") }
            return method == .formatted ? try format(text, [.null]) : try callStringWithNull(method)
        }
        if case .list(let list) = argument, list.kind == .array { return try formatWithArray(method, text, list) }
        guard let other = stringArgument(argument) else {
            switch (method, argument) {
            // A Character is no CharSequence, but a Java `char` counts as an `int` only in Java's own code.
            case (.valueOf, _): return .text(try self.text(of: argument) ?? Array("null".utf8))
            case (.formatted, _): return try format(text, [argument])
            default: return .null
            }
        }
        switch method {
        case .contains: return .boolean(try find(other, in: text, from: 0) != nil)
        case .indexOf: return try indexOf(other, in: text, from: 0)
        case .lastIndexOf: return try lastIndexOf(other, in: text, from: .max)
        case .startsWith: return .boolean(text.starts(with: other))
        case .endsWith: return .boolean(text.count >= other.count && text.suffix(other.count).elementsEqual(other))
        case .concat:
            var result = text
            JavaText.append(other, to: &result)
            try spend(bytes: result.count)
            return .text(result)
        case .equalsIgnoreCase: return .boolean(JavaCase.equalsIgnoringCase(text, other))
        case .compareTo: return .integer(JavaCase.compare(text, other))
        case .compareToIgnoreCase: return .integer(JavaCase.compareIgnoringCase(text, other))
        case .contentEquals: return .boolean(text == other)
        case .matches: return .boolean(try matches(text, other))
        case .split: return try split(text, other, limit: 0)
        case .format: return .text(other.isEmpty ? [] : try formatted(other, []))
        case .formatted: return try format(text, [argument])
        case .join: return .text([])
        case .valueOf: return .text(other)
        default: return .null
        }
    }

    private mutating func callStringWithNull(_ method: Method) throws(Interruption) -> Value {
        switch method {
        case .equalsIgnoreCase: return .boolean(false)
        case .contains, .indexOf, .lastIndexOf, .startsWith, .endsWith, .concat, .compareTo, .compareToIgnoreCase,
            .matches, .split, .format:
            throw nullArgument(method)
        default: return .null
        }
    }

    private mutating func callString(_ method: Method, _ text: [UInt8], index: Int) throws(Interruption) -> Value {
        switch method {
        case .charAt:
            return .character(try unit(text, at: index))
        case .codePointAt:
            return Value(int: Int(try codePoint(text, at: index)))
        case .codePointBefore:
            return Value(int: Int(try codePoint(text, before: index)))
        case .substring:
            return .text(try substring(text, index, nil))
        case .indexOf:
            return try indexOf(scalar: index, in: text, from: 0)
        case .lastIndexOf:
            return try lastIndexOf(scalar: index, in: text, from: .max)
        case .repeat:
            guard index >= 0 else {
                throw fail(.method, "java.lang.IllegalArgumentException: count is negative: \(index)")
            }
            try spend(bytes: text.count.multipliedReportingOverflow(by: index).overflow ? .max : text.count * index)
            return .text(JavaText.repeating(text, index))
        case .indent:
            return .text(try indent(text, index))
        case .valueOf:
            return .text(Array(String(index).utf8))
        case .formatted:
            return try format(text, [Value(int: index)])
        default:
            return .null
        }
    }

    private mutating func callString(
        _ method: Method,
        _ text: [UInt8],
        _ first: Value,
        _ second: Value,
    ) throws(Interruption) -> Value {
        switch method {
        case .substring, .subSequence:
            guard let start = int(first), let end = int(second) else { return .null }
            return .text(try substring(text, start, end))
        case .replace:
            if case .character(let old) = first, case .character(let new) = second {
                return .text(try replace(text, JavaText.bytes([old]), JavaText.bytes([new])))
            }
            guard let old = stringArgument(first), let new = stringArgument(second) else {
                return try refuseNull(method, first, second)
            }
            return .text(try replace(text, old, new))
        case .replaceAll, .replaceFirst:
            guard let pattern = stringArgument(first), let replacement = stringArgument(second) else {
                return try refuseNull(method, first, second)
            }
            return .text(try replacePattern(text, pattern, replacement, all: method == .replaceAll))
        case .split:
            guard let pattern = stringArgument(first), let limit = int(second) else { return .null }
            return try split(text, pattern, limit: limit)
        case .indexOf:
            guard let start = int(second) else { return .null }
            if let other = stringArgument(first) { return try indexOf(other, in: text, from: start) }
            return int(first) == nil ? .null : try indexOf(scalar: int(first) ?? 0, in: text, from: start)
        case .lastIndexOf:
            guard let start = int(second) else { return .null }
            if let other = stringArgument(first) { return try lastIndexOf(other, in: text, from: start) }
            return int(first) == nil ? .null : try lastIndexOf(scalar: int(first) ?? 0, in: text, from: start)
        case .startsWith:
            guard let other = stringArgument(first), let start = int(second) else { return .null }
            return .boolean(startsWith(text, other, at: start))
        case .codePointCount, .offsetByCodePoints:
            guard let start = int(first), let end = int(second) else { return .null }
            return try codePoints(method, text, start, end)
        default:
            return try callStringWithMany(method, text, [first, second])
        }
    }

    /// Two arguments that are no two strings: with `null` for one the method is found, and fails.
    private mutating func refuseNull(_ method: Method, _ first: Value, _ second: Value) throws(Interruption) -> Value {
        guard first.isNull || isString(first), second.isNull || isString(second) else { return .null }
        throw nullArgument(method)
    }

    private mutating func callStringWithMany(
        _ method: Method,
        _ text: [UInt8],
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        if method == .regionMatches { return regionMatches(text, arguments) }
        return try callStringWithMany(method, text, [arguments[0]] + arguments.dropFirst())
    }

    /// Methods that take any number of arguments.
    private mutating func callStringWithMany(
        _ method: Method,
        _ text: [UInt8],
        _ arguments: [Value],
    ) throws(Interruption) -> Value {
        switch method {
        case .format:
            guard let format = stringArgument(arguments[0]) else { return .null }
            return .text(try formatted(format, formatArguments(Array(arguments.dropFirst()))))
        case .formatted:
            return try format(text, arguments)
        case .join:
            return try join(arguments)
        default:
            return .null
        }
    }

    /// An array as the last argument stands for its elements.
    private func formatArguments(_ arguments: [Value]) -> [Value]? {
        if arguments.count == 1, arguments[0].isNull { return nil }
        if arguments.count == 1, case .list(let list) = resolved(arguments[0]), list.kind == .array {
            return list.elements
        }
        return arguments
    }

    private mutating func formatWithArray(
        _ method: Method,
        _ text: [UInt8],
        _ list: ListObject,
    ) throws(Interruption) -> Value {
        method == .formatted ? try format(text, list.elements) : .null
    }

    private mutating func format(_ text: [UInt8], _ arguments: [Value]) throws(Interruption) -> Value {
        .text(try formatted(text, formatArguments(arguments)))
    }

    /// `String.join(delimiter, elements)`.
    private mutating func join(_ arguments: [Value]) throws(Interruption) -> Value {
        guard let delimiter = stringArgument(arguments[0]) else { return .null }
        var parts = Array(arguments.dropFirst())
        if parts.count == 1, let elements = try elements(of: parts[0]) {
            parts = elements
            for part in parts where !isString(part) && !part.isNull {
                throw fail(
                    .method,
                    "java.lang.ClassCastException: join() met \(describe(part)) where it needs strings",
                )
            }
        } else if parts.count == 1, case .list(let list) = resolved(parts[0]), list.kind == .array {
            parts = list.elements
        } else if parts.contains(where: { !isString($0) && !$0.isNull }) {
            return .null
        }
        var result: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if index > 0 { JavaText.append(delimiter, to: &result) }
            try append(part, to: &result)
            try spend(bytes: delimiter.count)
            if result.count > limits.outputBytes { try spend(bytes: result.count) }
        }
        return .text(result)
    }
}
