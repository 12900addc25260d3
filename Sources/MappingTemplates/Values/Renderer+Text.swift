import OrderedJSON

/// Java's `toString()` of every value.
extension Renderer {
    /// The text of a value; nil if Java's would be null.
    mutating func text(of value: Value) throws(Interruption) -> [UInt8]? {
        if case .text(let bytes) = value { return bytes }
        var text: [UInt8] = []
        guard try append(value, to: &text) else { return nil }
        try spend(bytes: text.count)
        return text
    }

    /// Appends the text of a value; false if it has none.
    @discardableResult
    mutating func append(_ value: Value, to text: inout [UInt8]) throws(Interruption) -> Bool {
        switch value {
        case .null: text.append(contentsOf: "null".utf8)
        case .literal(let range): JavaText.append(main.bytes(range), to: &text)
        case .text(let bytes): JavaText.append(bytes, to: &text)
        case .boolean(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): Self.append(Int64(value), to: &text)
        case .long(let value): Self.append(value, to: &text)
        case .byte(let value): Self.append(Int64(value), to: &text)
        case .short(let value): Self.append(Int64(value), to: &text)
        case .double(let value): JavaDouble.append(value, to: &text)
        case .float(let value): text.append(contentsOf: JavaDouble.description(of: value).utf8)
        case .character(let unit):
            if unit & 0xF800 == 0xD800 { hasSurrogates = true }
            JavaText.append(unit: unit, to: &text)
        case .node(let place): try append(place, to: &text)
        case .list(let list): try append(list, to: &text)
        case .map(let map): try append(map, to: &text)
        case .object(let object): return try append(object, to: &text)
        case .input: text.append(contentsOf: "$input".utf8)
        case .util: text.append(contentsOf: "$util".utf8)
        }
        return true
    }

