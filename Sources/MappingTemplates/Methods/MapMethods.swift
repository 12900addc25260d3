/// The methods of `java.util.LinkedHashMap`.
extension Renderer {
    mutating func callMap(
        _ method: Method,
        _ receiver: Value,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        switch arguments.count {
        case 0: try callMap(method, receiver)
        case 1: try callMap(method, receiver, arguments[0])
        case 2: try callMap(method, receiver, arguments[0], arguments[1])
        case 3 where method == .replace: try replace(receiver, arguments)
        default: .null
        }
    }

    private mutating func callMap(_ method: Method, _ receiver: Value) throws(Interruption) -> Value {
        switch method {
        case .size: return Value(int: size(of: receiver) ?? 0)
        case .isEmpty: return .boolean(size(of: receiver) == 0)
        case .keySet: return .object(MapView(.keys, of: receiver))
        case .values: return .object(MapView(.values, of: receiver))
        case .entrySet: return .object(MapView(.entries, of: receiver))
        case .clear:
            let map = try changeableMap(receiver)
            map?.lazy = nil
            map?.removeAll()
            return .empty
        case .clone:
            let copy = MapObject(.linkedHashMap)
            for entry in try entries(of: receiver) { try put(entry.key, entry.value, in: copy) }
            return .map(copy)
        default: return .null
        }
    }

    private mutating func callMap(
        _ method: Method,
        _ receiver: Value,
        _ argument: Value,
    ) throws(Interruption) -> Value {
        switch method {
        case .get: return try mapValue(argument, of: receiver)
        case .containsKey: return .boolean(try containsKey(argument, in: receiver))
        case .containsValue:
            for entry in try entries(of: receiver) where try equals(entry.value, argument) { return .boolean(true) }
            return .boolean(false)
        case .remove:
            guard try containsKey(argument, in: receiver), let map = try changeableMap(receiver) else { return .null }
            return try remove(argument, from: map)
        case .putAll:
            guard isMap(resolved(argument)) || isScope(argument) else {
                if argument.isNull { throw nullArgument(method) }
                return .null
            }
            let added = try entries(of: members(of: argument))
            guard let map = try changeableMap(receiver) else { return .null }
            for entry in added { try put(entry.key, entry.value, in: map) }
            return .empty
        default: return .null
        }
    }

    private func isScope(_ value: Value) -> Bool {
        if case .object(let object) = value { object is LoopScope } else { false }
    }

    private func members(of value: Value) -> Value {
        if case .object(let object) = value, let scope = object as? LoopScope { return .map(scope.members) }
        return value
    }

    private mutating func callMap(
        _ method: Method,
        _ receiver: Value,
        _ key: Value,
        _ value: Value,
    ) throws(Interruption) -> Value {
        switch method {
        case .getOrDefault:
            return try containsKey(key, in: receiver) ? mapValue(key, of: receiver) : value
        case .put:
            guard let map = try changeableMap(receiver) else { return .null }
            return try put(key, value, in: map)
        case .putIfAbsent:
            let previous = try mapValue(key, of: receiver)
            guard previous.isNull, let map = try changeableMap(receiver) else { return previous }
            return try put(key, value, in: map)
        case .replace:
            guard try containsKey(key, in: receiver), let map = try changeableMap(receiver) else { return .null }
            return try put(key, value, in: map)
        case .remove:
            guard try containsKey(key, in: receiver), try equals(try mapValue(key, of: receiver), value),
                let map = try changeableMap(receiver)
            else { return .boolean(false) }
            try remove(key, from: map)
            return .boolean(true)
        default:
            return .null
        }
    }

    /// `replace(key, old, new)`
    private mutating func replace(_ receiver: Value, _ arguments: Arguments) throws(Interruption) -> Value {
        guard try containsKey(arguments[0], in: receiver),
            try equals(try mapValue(arguments[0], of: receiver), arguments[1]),
            let map = try changeableMap(receiver)
        else { return .boolean(false) }
        try put(arguments[0], arguments[2], in: map)
        return .boolean(true)
    }
}
