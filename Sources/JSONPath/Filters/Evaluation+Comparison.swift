import OrderedJSON

/// How filters compare values.
extension Evaluation {
    // MARK: Equality

    /// Jayway's `equals` of two values. A text and a number are equal if the left one's form of them is: the
    /// texts if a text is on the left, else the numbers.
    func equal(_ left: FilterValue, _ right: FilterValue) throws(Interruption) -> Bool {
        try spend(1)
        switch (left, right) {
        case (.null, .null): return true
        case (.boolean(let a), .boolean(let b)): return a == b
        case (.number(let a), .number(let b)): return FilterNumber.compare(a, b) == 0
        case (.string(let a), .string(let b)): return try equal(a, b)
        case (.string(let a), .number(let b)): return try equal(a, .bytes(Array(text(b).utf8)))
        case (.number(let a), .string(let b)):
            let number = try withBytes(b) { bytes throws(Interruption) in
                bytes.count <= 1_000 ? FilterNumber(parsing: bytes) : nil
            }
            return number.map { FilterNumber.compare(a, $0) == 0 } ?? false
        case (.json(let a), .json(let b)): return try equal(a, b)
        default: return false
        }
    }

    private func equal(_ a: FilterText, _ b: FilterText) throws(Interruption) -> Bool {
        try withBytes(a) { a throws(Interruption) in
            try self.withBytes(b) { b throws(Interruption) in
                guard a.count == b.count else { return false }
                try self.spend(a.count / 32)
                return a.elementsEqual(b)
            }
        }
    }

    /// A literal on the left is a mere text to Jayway, equal only to a literal written alike.
    private func equal(_ a: FilterJSON, _ b: FilterJSON) throws(Interruption) -> Bool {
        switch (a, b) {
        case (.found(let a), .found(let b)): return try javaEqual(a, b, self)
        case (.found(let a), .literal(let literal)):
            let (model, evaluation) = try model(.literal(literal))
            return try javaEqual(a, model, evaluation)
        case (.literal, .found), (.literal, .literal): return false
        }
    }

    /// Java's `equals` of values: numbers are equal only within a class, objects whatever their order.
    private func javaEqual(_ a: Model, _ b: Model, _ other: Evaluation) throws(Interruption) -> Bool {
        try spend(1)
        let kind = kind(a)
        guard kind == other.kind(b) else { return false }
        switch kind {
        case .null: return true
        case .boolean: return boolean(a) == other.boolean(b)
        case .number:
            if case .bigDecimal? = number(a), case .bigDecimal? = other.number(b) {
                return number(a)?.description == other.number(b)?.description
            }
            return number(a) == other.number(b)
        case .string:
            let (left, right) = (string(a), other.string(b))
            try spend((left?.utf8.count ?? 0) / 32)
            return left == right
        case .array:
            guard count(a) == other.count(b) else { return false }
            for (left, right) in zip(elements(a), other.elements(b)) where try !javaEqual(left, right, other) {
                return false
            }
            return true
        case .object:
            guard count(a) == other.count(b) else { return false }
            for (key, left) in zip(keys(a), memberValues(a)) {
                guard let right = try other.property(Array(key.utf8), of: b), try javaEqual(left, right, other)
                else { return false }
            }
            return true
        case nil: return false
        }
    }

    // MARK: Order

    /// The order of two numbers or of two texts (by UTF-16 units, as Java's); nil for anything else.
    func order(_ left: FilterValue, _ right: FilterValue) throws(Interruption) -> Int? {
        try spend(1)
        switch (left, right) {
        case (.number(let a), .number(let b)): return FilterNumber.compare(a, b)
        case (.string(let a), .string(let b)):
            return try withBytes(a) { a throws(Interruption) in
                try self.withBytes(b) { b throws(Interruption) in
                    try self.spend(min(a.count, b.count) / 16)
                    return Self.order(a, b)
                }
            }
        default: return nil
        }
    }

    private static func order(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        var index = 0
        while index < a.count, index < b.count {
            let (left, right) = (a[index], b[index])
            if left != right {
                // Surrogates, which UTF-16 uses for four-byte sequences, come before U+E000–U+FFFF.
                let (high, low) = (max(left, right), min(left, right))
                if high >= 0xF0, low == 0xEE || low == 0xEF { return left == high ? -1 : 1 }
                return left < right ? -1 : 1
            }
            index += 1
        }
        return a.count < b.count ? -1 : a.count == b.count ? 0 : 1
    }

    // MARK: Lists

