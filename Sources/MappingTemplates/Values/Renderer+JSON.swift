import OrderedJSON

/// The JSON that lists print, and `$input.json`.
extension Renderer {
    /// Appends what json-smart's `JSONArray.toString` gives for a list.
    mutating func appendJSON(_ value: Value, to text: inout [UInt8]) throws(Interruption) {
        try appendJSON(value, to: &text, style: .javaList)
    }

    mutating func appendJSON(_ value: Value, to text: inout [UInt8], style: JSONStyle) throws(Interruption) {
        switch value {
        case .node(let place):
            guard changed.isEmpty || !isContainer(place) else {
                return try appendChanged(place, to: &text, style: style)
            }
            let mark = text.count
            JSONWriter.append(tapes[Int(place.document)], Int(place.position), to: &text, style: style)
            try spend(bytes: text.count - mark)
        case .list(let list):
            try append(list: list.elements, to: &text, style: style)
        case .map(let map):
            try append(map: map, to: &text, style: style)
        case .boolean, .byte, .short, .integer, .long, .null:
            _ = try append(value, to: &text)
        case .double(let number):
            if number.isFinite { JavaDouble.append(number, to: &text) } else { text.append(contentsOf: "null".utf8) }
        case .float(let number):
            if number.isFinite { _ = try append(value, to: &text) } else { text.append(contentsOf: "null".utf8) }
        case .object(let object):
            try append(object: object, to: &text, style: style)
        default:
            let string = try self.text(of: value) ?? []
            string.withUnsafeBufferPointer { JSONWriter.append(utf8: $0, to: &text, escapes: style.escapes) }
        }
    }

    private func isContainer(_ place: NodePlace) -> Bool {
        let kind = kind(place)
        return kind == .array || kind == .object
    }

    private mutating func enterJSON() throws(Interruption) {
        depth += 1
        if depth > limits.valueDepth {
            throw fail(.limit, "values nested more than \(limits.valueDepth) deep, or a list that contains itself")
        }
    }

    /// A payload list or object in which something may have changed.
    private mutating func appendChanged(
        _ place: NodePlace,
        to text: inout [UInt8],
        style: JSONStyle,
    ) throws(Interruption) {
        if let value = changed[place] { return try appendJSON(value, to: &text, style: style) }
        try enterJSON()
        let tape = tapes[Int(place.document)]
        var isFirst = true
        if kind(place) == .array {
            text.append(.leftBracket)
            for element in tape.elements(Int(place.position)) {
                if !isFirst { text.append(.comma) }
                isFirst = false
                try spend()
                try appendJSON(member(element, place.document), to: &text, style: style)
            }
            text.append(.rightBracket)
        } else {
            text.append(.leftCurly)
            for (key, value) in tape.members(Int(place.position)) {
                if !isFirst { text.append(.comma) }
                isFirst = false
                try spend()
                JSONWriter.append(tape, key, to: &text, style: style)
                text.append(UInt8(ascii: ":"))
                try appendJSON(member(value, place.document), to: &text, style: style)
            }
            text.append(.rightCurly)
        }
        depth -= 1
    }

    private mutating func append(
        list: [Value],
        to text: inout [UInt8],
        style: JSONStyle,
    ) throws(Interruption) {
        try enterJSON()
        text.append(.leftBracket)
        for (index, element) in list.enumerated() {
            if index > 0 { text.append(.comma) }
            try spend()
            try appendJSON(element, to: &text, style: style)
        }
        text.append(.rightBracket)
        depth -= 1
    }

    private mutating func append(
        map: MapObject,
        to text: inout [UInt8],
        style: JSONStyle,
    ) throws(Interruption) {
        try enterJSON()
        try fill(map)
        text.append(.leftCurly)
        for position in 0..<map.count {
            if position > 0 { text.append(.comma) }
            try spend()
            let key = try self.text(of: map.keys[position]) ?? Array("null".utf8)
            key.withUnsafeBufferPointer { JSONWriter.append(utf8: $0, to: &text, escapes: style.escapes) }
            text.append(UInt8(ascii: ":"))
            try appendJSON(map.values[position], to: &text, style: style)
        }
        text.append(.rightCurly)
        depth -= 1
    }

    private mutating func append(
        object: JavaObject,
        to text: inout [UInt8],
        style: JSONStyle,
    ) throws(Interruption) {
        switch object {
        case let view as MapView:
            try append(list: elements(of: view), to: &text, style: style)
        case let scope as LoopScope:
            try append(map: scope.members, to: &text, style: style)
        case is BigIntegerObject, is BigDecimalObject:
            _ = try append(.object(object), to: &text)
        default:
            let string = try self.text(of: .object(object)) ?? []
            string.withUnsafeBufferPointer { JSONWriter.append(utf8: $0, to: &text, escapes: style.escapes) }
        }
    }
}
