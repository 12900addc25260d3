import OrderedJSON

/// Java's `equals` and `hashCode`.
extension Renderer {
    mutating func equals(_ left: Value, _ right: Value) throws(Interruption) -> Bool {
        try spend()
        let (left, right) = (resolved(left), resolved(right))
        if isString(left) || isString(right) { return try sameText(left, right) }
        if let a = number(left) { return number(right).map { Self.equalNumbers(a, $0) } ?? false }
        if isList(left) { return isList(right) ? try equalLists(left, right) : false }
        if isMap(left) { return isMap(right) ? try equalMaps(left, right) : false }
        switch (left, right) {
        case (.null, .null), (.input, .input), (.util, .util): return true
        case (.boolean(let a), .boolean(let b)): return a == b
        case (.character(let a), .character(let b)): return a == b
        case (.object(let a), .object(let b)): return try equalObjects(a, b)
        default: return false
        }
    }

    private mutating func sameText(_ left: Value, _ right: Value) throws(Interruption) -> Bool {
        try spend(comparing: left, right)
        return (withText(left) { a in withText(right) { b in a.elementsEqual(b) } } ?? nil) ?? false
    }

    /// Numbers are equal only within one class; decimals only with the same scale.
    static func equalNumbers(_ left: Number, _ right: Number) -> Bool {
        switch (left, right) {
        case (.byte(let a), .byte(let b)): a == b
        case (.short(let a), .short(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.long(let a), .long(let b)): a == b
        case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
        case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
        case (.bigInteger(let a), .bigInteger(let b)): a == b
        case (.bigDecimal(let a), .bigDecimal(let b)): a == b
        default: false
        }
    }

    private mutating func equalLists(_ left: Value, _ right: Value) throws(Interruption) -> Bool {
        if case .list(let a) = left, a.kind == .array {
            // Java's arrays are equal only to themselves.
            if case .list(let b) = right { return a === b }
            return false
        }
        guard size(of: left) == size(of: right) else { return false }
        try enterComparison()
        defer { depth -= 1 }
        var a = try cursor(over: left)
        var b = try cursor(over: right)
        while hasNext(&a), hasNext(&b) {
            guard try equals(next(&a), next(&b)) else { return false }
        }
        return true
    }

    private mutating func enterComparison() throws(Interruption) {
        depth += 1
        if depth > limits.valueDepth { throw fail(.limit, "values nested more than \(limits.valueDepth) deep") }
    }

    private mutating func equalMaps(_ left: Value, _ right: Value) throws(Interruption) -> Bool {
        guard size(of: left) == size(of: right) else { return false }
        try enterComparison()
        defer { depth -= 1 }
        for entry in try entries(of: left) {
            guard try containsKey(entry.key, in: right) else { return false }
            guard try equals(entry.value, try mapValue(entry.key, of: right)) else { return false }
        }
        return true
    }

    private mutating func equalObjects(_ left: JavaObject, _ right: JavaObject) throws(Interruption) -> Bool {
        switch (left, right) {
        case (let a as EntryObject, let b as EntryObject):
            return try equals(a.key, b.key) ? equals(a.value, b.value) : false
        case (let a as ClassObject, let b as ClassObject): return a.name == b.name
        case (let a as MapView, let b as MapView):
            if a === b { return true }
            guard a.kind != .values, b.kind != .values, size(of: .object(a)) == size(of: .object(b)) else {
                return false
            }
            for element in try elements(of: a) where !(try contains(element, in: b)) { return false }
            return true
        case (let a as LoopScope, let b as LoopScope): return try equalMaps(.map(a.members), .map(b.members))
        default: return left === right
        }
    }

    // MARK: Hash codes

    /// Java's `hashCode()`.
    mutating func hashCode(_ value: Value) throws(Interruption) -> Int32 {
        try spend()
        let value = resolved(value)
        try spend(reading: value)
        if let hash = withText(value, { JavaText.hashCode($0) }) { return hash }
        if let number = number(value) { return Self.hashCode(number) }
        if isList(value) {
            if case .list(let list) = value, list.kind == .array { return 1 }
            try enterComparison()
            defer { depth -= 1 }
            var hash: Int32 = 1
            var cursor = try cursor(over: value)
            while hasNext(&cursor) { hash = try hash &* 31 &+ hashCode(next(&cursor)) }
            return hash
        }
        if isMap(value) {
            try enterComparison()
            defer { depth -= 1 }
            var hash: Int32 = 0
            for entry in try entries(of: value) { hash = try hash &+ (hashCode(entry.key) ^ hashCode(entry.value)) }
            return hash
        }
        switch value {
        case .boolean(let value): return value ? 1231 : 1237
        case .character(let unit): return Int32(unit)
        case .object(let object): return try hashCode(object)
        default: return 0
        }
    }

    static func hashCode(_ number: Number) -> Int32 {
        func fold(_ bits: UInt64) -> Int32 { Int32(truncatingIfNeeded: bits ^ bits >> 32) }
        switch number {
        case .byte(let value): return Int32(value)
        case .short(let value): return Int32(value)
        case .integer(let value): return value
        case .long(let value): return fold(UInt64(bitPattern: value))
        case .float(let value): return Int32(bitPattern: value.isNaN ? 0x7FC0_0000 : value.bitPattern)
        case .double(let value): return fold(value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern)
        case .bigInteger(let value): return value.hashCode
        case .bigDecimal(let value): return value.hashCode
        }
    }

    private mutating func hashCode(_ object: JavaObject) throws(Interruption) -> Int32 {
        switch object {
        case let entry as EntryObject: return try hashCode(entry.key) ^ hashCode(entry.value)
        case let view as MapView where view.kind != .values:
            var hash: Int32 = 0
            for element in try elements(of: view) { hash = try hash &+ hashCode(element) }
            return hash
        default: return 1
        }
    }

    /// The hash under which a map keeps a key: equal keys have the same, and a client cannot choose keys that
    /// share one.
    func tableHash(_ key: Value) -> Int {
        var hasher = Hasher()
        let isText = withText(key) { text in hasher.combine(bytes: UnsafeRawBufferPointer(text)) }
        if isText == nil {
            switch key {
            case .boolean(let value): hasher.combine(value)
            case .character(let unit): hasher.combine(unit)
            default:
                // Lists and maps share the hash of their size.
                if let number = number(key) {
                    hasher.combine(Self.hashCode(number))
                } else {
                    hasher.combine(size(of: key))
                }
            }
        }
        return hasher.finalize()
    }
}
