/// `$value.name`: the getter `getName()`, then a map's member, then `isName()`.
extension Renderer {
    mutating func property(_ step: UnsafePointer<Step>, of receiver: Value) throws(Interruption) -> Value {
        switch receiver {
        case .node(let place):
            if !changed.isEmpty, let value = changed[place] { return try property(step, of: value) }
            let tape = tapes[Int(place.document)]
            if tape.kind(Int(place.position)) == .object, step.pointee.method != .getClass {
                guard let position = tape.value(forKey: name(step), of: Int(place.position)) else { return .null }
                return member(position, place.document)
            }
            return try getter(step, of: receiver)
        case .map(let map):
            if step.pointee.method == .getClass { return try call(.getClass, on: receiver, Arguments()) }
            return try get(step, of: map)
        case .null:
            return .null
        default:
            return try getter(step, of: receiver)
        }
    }

    /// The value at a position of a document. Scalars that need no text are taken out of it.
    @inline(__always)
    func member(_ position: Int, _ document: Int32) -> Value {
        let tape = tapes[Int(document)]
        switch tape.kind(position) {
        case .null: return .null
        case .boolean: return .boolean(tape.isTrue(position))
        default: return .node(NodePlace(document: document, position: Int32(truncatingIfNeeded: position)))
        }
    }

    private mutating func get(_ step: UnsafePointer<Step>, of map: MapObject) throws(Interruption) -> Value {
        try get(string(step.pointee.name), bytes: name(step), nameIndex: step.pointee.nameIndex, in: map)
    }

    private mutating func getter(_ step: UnsafePointer<Step>, of receiver: Value) throws(Interruption) -> Value {
        line = step.pointee.line
        if case .object(let object) = receiver, let scope = object as? LoopScope {
            return try property(step, of: scope)
        }
        if let method = step.pointee.method, hasGetter(method, receiver) {
            return try call(method, on: receiver, Arguments())
        }
        if let method = step.pointee.booleanGetter, hasBooleanGetter(method, receiver) {
            return try call(method, on: receiver, Arguments())
        }
        return .null
    }

    private mutating func property(_ step: UnsafePointer<Step>, of scope: LoopScope) throws(Interruption) -> Value {
        switch step.pointee.method {
        case .getIndex, .getCount, .getHasNext, .getFirst, .getLast, .getParent, .getTopmost, .getReplaced, .getInfo:
            return step.pointee.method.map { loopState($0, scope) } ?? .null
        case .getClass: return try call(.getClass, on: .object(scope), Arguments())
        default: return try memberOf(scope, step)
        }
    }

    /// A member of `$foreach`, or of the loops around it.
    private mutating func memberOf(_ scope: LoopScope, _ step: UnsafePointer<Step>) throws(Interruption) -> Value {
        var scope = scope
        while true {
            let value = try get(step, of: scope.members)
            guard value.isNull, let parent = scope.parent else { return value }
            scope = parent
        }
    }

    /// Which getters without arguments the classes have.
    private func hasGetter(_ method: Method, _ receiver: Value) -> Bool {
        if method == .getClass { return true }
        switch receiver {
        case .input: return method == .getBody
        case .literal, .text: return method == .getBytes
        case .node: return method == .getBytes && isString(receiver)
        case .object(let object):
            switch object {
            case is EntryObject: return method == .getKey || method == .getValue
            case is ClassObject:
                return [.getName, .getSimpleName, .getTypeName, .getPackageName, .getCanonicalName].contains(method)
            case is BigIntegerObject: return method == .getLowestSetBit
            default: return false
            }
        default: return false
        }
    }

    private func hasBooleanGetter(_ method: Method, _ receiver: Value) -> Bool {
        switch method {
        case .isEmpty:
            if isString(receiver) || isList(receiver) { return true }
            if case .object(let object) = receiver { return object is MapView }
            return false
        case .isBlank: return isString(receiver)
        case .isNaN, .isInfinite:
            switch receiver {
            case .double, .float: return true
            default: return number(receiver).map { if case .double = $0 { true } else { false } } ?? false
            }
        case .isArray, .isInterface:
            if case .object(let object) = receiver { return object is ClassObject }
            return false
        default: return false
        }
    }
}
