import OrderedJSON

/// When two JSON values are the same: numbers by their value (`1` is `1.0`), objects without order.
enum JSONEquality {
    static func equal(_ left: JSONTape, _ a: Int, _ right: JSONTape, _ b: Int) -> Bool {
        let kind = left.kind(a)
        guard kind == right.kind(b) else { return false }
        switch kind {
        case .null: return true
        case .boolean: return left.isTrue(a) == right.isTrue(b)
        case .number: return SchemaNumber(left.number(a)) == SchemaNumber(right.number(b))
        case .string:
            if left.hasEscapes(a) || right.hasEscapes(b) {
                return left.string(a).utf8.elementsEqual(right.string(b).utf8)
            }
            return left.sourceText(a).elementsEqual(right.sourceText(b))
        case .array:
            guard left.count(a) == right.count(b) else { return false }
            for (x, y) in zip(left.elements(a), right.elements(b)) where !equal(left, x, right, y) { return false }
            return true
        case .object: return equalObjects(left, a, right, b)
        }
    }

    private static func equalObjects(_ left: JSONTape, _ a: Int, _ right: JSONTape, _ b: Int) -> Bool {
        guard left.count(a) == right.count(b) else { return false }
        // Large ones by a table: a search for each key would be quadratic.
        if left.count(a) > 16 {
            let values = Dictionary(right.members(b).map { (right.string($0.key), $0.value) }) { $1 }
            for member in left.members(a) {
                guard let other = values[left.string(member.key)], equal(left, member.value, right, other) else {
                    return false
                }
            }
            return true
        }
        for member in left.members(a) {
            var key = left.string(member.key)
            guard let other = key.withUTF8({ right.value(forKey: $0, of: b) }), equal(left, member.value, right, other)
            else { return false }
        }
        return true
    }

    /// The same for values that are equal.
    static func hash(_ tape: JSONTape, _ value: Int) -> Int {
        var hasher = Hasher()
        combine(tape, value, &hasher)
        return hasher.finalize()
    }

    private static func combine(_ tape: JSONTape, _ value: Int, _ hasher: inout Hasher) {
        switch tape.kind(value) {
        case .null: hasher.combine(0)
        case .boolean: hasher.combine(tape.isTrue(value) ? 2 : 1)
        case .number: SchemaNumber(tape.number(value)).hash(into: &hasher)
        case .string: hasher.combine(tape.string(value))
        case .array:
            hasher.combine(tape.count(value))
            for element in tape.elements(value) { combine(tape, element, &hasher) }
        case .object:
            var sum = 0
            for member in tape.members(value) {
                var inner = Hasher()
                inner.combine(tape.string(member.key))
                combine(tape, member.value, &inner)
                sum ^= inner.finalize()
            }
            hasher.combine(sum)
        }
    }
}
