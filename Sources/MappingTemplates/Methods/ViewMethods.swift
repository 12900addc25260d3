/// The methods of `keySet()`, `values()`, `entrySet()`, of entries, iterators, classes and `$foreach`.
extension Renderer {
    mutating func callView(
        _ method: Method,
        _ view: MapView,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        switch (method, arguments.count) {
        case (.size, 0): return Value(int: size(of: .object(view)) ?? 0)
        case (.isEmpty, 0): return .boolean(size(of: .object(view)) == 0)
        case (.iterator, 0): return .object(IteratorObject(try cursor(over: view)))
        case (.toArray, 0): return .list(ListObject(.array, try elements(of: view)))
        case (.contains, 1): return .boolean(try contains(arguments[0], in: view))
        case (.containsAll, 1):
            guard let others = try elements(of: arguments[0]) else { return try notACollection(arguments[0], method) }
            for other in others where !(try contains(other, in: view)) { return .boolean(false) }
            return .boolean(true)
        case (.clear, 0): return try callMap(.clear, resolved(view.map), arguments)
        case (.remove, 1):
            return .boolean(
                try remove(from: view) { (renderer, element) throws(Interruption) in
                    try renderer.equals(element, arguments[0])
                }
            )
        case (.removeAll, 1), (.retainAll, 1):
            guard let others = try elements(of: arguments[0]) else { return try notACollection(arguments[0], method) }
            return .boolean(try filter(view, others, keeping: method == .retainAll))
        case (.add, 1), (.addAll, 1): throw unsupportedOperation(method, .object(view))
        default: return .null
        }
    }

    /// Removes the first entry whose element fits; whether there was one.
    private mutating func remove(
        from view: MapView,
        where fits: (inout Renderer, Value) throws(Interruption) -> Bool,
    ) throws(Interruption) -> Bool {
        for (index, element) in try elements(of: view).enumerated() where try fits(&self, element) {
            guard let map = try changeableMap(view.map) else { return false }
            try remove(at: index, from: map)
            return true
        }
        return false
    }

    private mutating func filter(_ view: MapView, _ others: [Value], keeping: Bool) throws(Interruption) -> Bool {
        var removed: [Int] = []
        for (index, element) in try elements(of: view).enumerated() {
            var isFound = false
            for other in others where try equals(element, other) {
                isFound = true
                break
            }
            if isFound != keeping { removed.append(index) }
        }
        guard !removed.isEmpty, let map = try changeableMap(view.map) else { return false }
        for index in removed.reversed() { try remove(at: index, from: map) }
        return true
    }

    // MARK: Entries

    mutating func callEntry(
        _ method: Method,
        _ entry: EntryObject,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        switch (method, arguments.count) {
        case (.getKey, 0): entry.key
        case (.getValue, 0): entry.value
        case (.setValue, 1): try set(entry, arguments[0])
        default: .null
        }
    }

    /// Sets the value of an entry, and in its map; the value before.
    mutating func set(_ entry: EntryObject, _ value: Value) throws(Interruption) -> Value {
        let previous = entry.value
        entry.value = value
        note(entry, holds: value)
        if let map = try changeableMap(entry.map), let position = try position(of: entry.key, in: map) {
            map.set(position, value)
            note(map, holds: value)
        }
        return previous
    }

    // MARK: Iterators

    mutating func callIterator(
        _ method: Method,
        _ iterator: IteratorObject,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        guard arguments.count == 0 else { return .null }
        switch method {
        case .hasNext:
            return .boolean(hasNext(&iterator.cursor))
        case .next:
            iterator.last = iterator.cursor.position
            return try next(&iterator.cursor)
        case .remove:
            guard iterator.last >= 0 else {
                throw fail(.method, "java.lang.IllegalStateException: remove() without next()")
            }
            try removeLast(iterator)
            return .empty
        case .nextIndex, .previousIndex, .hasPrevious, .previous:
            guard case .list(let list) = iterator.cursor.source else { return .null }
            return try step(method, iterator, list)
        default:
            return .null
        }
    }

