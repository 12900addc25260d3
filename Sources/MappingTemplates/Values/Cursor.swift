import OrderedJSON

/// A place in something that is being iterated.
struct Cursor {
    enum Source {
        case list(ListObject)
        case map(MapObject, MapView.Kind)
        case array(NodePlace, JSONTape.Elements)
        case object(NodePlace, JSONTape.Members, MapView.Kind)
        case nothing
    }

    var source: Source
    /// How many elements came so far.
    var position = 0
    /// How many there were when the iteration began, for payload values.
    var count = 0
    /// The changes of the list or map when the iteration began.
    var modifications = 0
    /// Whether another entry follows; maps decide that when they hand out the one before.
    var mapHasNext = false
}

/// Iteration as Java's iterators do it, failing when what is iterated changes.
extension Renderer {
    /// A cursor over a list, a map's values, or a view; over nothing for other values.
    mutating func cursor(over value: Value) throws(Interruption) -> Cursor {
        switch resolved(value) {
        case .list(let list):
            return Cursor(source: .list(list), modifications: list.modifications)
        case .map(let map):
            return try cursor(over: map, .values)
        case .node(let place):
            let tape = tapes[Int(place.document)]
            let position = Int(place.position)
            switch tape.kind(position) {
            case .array:
                return Cursor(source: .array(place, tape.elements(position)), count: tape.count(position))
            case .object:
                return cursor(over: place, .values)
            default:
                return Cursor(source: .nothing)
            }
        case .object(let object):
            if let view = object as? MapView { return try cursor(over: view) }
            if let iterator = object as? IteratorObject { return iterator.cursor }
            if let scope = object as? LoopScope { return try cursor(over: scope.members, .values) }
            return Cursor(source: .nothing)
        default:
            return Cursor(source: .nothing)
        }
    }

    mutating func cursor(over view: MapView) throws(Interruption) -> Cursor {
        switch resolved(view.map) {
        case .map(let map): try cursor(over: map, view.kind)
        case .node(let place): cursor(over: place, view.kind)
        default: Cursor(source: .nothing)
        }
    }

    private mutating func cursor(over map: MapObject, _ kind: MapView.Kind) throws(Interruption) -> Cursor {
        try fill(map)
        return Cursor(source: .map(map, kind), modifications: map.modifications, mapHasNext: map.count > 0)
    }

    private func cursor(over place: NodePlace, _ kind: MapView.Kind) -> Cursor {
        let tape = tapes[Int(place.document)]
        return Cursor(
            source: .object(place, tape.members(Int(place.position)), kind),
            count: tape.count(Int(place.position)),
        )
    }

    @inline(__always)
    mutating func hasNext(_ cursor: inout Cursor) -> Bool {
        if !changed.isEmpty { follow(&cursor) }
        switch cursor.source {
        case .list(let list): return cursor.position != list.elements.count
        case .map: return cursor.mapHasNext
        case .array, .object: return cursor.position < cursor.count
        case .nothing: return false
        }
    }

    /// Goes on in the list or map that the payload value became during the iteration.
    private func follow(_ cursor: inout Cursor) {
        switch cursor.source {
        case .array(let place, _):
            if case .list(let list) = changed[place] { cursor.source = .list(list) }
        case .object(let place, _, let kind):
            guard case .map(let map) = changed[place] else { return }
            cursor.mapHasNext = cursor.position < cursor.count
            cursor.source = .map(map, kind)
        default: break
        }
    }

    mutating func next(_ cursor: inout Cursor) throws(Interruption) -> Value {
        if !changed.isEmpty { follow(&cursor) }
        let position = cursor.position
        switch cursor.source {
        case .list(let list):
            guard list.modifications == cursor.modifications else { throw modified(list.className) }
            guard position < list.elements.count else { throw exhausted() }
            cursor.position += 1
            return list.elements[position]
        case .map(let map, let kind):
            guard map.modifications == cursor.modifications else { throw modified(map.className) }
            guard cursor.mapHasNext, position < map.count else { throw exhausted() }
            cursor.position += 1
            cursor.mapHasNext = cursor.position < map.count
            switch kind {
            case .keys: return map.keys[position]
            case .values: return map.values[position]
            case .entries:
                return .object(EntryObject(key: map.keys[position], value: map.values[position], map: .map(map)))
            }
        case .array(let place, var elements):
            guard let element = elements.next() else { throw exhausted() }
            cursor.position += 1
            cursor.source = .array(place, elements)
            return member(element, place.document)
        case .object(let place, var members, let kind):
            guard let (key, value) = members.next() else { throw exhausted() }
            cursor.position += 1
            cursor.source = .object(place, members, kind)
            switch kind {
            case .keys: return member(key, place.document)
            case .values: return member(value, place.document)
            case .entries:
                return .object(
                    EntryObject(
                        key: member(key, place.document),
                        value: member(value, place.document),
                        map: .node(place),
                    )
                )
            }
        case .nothing:
            throw exhausted()
        }
    }

    private mutating func modified(_ name: String) -> Interruption {
        fail(
            .method,
            "java.util.ConcurrentModificationException: the \(name) was changed while it was iterated",
            suggestion: "collect the changes in another list",
        )
    }

    private mutating func exhausted() -> Interruption {
        fail(.method, "java.util.NoSuchElementException")
    }

    /// Everything that an iteration gives.
    mutating func elements(of view: MapView) throws(Interruption) -> [Value] {
        try elements(of: .object(view)) ?? []
    }

    /// The elements of a collection; nil for what is none, maps included.
    mutating func elements(of value: Value) throws(Interruption) -> [Value]? {
        guard isCollection(value) else { return nil }
        if case .list(let list) = resolved(value) { return list.elements }
        var cursor = try cursor(over: value)
        var elements: [Value] = []
        while hasNext(&cursor) {
            try spend()
            elements.append(try next(&cursor))
        }
        return elements
    }

    /// Whether the value is a `java.util.Collection`.
    func isCollection(_ value: Value) -> Bool {
        switch resolved(value) {
        case .list(let list): list.kind != .array
        case .object(let object): object is MapView
        case .node(let place): kind(place) == .array
        default: false
        }
    }

    mutating func contains(_ element: Value, in view: MapView) throws(Interruption) -> Bool {
        if view.kind == .keys { return try containsKey(element, in: view.map) }
        for other in try elements(of: view) where try equals(other, element) { return true }
        return false
    }
}
