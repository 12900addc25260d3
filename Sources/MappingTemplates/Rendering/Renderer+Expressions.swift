/// Values and conditions.
extension Renderer {
    /// What Velocity's `value` gives for a node.
    mutating func value(_ number: Int32) throws(Interruption) -> Value {
        let node = nodes[Int(number)]
        try spend()
        switch node.operation {
        case .reference:
            let reference = references + Int(node.a)
            guard reference.pointee.isComputable else { return .null }
            return try value(of: reference)
        case .string:
            return string(TextRange(offset: node.a, count: node.b))
        case .integer:
            return .integer(node.a)
        case .boolean:
            return .boolean(node.detail == 1)
        case .long:
            return .long(Self.bits(node))
        case .double:
            return .double(Double(bitPattern: UInt64(bitPattern: Self.bits(node))))
        case .constant:
            return program.constants[Int(node.a)]
        case .template:
            return .text(try interpolate(node))
        case .list:
            var elements: [Value] = []
            elements.reserveCapacity(Int(node.b))
            for index in Int(node.a)..<Int(node.a + node.b) { elements.append(try value(children[index])) }
            let list = ListObject(.arrayList, elements)
            for element in elements { note(list, holds: element) }
            return .list(list)
        case .map:
            let map = MapObject(.linkedHashMap)
            for index in stride(from: Int(node.a), to: Int(node.a + node.b), by: 2) {
                let key = try value(children[index])
                try put(key, try value(children[index + 1]), in: map)
            }
            return .map(map)
        case .range:
            return try range(node)
        case .arithmetic:
            return try arithmetic(node)
        case .comparison:
            return .boolean(try compare(node))
        case .and, .or, .not:
            return .boolean(try truth(number))
        default:
            return .null
        }
    }

    private static func bits(_ node: Node) -> Int64 {
        Int64(node.b) << 32 | Int64(UInt32(bitPattern: node.a))
    }

    /// A constant string. Only the main program's text outlives what runs now.
    func string(_ range: TextRange) -> Value {
        program === main ? .literal(range) : .text(Array(program.bytes(range)))
    }

    /// What Velocity's `evaluate` gives: a reference counts as true unless it is `false` or has no value, a
    /// literal as false unless it is `true`.
    mutating func truth(_ number: Int32) throws(Interruption) -> Bool {
        let node = nodes[Int(number)]
        try spend()
        switch node.operation {
        case .reference:
            return try truth(of: value(of: references + Int(node.a)))
        case .boolean:
            return node.detail == 1
        case .comparison:
            return try compare(node)
        case .and:
            return try truth(node.a) ? truth(node.b) : false
        case .or:
            return try truth(node.a) ? true : truth(node.b)
        case .not:
            return try !truth(node.a)
        default:
            return false
        }
    }

    private mutating func truth(of value: Value) throws(Interruption) -> Bool {
        switch value {
        case .null: return false
        case .boolean(let value): return value
        case .object(let object):
            // Velocity asks for the text of the value, and a block can have none.
            guard let block = object as? BlockObject else { return true }
            return try text(of: block) != nil
        default: return true
        }
    }

    /// The text of a string with references in it.
    mutating func interpolate(_ node: Node) throws(Interruption) -> [UInt8] {
        var text = try captured { (renderer) throws(Interruption) in try renderer.render(node.a) }
        if node.detail == 1, let last = text.last {
            if last < 0x80 {
                text.removeLast()
            } else {
                text = JavaText.droppingLast(text)
                hasSurrogates = true
            }
        }
        return text
    }

    /// What `body` prints, taken off the output again.
    mutating func captured(_ body: (inout Renderer) throws(Interruption) -> Void) throws(Interruption) -> [UInt8] {
        let mark = output.count
        do throws(Interruption) {
            try body(&self)
        } catch {
            output.removeLast(output.count - mark)
            throw error
        }
        let text = Array(output[mark...])
        output.removeLast(output.count - mark)
        try spend(bytes: text.count)
        return text
    }