    private mutating func step(
        _ method: Method,
        _ iterator: IteratorObject,
        _ list: ListObject,
    ) throws(Interruption) -> Value {
        let position = iterator.cursor.position
        switch method {
        case .nextIndex: return Value(int: position)
        case .previousIndex: return Value(int: position - 1)
        case .hasPrevious: return .boolean(position > 0)
        default:
            guard position > 0, position <= list.elements.count else {
                throw fail(.method, "java.util.NoSuchElementException")
            }
            iterator.cursor.position -= 1
            iterator.last = position - 1
            return list.elements[position - 1]
        }
    }

    /// Removes what the iterator gave last, which its iteration survives.
    private mutating func removeLast(_ iterator: IteratorObject) throws(Interruption) {
        let position = iterator.last
        iterator.last = -1
        if case .array(let place, _) = iterator.cursor.source { _ = try changeableList(.node(place), .remove) }
        if case .object(let place, _, _) = iterator.cursor.source { _ = try changeableMap(.node(place)) }
        _ = hasNext(&iterator.cursor)
        switch iterator.cursor.source {
        case .list(let list):
            guard list.elements.indices.contains(position) else { return }
            _ = try removeElement(at: position, from: list)
            iterator.cursor.modifications = list.modifications
        case .map(let map, _):
            guard position < map.count else { return }
            try remove(at: position, from: map)
            iterator.cursor.modifications = map.modifications
        default:
            return
        }
        iterator.cursor.position = position
    }

    // MARK: $foreach

    mutating func callScope(
        _ method: Method,
        _ scope: LoopScope,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        if arguments.count == 0 {
            let state = loopState(method, scope)
            if !state.isNull { return state }
        }
        return try callMap(method, .map(scope.members), arguments)
    }

    /// What `$foreach` says of the loop; nothing for other methods.
    func loopState(_ method: Method, _ scope: LoopScope) -> Value {
        switch method {
        case .getIndex: .integer(scope.index)
        case .getCount: .integer(scope.index &+ 1)
        case .hasNext, .getHasNext: .boolean(scope.hasNext)
        case .isFirst, .getFirst: .boolean(scope.index < 1)
        case .isLast, .getLast: .boolean(!scope.hasNext)
        case .getParent: scope.parent.map { .object($0) } ?? .null
        case .getTopmost: .object(scope.topmost)
        case .getReplaced: scope.topmost.replaced
        case .getInfo: .object(LoopInfo(scope, line: nodes[Int(scope.node)].line))
        default: .null
        }
    }

    // MARK: Classes

    mutating func callClass(
        _ method: Method,
        _ type: ClassObject,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        if arguments.count == 0 {
            switch method {
            case .getName: return Value(type.name)
            case .getTypeName, .getCanonicalName: return Value(type.canonicalName)
            case .getSimpleName: return Value(type.simpleName)
            case .getPackageName: return Value(type.name.split(separator: ".").dropLast().joined(separator: "."))
            case .isArray: return .boolean(type.name.hasPrefix("["))
            case .isInterface: return .boolean(false)
            default: return .null
            }
        }
        // What is left are the class methods of the class itself.
        switch type.name {
        case "java.lang.String" where [.valueOf, .format, .join].contains(method):
            return try callString(method, .empty, arguments)
        case "java.lang.Integer": return try callNumber(method, .integer(0), arguments)
        case "java.lang.Long": return try callNumber(method, .long(0), arguments)
        case "java.lang.Double": return try callNumber(method, .double(0), arguments)
        case "java.lang.Boolean": return try callBoolean(method, false, arguments)
        case "java.lang.Character": return try callCharacter(method, 0, arguments)
        default: return .null
        }
    }
}

/// `$foreach.info`
final class LoopInfo: JavaObject {
    let scope: LoopScope
    let line: Int32

    init(_ scope: LoopScope, line: Int32) {
        self.scope = scope
        self.line = line
    }

    override var className: String { "org.apache.velocity.runtime.directive.Scope$Info" }
}
