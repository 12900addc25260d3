import OrderedJSON

/// Maps, of the template and of the payload alike.
extension Renderer {
    /// A key and its value.
    typealias Entry = (key: Value, value: Value)

    // MARK: Reading

    /// `get` of a map of the template by a text that is at hand.
    mutating func get(
        _ key: Value,
        bytes: UnsafeBufferPointer<UInt8>,
        nameIndex: Int32,
        in map: MapObject,
    ) throws(Interruption) -> Value {
        try spend(textOf: bytes.count)
        if map.count > 8 {
            try spend()
            if let position = map.position(hash: tableHash(key), { withText($0) { $0.elementsEqual(bytes) } ?? false })
            {
                return map.values[position]
            }
        } else {
            for position in 0..<map.count {
                if withText(map.keys[position], { $0.elementsEqual(bytes) }) ?? false { return map.values[position] }
            }
        }
        return try lazyMember(of: map, named: nameIndex >= 0 ? program.names[Int(nameIndex)] : nil, bytes)
    }

    /// `get` of any map.
    mutating func mapValue(_ key: Value, of map: Value) throws(Interruption) -> Value {
        try spend(reading: key)
        switch resolved(map) {
        case .map(let map):
            if let text = bytes(of: key) {
                let key = Value.text(text)
                return try text.withUnsafeBufferPointer { (bytes) throws(Interruption) in
                    try get(key, bytes: bytes, nameIndex: -1, in: map)
                }
            }
            guard let position = try position(of: key, in: map) else { return .null }
            return map.values[position]
        case .node(let place):
            let position = withText(key) { tapes[Int(place.document)].value(forKey: $0, of: Int(place.position)) }
            return (position ?? nil).map { member($0, place.document) } ?? .null
        default: return .null
        }
    }

    mutating func containsKey(_ key: Value, in map: Value) throws(Interruption) -> Bool {
        try spend(reading: key)
        switch resolved(map) {
        case .map(let map):
            if try position(of: key, in: map) != nil { return true }
            guard map.lazy != nil else { return false }
            try fill(map)
            return try position(of: key, in: map) != nil
        case .node(let place):
            return (withText(key) { tapes[Int(place.document)].value(forKey: $0, of: Int(place.position)) } ?? nil)
                != nil
        default: return false
        }
    }

    /// The position of a key in a map of the template.
    mutating func position(of key: Value, in map: MapObject) throws(Interruption) -> Int? {
        try spend()
        try spend(reading: key)
        let hash = map.count > 8 ? tableHash(key) : 0
        if isString(key) {
            return withText(key) { text in
                map.position(hash: hash) { withText($0) { $0.elementsEqual(text) } ?? false }
            } ?? nil
        }
        for position in map.candidates(hash: hash) where try equals(map.keys[position], key) { return position }
        return nil
    }

    func count(of map: MapObject) -> Int {
        map.lazy == nil ? map.count : lazyCount(of: map)
    }

    /// All entries, in order.
    mutating func entries(of map: Value) throws(Interruption) -> [Entry] {
        switch resolved(map) {
        case .map(let map):
            try fill(map)
            try spend(map.count)
            return (0..<map.count).map { (map.keys[$0], map.values[$0]) }
        case .node(let place):
            let tape = tapes[Int(place.document)]
            try spend(tape.count(Int(place.position)))
            return tape.members(Int(place.position)).map { (key, value) in
                (member(key, place.document), member(value, place.document))
            }
        default: return []
        }
    }

    // MARK: Changing

    /// The map to change: a payload object becomes a map of its own, which stands in its place from then on.
    mutating func changeableMap(_ value: Value) throws(Interruption) -> MapObject? {
        switch resolved(value) {
        case .map(let map): return map
        case .node(let place):
            guard kind(place) == .object else { return nil }
            let map = MapObject(.linkedHashMap, try entries(of: value)) { tableHash($0) }
            try spend(map.count)
            changed[place] = .map(map)
            return map
        default: return nil
        }
    }

    /// `put`; the value before.
    @discardableResult
    mutating func put(_ key: Value, _ value: Value, in map: MapObject) throws(Interruption) -> Value {
        try checkOverride(key, in: map)
        if map.lazy != nil { try settle(key, in: map) }
        note(map, holds: key)
        note(map, holds: value)
        if let position = try position(of: key, in: map) {
            let previous = map.values[position]
            map.set(position, value)
            return previous
        }
        try spend(2)
        guard map.count < limits.listElements else {
            throw fail(.limit, "a map of more than \(limits.listElements) entries")
        }
        map.append(key: key, value: value, hash: tableHash(key)) { tableHash($0) }
        return .null
    }

    @discardableResult
    mutating func remove(_ key: Value, from map: MapObject) throws(Interruption) -> Value {
        try fill(map)
        guard let position = try position(of: key, in: map) else { return .null }
        let previous = map.values[position]
        try remove(at: position, from: map)
        return previous
    }

    mutating func remove(at position: Int, from map: MapObject) throws(Interruption) {
        try spend(map.count >> 2)
        map.remove(at: position) { tableHash($0) }
    }
}