    private mutating func range(_ node: Node) throws(Interruption) -> Value {
        let first = try value(node.a)
        let last = try value(node.b)
        guard let start = number(first)?.int32, let end = number(last)?.int32 else { return .null }
        let count = abs(Int(end) - Int(start)) + 1
        guard count <= limits.listElements else {
            throw fail(.limit, "a range of \(count) elements; at most \(limits.listElements) are possible")
        }
        try spend(count >> 2)
        let step: Int32 = start >= end ? -1 : 1
        var elements: [Value] = []
        elements.reserveCapacity(count)
        var element = start
        for _ in 0..<count {
            elements.append(.integer(element))
            element = element &+ step
        }
        return .list(ListObject(.arrayList, elements))
    }

    // MARK: Comparison

    private mutating func compare(_ node: Node) throws(Interruption) -> Bool {
        let left = try value(node.a)
        let right = try value(node.b)
        line = node.line
        guard let comparison = Comparison(rawValue: node.detail) else { return false }
        switch comparison {
        case .equal: return try isEqual(left, right)
        case .notEqual: return try !isEqual(left, right)
        default:
            guard let left = number(left), let right = number(right) else { return false }
            let order = try order(left, right)
            return switch comparison {
            case .less: order < 0
            case .greater: order > 0
            case .lessOrEqual: order <= 0
            default: order >= 0
            }
        }
    }

    private mutating func order(_ left: Number, _ right: Number) throws(Interruption) -> Int {
        guard let order = Number.compare(left, right) else {
            throw fail(.template, "java.lang.NumberFormatException: Infinite or NaN")
        }
        return order
    }

    /// `==`: numbers by value, values of related classes by `equals`, others by what they print.
    mutating func isEqual(_ left: Value, _ right: Value) throws(Interruption) -> Bool {
        if let result = try isEqualText(left, right) { return result }
        if let left = number(left), let right = number(right) { return try order(left, right) == 0 }
        let leftIsNull = left.isNull
        if leftIsNull || right.isNull {
            // A value whose text is null counts as null.
            let other = leftIsNull ? right : left
            if other.isNull { return true }
            guard case .object(let object) = other, let block = object as? BlockObject else { return false }
            return try text(of: block) == nil
        }
        if areRelated(left, right) { return try equals(left, right) }
        let leftText = try text(of: left)
        let rightText = try text(of: right)
        return leftText == rightText
    }

    /// The quick way for two strings; nil for anything else.
    @inline(__always)
    private mutating func isEqualText(_ left: Value, _ right: Value) throws(Interruption) -> Bool? {
        try spend(comparing: left, right)
        return withText(left) { a in withText(right) { b in a.elementsEqual(b) } } ?? nil
    }

    // MARK: Arithmetic

    private mutating func arithmetic(_ node: Node) throws(Interruption) -> Value {
        let left = try value(node.a)
        let right = try value(node.b)
        line = node.line
        guard let operation = Arithmetic(rawValue: node.detail) else { return .null }
        if operation == .add, isString(left) || isString(right) { return try join(left, right, node) }
        guard let left = number(left), let right = number(right) else { return .null }
        // Products, and one side turned into the kind of the other.
        let weight = max(left.weight, right.weight)
        if weight > 1 { try spend(weight &* weight >> 4) }
        switch Number.compute(operation, left, right) {
        case .value(let result): return result
        case .noValue: return .null
        case .failure(let message): throw fail(.method, message)
        }
    }

    /// `+` with a string. A side without value counts as it is written in the template.
    private mutating func join(_ left: Value, _ right: Value, _ node: Node) throws(Interruption) -> Value {
        var text: [UInt8] = []
        for (index, side) in [left, right].enumerated() {
            if side.isNull {
                let range = TextRange(
                    offset: children[Int(node.c) + 2 * index],
                    count: children[Int(node.c) + 2 * index + 1],
                )
                text += program.bytes(range)
            } else if !(try append(side, to: &text)) {
                throw fail(.method, "text cannot be joined to a block that has none")
            }
        }
        try spend(bytes: text.count)
        return .text(text)
    }
}
