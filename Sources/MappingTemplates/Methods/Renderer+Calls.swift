/// Method calls: which class a receiver has, and which of its methods is meant.
extension Renderer {
    /// Calls a method. A method that the class does not have gives no value, as in Velocity.
    mutating func call(_ method: Method, on receiver: Value, _ arguments: Arguments) throws(Interruption) -> Value {
        let receiver = resolved(receiver)
        switch (method, arguments.count) {
        case (.getClass, 0): return .object(ClassObject(className(receiver)))
        case (.equals, 1) where !isSpecial(receiver): return .boolean(try equals(receiver, arguments[0]))
        case (.hashCode, 0) where !isSpecial(receiver): return .integer(try hashCode(receiver))
        case (.compareTo, 1): try checkComparison(receiver, arguments[0])
        case (.toString, 0):
            guard let text = try text(of: receiver) else { return .null }
            return .text(text)
        default: break
        }
        switch receiver {
        case .literal, .text:
            return try callString(method, receiver, arguments)
        case .node(let place):
            switch kind(place) {
            case .string: return try callString(method, receiver, arguments)
            case .array: return try callList(method, receiver, arguments)
            case .object: return try callMap(method, receiver, arguments)
            default: return try callNumber(method, receiver, arguments)
            }
        case .byte, .short, .integer, .long, .float, .double:
            return try callNumber(method, receiver, arguments)
        case .boolean(let value): return try callBoolean(method, value, arguments)
        case .character(let unit): return try callCharacter(method, unit, arguments)
        case .list: return try callList(method, receiver, arguments)
        case .map: return try callMap(method, receiver, arguments)
        case .object(let object): return try callObject(method, object, arguments)
        case .input: return try callInput(method, arguments)
        case .util: return try callUtil(method, arguments)
        case .null: return .null
        }
    }

    /// Everything comparable refuses what is not of its own class.
    private mutating func checkComparison(_ receiver: Value, _ other: Value) throws(Interruption) {
        switch receiver {
        case .boolean, .character: break
        default: guard isString(receiver) || number(receiver) != nil else { return }
        }
        if other.isNull { throw nullArgument(.compareTo) }
        let (expected, found) = (className(receiver), className(other))
        guard expected != found else { return }
        throw fail(.method, "java.lang.ClassCastException: compareTo() of a \(expected) cannot take a \(found)")
    }

    private func isSpecial(_ value: Value) -> Bool {
        switch value {
        case .input, .util: true
        case .object(let object): object is BlockObject
        default: false
        }
    }

    private mutating func callObject(
        _ method: Method,
        _ object: JavaObject,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        switch object {
        case let number as BigIntegerObject: try callBigInteger(method, number.value, arguments)
        case let number as BigDecimalObject: try callBigDecimal(method, number.value, arguments)
        case let view as MapView: try callView(method, view, arguments)
        case let entry as EntryObject: try callEntry(method, entry, arguments)
        case let iterator as IteratorObject: try callIterator(method, iterator, arguments)
        case let scope as LoopScope: try callScope(method, scope, arguments)
        case let type as ClassObject: try callClass(method, type, arguments)
        default: .null
        }
    }

    /// A name that no supported method has. If the Java class has such a method the template means it, and
    /// printing nothing would hide that.
    mutating func refuse(_ name: String, on receiver: Value) throws(Interruption) {
        guard JavaSurface.isUnsupported(name, class: className(receiver), isMap: isMap(receiver)) else { return }
        let supported = JavaSurface.methods(
            ofClass: className(receiver),
            isMap: isMap(receiver),
            isList: isList(receiver),
        )
        throw fail(
            .method,
            "\(className(receiver)).\(name)() is not supported",
            suggestion: Nearest.name(to: name, among: supported).map { "the nearest supported method is \($0)()" },
        )
    }

    // MARK: Arguments

    /// An argument for a Java `int`; nil if it does not convert.
    func int(_ value: Value) -> Int? {
        switch value {
        case .integer(let value): return Int(value)
        case .short(let value): return Int(value)
        case .byte(let value): return Int(value)
        case .node:
            guard let number = number(value), case .integer(let integer) = number else { return nil }
            return Int(integer)
        default: return nil
        }
    }

    /// An argument for a Java `long`.
    func long(_ value: Value) -> Int64? { number(value)?.int64 }

    /// An argument for a Java `double`.
    func double(_ value: Value) -> Double? {
        guard let number = number(value) else { return nil }
        switch number {
        case .bigInteger, .bigDecimal: return nil
        default: return number.double
        }
    }

    /// The text of a string argument; nil if it is no string.
    func stringArgument(_ value: Value) -> [UInt8]? { bytes(of: value) }

    /// What calling a Java method with `null` where it needs an object does.
    mutating func nullArgument(_ method: Method) -> Interruption {
        fail(.method, "java.lang.NullPointerException: \(method.rawValue)() was given no value")
    }

    mutating func outOfBounds(_ index: Int, _ length: Int) -> Interruption {
        fail(.method, "java.lang.IndexOutOfBoundsException: index \(index), but the size is \(length)")
    }

    mutating func unsupportedOperation(_ method: Method, _ receiver: Value) -> Interruption {
        fail(
            .method,
            "java.lang.UnsupportedOperationException: \(method.rawValue)() cannot change a \(className(receiver))",
        )
    }

    func optional(_ value: Value?) -> Value { value ?? .null }
}
