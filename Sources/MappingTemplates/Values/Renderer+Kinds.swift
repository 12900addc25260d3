import OrderedJSON

/// What a value is, whatever represents it.
extension Renderer {
    /// The list or map that a payload value has become, if the template has changed it.
    @inline(__always)
    func resolved(_ value: Value) -> Value {
        if !changed.isEmpty, case .node(let place) = value, let current = changed[place] { return current }
        return value
    }

    func kind(_ place: NodePlace) -> JSONKind { tapes[Int(place.document)].kind(Int(place.position)) }

    @inline(__always)
    func isString(_ value: Value) -> Bool {
        switch value {
        case .literal, .text: true
        case .node(let place): kind(place) == .string
        default: false
        }
    }

    func isList(_ value: Value) -> Bool {
        switch value {
        case .list: true
        case .node(let place): kind(place) == .array
        default: false
        }
    }

    func isMap(_ value: Value) -> Bool {
        switch value {
        case .map: true
        case .node(let place): kind(place) == .object
        default: false
        }
    }

    /// Bytes of a string, as they stand where they are; 0 for anything else.
    func textSize(_ value: Value) -> Int {
        switch value {
        case .literal(let range): Int(range.count)
        case .text(let bytes): bytes.count
        case .node(let place): tapes[Int(place.document)].sourceText(Int(place.position)).count
        default: 0
        }
    }

    /// Takes off the budget what it costs to look at every byte of a string.
    mutating func spend(reading value: Value) throws(Interruption) {
        try spend(textOf: textSize(value))
    }

    /// Takes off the budget what it costs to compare two strings.
    mutating func spend(comparing left: Value, _ right: Value) throws(Interruption) {
        try spend(textOf: min(textSize(left), textSize(right)))
    }

    /// Takes off the budget what it costs to look at so many bytes of text; short ones cost nothing beside the step itself.
    mutating func spend(textOf size: Int) throws(Interruption) {
        if size > 64 { try spend(size >> 5) }
    }

    /// Lends the text of a string; nil for other values.
    @inline(__always)
    func withText<Result, Failure: Error>(
        _ value: Value,
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result,
    ) throws(Failure) -> Result? {
        switch value {
        case .literal(let range):
            return try body(main.bytes(range))
        case .text(let bytes):
            return try bytes.withUnsafeBufferPointer(body)
        case .node(let place):
            let tape = tapes[Int(place.document)]
            let position = Int(place.position)
            guard tape.kind(position) == .string else { return nil }
            guard tape.hasEscapes(position) else { return try body(tape.sourceText(position)) }
            var text: [UInt8] = []
            tape.appendText(position, to: &text)
            return try text.withUnsafeBufferPointer(body)
        default:
            return nil
        }
    }

    /// A copy of the text of a string; nil for other values.
    func bytes(of value: Value) -> [UInt8]? {
        if case .text(let bytes) = value { return bytes }
        return withText(value) { Array($0) }
    }

    /// The text of a string as Swift has it; nil for other values.
    func swiftString(_ value: Value) -> String? {
        withText(value) { String(decoding: $0, as: UTF8.self) }
    }

    /// The value as a number; nil for other values.
    func number(_ value: Value) -> Number? {
        switch value {
        case .byte(let value): return .byte(value)
        case .short(let value): return .short(value)
        case .integer(let value): return .integer(value)
        case .long(let value): return .long(value)
        case .float(let value): return .float(value)
        case .double(let value): return .double(value)
        case .object(let object):
            if let big = object as? BigIntegerObject { return .bigInteger(big.value) }
            if let big = object as? BigDecimalObject { return .bigDecimal(big.value) }
            return nil
        case .node(let place):
            guard kind(place) == .number else { return nil }
            return Self.number(JavaNumber(tapes[Int(place.document)].number(Int(place.position))))
        default:
            return nil
        }
    }

    private static func number(_ number: JavaNumber) -> Number {
        switch number {
        case .integer(let value): .integer(value)
        case .long(let value): .long(value)
        case .double(let value): .double(value)
        case .bigInteger(let digits): BigInteger(decimal: digits).map { .bigInteger($0) } ?? .integer(0)
        case .bigDecimal(let spelling):
            BigDecimal(Array(spelling.utf8)).map { .bigDecimal($0) } ?? .double(Double(spelling) ?? .nan)
        }
    }

    /// The name of the value's Java class.
    func className(_ value: Value) -> String {
        switch value {
        case .null: return "null"
        case .boolean: return "java.lang.Boolean"
        case .byte: return "java.lang.Byte"
        case .short: return "java.lang.Short"
        case .integer: return "java.lang.Integer"
        case .long: return "java.lang.Long"
        case .float: return "java.lang.Float"
        case .double: return "java.lang.Double"
        case .character: return "java.lang.Character"
        case .literal, .text: return "java.lang.String"
        case .list(let list): return list.className
        case .map(let map): return map.className
        case .object(let object): return object.className
        case .input: return "$input"
        case .util: return "$util"
        case .node(let place):
            switch kind(place) {
            case .string: return "java.lang.String"
            case .array: return "net.minidev.json.JSONArray"
            case .object: return "java.util.LinkedHashMap"
            default: return number(value).map { className($0.value) } ?? "null"
            }
        }
    }

    /// The value's class for messages.
    func describe(_ value: Value) -> String {
        value.isNull ? "no value" : "a \(className(value))"
    }

    /// Whether one of the classes derives from the other, so that `==` asks `equals`.
    func areRelated(_ left: Value, _ right: Value) -> Bool {
        let (a, b) = (className(left), className(right))
        if a == b { return true }
        switch (left, right) {
        case (.map, .map), (.map, .node), (.node, .map): return isMap(left) && isMap(right)
        default: break
        }
        let lists: Set = ["java.util.ArrayList", "net.minidev.json.JSONArray"]
        return lists.contains(a) && lists.contains(b)
    }

    /// What `size()` returns; nil for what has no such method.
    func size(of value: Value) -> Int? {
        switch value {
        case .list(let list): return list.elements.count
        case .map(let map): return count(of: map)
        case .node(let place):
            let kind = kind(place)
            return kind == .array || kind == .object ? tapes[Int(place.document)].count(Int(place.position)) : nil
        case .object(let object):
            if let view = object as? MapView { return size(of: resolved(view.map)) }
            if let scope = object as? LoopScope { return scope.members.count }
            return nil
        default: return nil
        }
    }
}
