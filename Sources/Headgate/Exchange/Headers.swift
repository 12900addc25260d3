/// An ordered multi-map of HTTP header fields (RFC 9110 section 5).
///
/// Names keep the spelling they came with, since API Gateway's parameter mappings can tell
/// `x-id` from `X-Id`; look-ups ignore ASCII case unless they say `exactly`.
///
/// A field that is set by a mapping, a template or a script is checked here, at the point where it
/// is set, so that the error names the stage and nothing can inject a second field or message.
public struct Headers: Sendable, Equatable {
    /// One header field line.
    public struct Field: Sendable, Equatable {
        /// A token, in the spelling it came with.
        public var name: String
        /// Without white space around it and without control characters.
        public var value: String

        /// A line that is not checked here; ``Headers/add(_:_:)`` does.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The fields in the order in which they were received or added.
    public private(set) var fields: [Field]

    /// No fields.
    public init() {
        fields = []
    }

    /// Takes fields that a parser has already checked against RFC 9110's grammar.
    public init(parsed fields: [Field]) {
        self.fields = fields
    }

    /// Whether there is no field.
    public var isEmpty: Bool { fields.isEmpty }
    /// The number of field lines.
    public var count: Int { fields.count }

    /// The first value of `name`, in any case, or nil.
    public func first(_ name: String) -> String? {
        for field in fields where field.name.equalsIgnoringASCIICase(name) {
            return field.value
        }
        return nil
    }

    /// The last value of `name`, in any case, or nil.
    public func last(_ name: String) -> String? {
        for field in fields.reversed() where field.name.equalsIgnoringASCIICase(name) {
            return field.value
        }
        return nil
    }

    /// The last value whose name has exactly this spelling, as `method.request.header.NAME` reads it.
    public func last(exactly name: String) -> String? {
        for field in fields.reversed() where field.name == name {
            return field.value
        }
        return nil
    }

    /// All values of `name`, in any case, in order.
    public func all(_ name: String) -> [String] {
        fields.compactMap { $0.name.equalsIgnoringASCIICase(name) ? $0.value : nil }
    }

    /// All values whose name has exactly this spelling, in order.
    public func all(exactly name: String) -> [String] {
        fields.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Whether there is a field of this name, in any case.
    public func contains(_ name: String) -> Bool {
        fields.contains { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// Adds a field after those that are there.
    public mutating func add(_ name: String, _ value: String) throws(InvalidHeader) {
        try HeaderSyntax.check(name: name, value: value)
        append(name, value)
    }

    /// Replaces every field of that name by one; it takes the place of the first.
    public mutating func set(_ name: String, _ value: String) throws(InvalidHeader) {
        try HeaderSyntax.check(name: name, value: value)
        setUnchecked(name, value)
    }

    /// Adds a field whose name and value are known to be valid: a literal of the program or a
    /// field that a parser has checked.
    public mutating func addUnchecked(_ name: String, _ value: String) {
        append(name, value)
    }

    private mutating func append(_ name: String, _ value: String) {
        // Hardly any message has one field only: room for some costs less than growing to it.
        if fields.isEmpty { fields.reserveCapacity(8) }
        fields.append(Field(name, value))
    }

    /// Adds the fields of another message whose names the closure says yes to.
    public mutating func addAll(of other: Headers, where isWanted: (String) -> Bool) {
        for field in other.fields where isWanted(field.name) { fields.append(field) }
    }

    /// As ``set(_:_:)`` for a field that is known to be valid.
    public mutating func setUnchecked(_ name: String, _ value: String) {
        guard let index = fields.firstIndex(where: { $0.name.equalsIgnoringASCIICase(name) }) else {
            append(name, value)
            return
        }
        fields[index] = Field(name, value)
        var later = fields.count - 1
        while later > index {
            if fields[later].name.equalsIgnoringASCIICase(name) { fields.remove(at: later) }
            later -= 1
        }
    }

    /// Removes every field of that name, in any case.
    public mutating func remove(_ name: String) {
        fields.removeAll { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// Removes every field line that the closure says yes to.
    public mutating func removeAll(where predicate: (Field) throws -> Bool) rethrows {
        try fields.removeAll(where: predicate)
    }

    /// Makes room for so many field lines, so that adding them moves nothing.
    public mutating func reserveCapacity(_ count: Int) {
        fields.reserveCapacity(count)
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    /// Literal fields of the program; not checked.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field($0.0, $0.1) }
    }
}
