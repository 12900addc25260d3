/// A value of a ``JSONDocument``: the document and a position in its index. Copying one copies no text.
public struct JSONNode: Sendable {
    /// The document, which the node keeps alive.
    public let document: JSONDocument

    /// The position of the value in the document's index, as ``JSONTape`` names it.
    public let position: Int

    /// A node for a position that the document's ``JSONTape`` returned.
    @inlinable
    public init(document: JSONDocument, position: Int) {
        self.document = document
        self.position = position
    }

    /// What the value is; looks at one word of the index.
    @inlinable
    public var kind: JSONKind { document.withTape { $0.kind(position) } }

    /// The number of elements of an array or of distinct keys of an object; zero for scalars.
    @inlinable
    public var count: Int { document.withTape { $0.count(position) } }

    /// Whether the value is `null`. A member that is absent has no node at all.
    @inlinable
    public var isNull: Bool { kind == .null }

    /// The value of a boolean; nil for other kinds.
    @inlinable
    public var bool: Bool? { kind == .boolean ? document.withTape { $0.isTrue(position) } : nil }

    /// A number with its spelling; nil for other kinds.
    public var number: JSONNumber? {
        document.withTape { tape in
            tape.kind(position) == .number ? JSONNumber(unchecked: tape.number(position)) : nil
        }
    }

    /// The text of a string, unescaped; nil for other kinds.
    public var string: String? {
        document.withTape { $0.kind(position) == .string ? $0.string(position) : nil }
    }

    /// The value of the member `key`, or nil if there is none or this is no object.
    /// Of a repeated key the last value counts.
    public subscript(key: String) -> JSONNode? {
        var key = key
        let found = key.withUTF8 { bytes in document.withTape { $0.value(forKey: bytes, of: position) } }
        return found.map { JSONNode(document: document, position: $0) }
    }

    /// The element at `index`, or nil if there is none or this is no array.
    @inlinable
    public subscript(index: Int) -> JSONNode? {
        document.withTape { $0.element(index, of: position) }.map { JSONNode(document: document, position: $0) }
    }

    /// The elements of an array, in order; empty for other kinds.
    @inlinable
    public var elements: Elements { Elements(document: document, base: document.withTape { $0.elements(position) }) }

    /// The members of an object, in order; empty for other kinds. A repeated key comes once, where it was
    /// first written, with the value written last.
    @inlinable
    public var members: Members { Members(document: document, base: document.withTape { $0.members(position) }) }

    /// Appends the text of a string, unescaped, as UTF-8; nothing for other kinds.
    @inlinable
    public func appendText(to output: inout [UInt8]) {
        document.withTape { $0.appendText(position, to: &output) }
    }

    /// Lends the UTF-8 text of a string, unescaped; no bytes for other kinds.
    @inlinable
    public func withText<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try document.withTape { tape throws(Failure) in
            guard tape.hasEscapes(position) else { return try body(tape.sourceText(position)) }
            var text: [UInt8] = []
            tape.appendText(position, to: &text)
            return try text.withUnsafeBufferPointer(body)
        }
    }

    /// Lends the bytes of the whole value as they were written, white space and escapes included.
    @inlinable
    public func withSource<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try document.withTape { tape throws(Failure) in try body(tape.slice(position)) }
    }
}

extension JSONNode {
    /// The elements of an array.
    public struct Elements: Sequence, IteratorProtocol {
        @usableFromInline let document: JSONDocument
        @usableFromInline var base: JSONTape.Elements

        @inlinable
        init(document: JSONDocument, base: JSONTape.Elements) {
            self.document = document
            self.base = base
        }

        /// The next element, in the array's order.
        @inlinable
        public mutating func next() -> JSONNode? {
            withExtendedLifetime(document) { base.next() }.map { JSONNode(document: document, position: $0) }
        }
    }

    /// The members of an object.
    public struct Members: Sequence, IteratorProtocol {
        @usableFromInline let document: JSONDocument
        @usableFromInline var base: JSONTape.Members

        @inlinable
        init(document: JSONDocument, base: JSONTape.Members) {
            self.document = document
            self.base = base
        }

        /// The next member. Its key is a string node.
        @inlinable
        public mutating func next() -> (key: JSONNode, value: JSONNode)? {
            guard let member = withExtendedLifetime(document, { base.next() }) else { return nil }
            return (
                JSONNode(document: document, position: member.key),
                JSONNode(document: document, position: member.value),
            )
        }
    }
}
