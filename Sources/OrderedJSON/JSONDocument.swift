/// The memory of a document, before a document owns it.
struct JSONIndex {
    let source: UnsafeMutablePointer<UInt8>
    let words: UnsafeMutablePointer<UInt64>
    let byteCount: Int
    let count: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) throws(JSONParseError) {
        guard bytes.count <= limits.bytes else {
            let found = "a text of \(bytes.count) bytes"
            let expected = "at most \(limits.bytes) bytes"
            throw JSONParseError(.limit, at: limits.bytes, in: bytes, found: found, expected: expected)
        }
        let source = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + JSONParser.padding)
        if let base = bytes.baseAddress { source.update(from: base, count: bytes.count) }
        (source + bytes.count).update(repeating: 0, count: JSONParser.padding)
        var parser = JSONParser(source, count: bytes.count, limits: limits)
        do {
            try parser.parse()
        } catch {
            parser.words.deallocate()
            source.deallocate()
            throw error
        }
        self.source = source
        words = parser.words
        byteCount = bytes.count
        count = parser.used
    }

    /// Frees the memory; for an index that no document takes.
    func deallocate() {
        words.deallocate()
        source.deallocate()
    }
}

/// A parsed JSON text: its bytes and a flat index over them, 8 bytes a value, 16 an array or object.
///
/// Nothing is decoded until somebody asks: strings stay slices of the source, numbers keep their spelling,
/// members keep their order. A document never changes, and any thread may read it.
public final class JSONDocument: @unchecked Sendable {
    // Both are written before `init` ends and only read from then on, which is what `@unchecked` rests on.
    @usableFromInline let source: UnsafeMutablePointer<UInt8>
    @usableFromInline let words: UnsafeMutablePointer<UInt64>

    /// The size of the text in bytes.
    public let byteCount: Int

    /// The number of entries of the index; at least the number of values, keys included.
    public let indexCount: Int

    init(_ index: JSONIndex) {
        source = index.source
        words = index.words
        byteCount = index.byteCount
        indexCount = index.count
    }

    deinit {
        words.deallocate()
        source.deallocate()
    }

    /// Parses the bytes of a text (RFC 8259), which are copied.
    /// - Throws: where and why the bytes are no JSON text, or which limit they reach.
    public convenience init(
        parsing bytes: UnsafeBufferPointer<UInt8>,
        limits: JSONLimits = .default,
    ) throws(JSONParseError) {
        self.init(try JSONIndex(bytes, limits: limits))
    }

    /// Parses the bytes of a text.
    public convenience init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONParseError) {
        try self.init(parsing: bytes[...], limits: limits)
    }

    /// Parses the bytes of a text.
    public convenience init(
        parsing bytes: ArraySlice<UInt8>,
        limits: JSONLimits = .default,
    ) throws(JSONParseError) {
        let index = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONParseError) in try JSONIndex(buffer, limits: limits) }
        }
        self.init(try index.get())
    }

    /// Parses a text.
    public convenience init(_ text: String, limits: JSONLimits = .default) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// The whole text's value.
    @inlinable
    public var root: JSONNode { JSONNode(document: self, position: 0) }

    /// Lends the index, which is valid for the duration of `body` and longer only if the caller holds the
    /// document; see ``JSONTape``.
    @inlinable
    public func withTape<Result, Failure: Error>(
        _ body: (JSONTape) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(self) { () throws(Failure) in
            try body(JSONTape(words: words, source: source))
        }
    }
}