    static func append(_ value: Int64, to text: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var magnitude = value.magnitude
            var start = 20
            repeat {
                start -= 1
                digits[start] = 0x30 + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if value < 0 {
                start -= 1
                digits[start] = .hyphen
            }
            text.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    // MARK: Payload values

    private mutating func append(_ place: NodePlace, to text: inout [UInt8]) throws(Interruption) {
        let tape = tapes[Int(place.document)]
        if Self.append(tape, Int(place.position), to: &text) { return }
        switch tape.kind(Int(place.position)) {
        case .array: try appendJSON(.node(place), to: &text)
        default: try appendObject(place, to: &text)
        }
    }

    /// Prints a payload value that is neither array nor object; false for those.
    @inline(__always)
    mutating func printScalar(_ place: NodePlace) -> Bool {
        Self.append(tapes[Int(place.document)], Int(place.position), to: &output)
    }

    private static func append(_ tape: JSONTape, _ position: Int, to text: inout [UInt8]) -> Bool {
        switch tape.kind(position) {
        case .string:
            if tape.hasEscapes(position) {
                tape.appendText(position, to: &text)
            } else {
                text.append(contentsOf: tape.sourceText(position))
            }
        case .number:
            let spelling = tape.number(position)
            if tape.isInteger(position), spelling.count < 10, spelling.first != .hyphen {
                text.append(contentsOf: spelling)
            } else {
                append(number: spelling, to: &text)
            }
        case .boolean: text.append(contentsOf: (tape.isTrue(position) ? "true" : "false").utf8)
        case .null: text.append(contentsOf: "null".utf8)
        case .array, .object: return false
        }
        return true
    }

    /// Java's text of a number; json-smart's differs for infinities.
    private static func append(number spelling: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
        if case .double(let value) = JavaNumber(spelling), value.isInfinite {
            JavaDouble.append(value, to: &text)
        } else {
            JavaNumber.append(spelling, to: &text)
        }
    }

    private mutating func appendObject(_ place: NodePlace, to text: inout [UInt8]) throws(Interruption) {
        if let value = changed.isEmpty ? nil : changed[place] {
            try append(value, to: &text)
            return
        }
        try enterValue()
        let tape = tapes[Int(place.document)]
        text.append(.leftCurly)
        var isFirst = true
        for (key, value) in tape.members(Int(place.position)) {
            if !isFirst { text.append(contentsOf: ", ".utf8) }
            isFirst = false
            try spend()
            tape.appendText(key, to: &text)
            text.append(UInt8(ascii: "="))
            try append(member(value, place.document), to: &text)
        }
        text.append(.rightCurly)
        depth -= 1
    }

    /// Values inside values count as levels too: a list can hold itself.
    private mutating func enterValue() throws(Interruption) {
        depth += 1
        if depth > limits.valueDepth {
            throw fail(.limit, "values nested more than \(limits.valueDepth) deep, or a list that contains itself")
        }
    }

    // MARK: Lists and maps

    private mutating func append(_ list: ListObject, to text: inout [UInt8]) throws(Interruption) {
        if list.kind == .jsonArray { return try appendJSON(.list(list), to: &text) }
        if list.kind == .array {
            text.append(contentsOf: (list.className + "@1").utf8)
            return
        }
        try enterValue()
        text.append(.leftBracket)
        for (index, element) in list.elements.enumerated() {
            if index > 0 { text.append(contentsOf: ", ".utf8) }
            try spend()
            if case .list(let inner) = element, inner === list {
                text.append(contentsOf: "(this Collection)".utf8)
            } else {
                try appendElement(element, to: &text)
            }
        }
        text.append(.rightBracket)
        depth -= 1
    }

    /// A value inside another one: what has no text prints as `null`.
    private mutating func appendElement(_ value: Value, to text: inout [UInt8]) throws(Interruption) {
        let mark = text.count
        if !(try append(value, to: &text)) { text.append(contentsOf: "null".utf8) }
        try spend(bytes: text.count - mark)
    }

    private mutating func append(_ map: MapObject, to text: inout [UInt8]) throws(Interruption) {
        switch map.kind {
        case .context, .overrides, .responseOverride: return
        case .contextRoot, .linkedHashMap, .hashMap: try fill(map)
        }
        try enterValue()
        text.append(.leftCurly)
        for position in 0..<map.count {
            if position > 0 { text.append(contentsOf: ", ".utf8) }
            try spend()
            try appendElement(map.keys[position], to: &text)
            text.append(UInt8(ascii: "="))
            if case .map(let inner) = map.values[position], inner === map {
                text.append(contentsOf: "(this Map)".utf8)
            } else {
                try appendElement(map.values[position], to: &text)
            }
        }
        text.append(.rightCurly)
        depth -= 1
    }

    private mutating func append(_ object: JavaObject, to text: inout [UInt8]) throws(Interruption) -> Bool {
        switch object {
        case let number as BigIntegerObject:
            try spend(number.value.conversionWork)
            text.append(contentsOf: number.value.digits(radix: 10))
        case let number as BigDecimalObject:
            try spend(number.value.unscaled.conversionWork)
            text.append(contentsOf: number.value.description.utf8)
        case let type as ClassObject:
            text.append(contentsOf: (type.name.hasPrefix("java.util.Map$") ? "interface " : "class ").utf8)
            text.append(contentsOf: type.name.utf8)
        case let block as BlockObject:
            guard let content = try self.text(of: block) else { return false }
            JavaText.append(content, to: &text)
        case let scope as LoopScope: try append(scope.members, to: &text)
        case let entry as EntryObject:
            try appendElement(entry.key, to: &text)
            text.append(UInt8(ascii: "="))
            try appendElement(entry.value, to: &text)
        case let view as MapView: try append(view, to: &text)
        default:
            text.append(contentsOf: object.className.utf8)
            text.append(contentsOf: "@1".utf8)
        }
        return true
    }

    private mutating func append(_ view: MapView, to text: inout [UInt8]) throws(Interruption) {
        try enterValue()
        text.append(.leftBracket)
        var cursor = try self.cursor(over: view)
        var isFirst = true
        while hasNext(&cursor) {
            if !isFirst { text.append(contentsOf: ", ".utf8) }
            isFirst = false
            try spend()
            try appendElement(try next(&cursor), to: &text)
        }
        text.append(.rightBracket)
        depth -= 1
    }

    // MARK: Blocks

    /// Prints a block where it is used; false if it is already being printed too often inside itself.
    mutating func render(_ block: BlockObject) throws(Interruption) -> Bool {
        guard block.depth < block.maximumDepth else { return false }
        block.depth += 1
        let (outerProgram, outerDepth) = (program, depth)
        if block.program !== program { select(block.program) }
        do throws(Interruption) {
            try render(block.block)
        } catch .breakNearest {
            // #break ends the block.
            depth = outerDepth
        } catch {
            // What ends more than the block leaves it counted, as Velocity does.
            select(outerProgram)
            throw error
        }
        if outerProgram !== program { select(outerProgram) }
        block.depth -= 1
        return true
    }

    /// What a block prints, in the macro call in which it was defined; nil if it cannot be printed.
    mutating func text(of block: BlockObject) throws(Interruption) -> [UInt8]? {
        guard block.depth < block.maximumDepth else { return nil }
        let outer = frame
        frame = block.frame
        defer { frame = outer }
        return try captured { (renderer) throws(Interruption) in _ = try renderer.render(block) }
    }
}