    /// Two lists, for the operators between sets; nil if one is an object.
    func lists(
        _ left: FilterValue,
        _ right: FilterValue,
    ) throws(Interruption) -> ([FilterValue], [FilterValue])? {
        guard case .json(let b) = right else { throw .invalid }
        guard let others = try elements(b) else { return nil }
        guard case .json(let a) = left else { throw .invalid }
        guard let elements = try elements(a) else { return nil }
        return (elements, others)
    }

    func isList(_ json: FilterJSON) throws(Interruption) -> Bool {
        let (model, evaluation) = try model(json)
        return evaluation.kind(model) == .array
    }

    /// The value and the evaluation whose document it is in.
    func model(_ json: FilterJSON) throws(Interruption) -> (Model, Evaluation) {
        switch json {
        case .found(let model): return (model, self)
        case .literal(let literal):
            guard let document = literal.document else { throw .failure }
            return (.value(.node(document.root)), self)
        }
    }

    /// The elements of a list as filters compare them; nil for an object. A list or an object among them fails.
    func elements(_ json: FilterJSON) throws(Interruption) -> [FilterValue]? {
        let (model, evaluation) = try model(json)
        guard evaluation.kind(model) == .array else { return nil }
        try spend(1 + count(model) / 2)
        var values: [FilterValue] = []
        values.reserveCapacity(count(model))
        for element in evaluation.elements(model) {
            values.append(try value(listed: element))
        }
        return values
    }

    /// An element of a list: texts are read once more, as if they stood in the filter.
    private func value(listed model: Model) throws(Interruption) -> FilterValue {
        switch kind(model) {
        case .null: return .null
        case .boolean: return .boolean(boolean(model) ?? false)
        case .number:
            guard let number = number(model).flatMap({ FilterNumber(parsing: $0.description) }) else {
                throw .failure
            }
            return .number(number)
        case .string: return try text(listed: model)
        case .array, .object, nil: throw .failure
        }
    }

    private func text(listed model: Model) throws(Interruption) -> FilterValue {
        let bytes = Array((string(model) ?? "").utf8)
        try spend(bytes.count / 16)
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.count
        let end = (bytes.lastIndex { !isBlank($0) } ?? -1) + 1
        if start < end {
            let trimmed = Array(bytes[start..<end])
            if PathParser.isRoot(trimmed[0]), trimmed.count <= JSONPathLimits.expressionBytes,
                (try? PathParser.parse(trimmed, base: 0, nesting: 0)) != nil
            {
                return .pathText
            }
            let brackets = (trimmed[0], trimmed[trimmed.count - 1])
            let isBracketed =
                brackets == (UInt8(ascii: "["), UInt8(ascii: "]"))
                || brackets == (UInt8(ascii: "{"), UInt8(ascii: "}"))
            if isBracketed, trimmed.count > 1 {
                let literal = JSONLiteral(bytes)
                if literal.document != nil { return .json(.literal(literal)) }
            }
        }
        guard bytes.count > 1 else { return .string(.bytes(bytes)) }
        let quotes = (bytes[0], bytes[bytes.count - 1])
        let isQuoted =
            quotes == (UInt8(ascii: "'"), UInt8(ascii: "'"))
            || quotes == (UInt8(ascii: "\""), UInt8(ascii: "\""))
        guard isQuoted || bytes.contains(0x5C) else { return .string(.bytes(bytes)) }
        guard let text = Unescaping.unescaped(isQuoted ? bytes[1..<(bytes.count - 1)] : bytes[...]) else {
            throw .failure
        }
        return .string(.bytes(text))
    }

    // MARK: Texts

    /// Lends the bytes of a text.
    func withBytes<Result>(
        _ text: FilterText,
        _ body: (UnsafeBufferPointer<UInt8>) throws(Interruption) -> Result,
    ) throws(Interruption) -> Result {
        switch text {
        case .node(let position):
            if !tape.hasEscapes(position) { return try body(tape.sourceText(position)) }
            var bytes: [UInt8] = []
            tape.appendText(position, to: &bytes)
            return try bytes.withUnsafeBufferPointer(body)
        case .bytes(let bytes):
            return try bytes.withUnsafeBufferPointer(body)
        }
    }

    /// What Java's `BigDecimal.toString` gives.
    func text(_ number: FilterNumber) -> String {
        switch number.source {
        case .text(let text): JavaBigDecimal.description(of: text)
        case .node(let position): JavaBigDecimal.description(of: JavaNumber(tape.number(position)).description)
        }
    }

    /// The length that Java's `String.length` gives.
    func utf16Count(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
    }
}
