/// A borrowed view of a document's index, for code that walks many values: no reference counting, no copies.
///
/// Values are named by their position in the index, an `Int`; `0` is the root. Get a view from
/// ``JSONDocument/withTape(_:)``. It, and every buffer that it hands out, is valid as long as somebody holds the
/// document. Positions must come from the same document: the root's, and those that the view returned. Others
/// are not checked.
public struct JSONTape {
    @usableFromInline let words: UnsafePointer<UInt64>
    @usableFromInline let source: UnsafePointer<UInt8>

    @inlinable
    init(words: UnsafePointer<UInt64>, source: UnsafePointer<UInt8>) {
        self.words = words
        self.source = source
    }

    /// The position of the root value.
    @inlinable
    public var root: Int { 0 }

    @inlinable
    func word(_ value: Int) -> TapeWord { TapeWord(bits: words[value]) }

    /// What a value is.
    @inlinable
    public func kind(_ value: Int) -> JSONKind {
        switch word(value).kind {
        case .null, .moved: .null
        case .false, .true: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Whether the value is `true`; false for everything else.
    @inlinable
    public func isTrue(_ value: Int) -> Bool { word(value).kind == .true }

    /// The number of elements or of distinct keys; zero for scalars.
    @inlinable
    public func count(_ value: Int) -> Int {
        switch word(value).kind {
        case .array, .object: Int(truncatingIfNeeded: words[value + 1] & 0xFFFF_FFFF)
        default: 0
        }
    }

    /// The number of index entries of the value and everything in it: a measure of its size.
    @inlinable
    public func extent(_ value: Int) -> Int {
        switch word(value).kind {
        case .array, .object: Int(truncatingIfNeeded: words[value + 1] &>> 32)
        case .moved: word(value).length
        default: 1
        }
    }

    // MARK: Walking

    /// The elements of an array, in order; empty for other kinds.
    @inlinable
    public func elements(_ value: Int) -> Elements {
        word(value).kind == .array
            ? Elements(tape: self, next: value + 2, end: value + extent(value))
            : Elements(tape: self, next: 0, end: 0)
    }

    /// The members of an object, in order; empty for other kinds. A repeated key comes once, where it was
    /// first written, with the value written last.
    @inlinable
    public func members(_ value: Int) -> Members {
        word(value).kind == .object
            ? Members(tape: self, next: value + 2, end: value + extent(value))
            : Members(tape: self, next: 0, end: 0)
    }

    /// The positions of an array's elements. Valid as long as the view that gave it.
    public struct Elements: Sequence, IteratorProtocol {
        @usableFromInline let tape: JSONTape
        @usableFromInline var following: Int
        @usableFromInline let end: Int

        @inlinable
        init(tape: JSONTape, next: Int, end: Int) {
            self.tape = tape
            following = next
            self.end = end
        }

        /// The position of the next element.
        @inlinable
        public mutating func next() -> Int? {
            guard following < end else { return nil }
            let element = following
            following &+= tape.extent(element)
            return element
        }
    }

    /// The positions of an object's keys and values. Valid as long as the view that gave it.
    public struct Members: Sequence, IteratorProtocol {
        @usableFromInline let tape: JSONTape
        @usableFromInline var following: Int
        @usableFromInline let end: Int

        @inlinable
        init(tape: JSONTape, next: Int, end: Int) {
            self.tape = tape
            following = next
            self.end = end
        }

        /// The positions of the next key, itself a string value, and of its value.
        @inlinable
        public mutating func next() -> (key: Int, value: Int)? {
            while following < end {
                let key = following
                following = key &+ 1 &+ tape.extent(key &+ 1)
                if tape.word(key).has(TapeWord.dead) { continue }
                return (key, tape.settled(key &+ 1))
            }
            return nil
        }
    }

    /// Follows the entry of a repeated key's value to the value that counts.
    @inlinable
    func settled(_ value: Int) -> Int {
        let word = word(value)
        return word.kind == .moved ? word.start : value
    }

    /// The element at `index`, or nil if there is none or the value is no array. Linear in `index`,
    /// constant if all elements before it are scalars and nothing else is in the array.
    @inlinable
    public func element(_ index: Int, of array: Int) -> Int? {
        guard word(array).kind == .array, index >= 0, index < count(array) else { return nil }
        if extent(array) == count(array) + 2 { return array + 2 + index }
        var element = array + 2
        for _ in 0..<index {
            element &+= extent(element)
        }
        return element
    }

    /// The value of the member whose key reads as `key` (UTF-8), or nil if there is none or the value is no
    /// object. Linear in the number of members.
    @inlinable
    public func value(forKey key: UnsafeBufferPointer<UInt8>, of object: Int) -> Int? {
        guard word(object).kind == .object else { return nil }
        let end = object + extent(object)
        var position = object + 2
        while position < end {
            let word = word(position)
            let value = position &+ 1
            let matches =
                word.has(TapeWord.escaped)
                ? JSONText.equals(escaped: sourceText(position), key)
                : word.length == key.count && JSONText.equals(source + word.start, key)
            if matches, !word.has(TapeWord.dead) { return settled(value) }
            position = value &+ extent(value)
        }
        return nil
    }

    // MARK: Text

    /// The bytes of a string between its quotes, as they were written: escapes and all. Empty for others.
    @inlinable
    public func sourceText(_ string: Int) -> UnsafeBufferPointer<UInt8> {
        let word = word(string)
        guard word.kind == .string else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: source + word.start, count: word.length)
    }

    /// Whether ``sourceText(_:)`` has escapes, so that it is not yet the string's text.
    @inlinable
    public func hasEscapes(_ string: Int) -> Bool {
        let word = word(string)
        return word.kind == .string && word.has(TapeWord.escaped)
    }

    /// Appends a string's text, unescaped, UTF-8; nothing for other kinds.
    @inlinable
    public func appendText(_ string: Int, to output: inout [UInt8]) {
        if hasEscapes(string) {
            JSONText.appendUnescaped(sourceText(string), to: &output)
        } else {
            output.append(contentsOf: sourceText(string))
        }
    }

    /// A string's text, unescaped; empty for other kinds.
    @inlinable
    public func string(_ string: Int) -> String {
        let text = sourceText(string)
        return hasEscapes(string) ? JSONText.unescaped(text) : String(decoding: text, as: UTF8.self)
    }

    /// The spelling of a number; empty for other kinds.
    @inlinable
    public func number(_ number: Int) -> UnsafeBufferPointer<UInt8> {
        let word = word(number)
        guard word.kind == .number else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: source + word.start, count: word.length)
    }

    /// Whether the value is a number without fraction and exponent.
    @inlinable
    public func isInteger(_ value: Int) -> Bool {
        let word = word(value)
        return word.kind == .number && word.has(TapeWord.integer)
    }

    /// The bytes of a whole value as they were written, quotes and brackets included.
    @inlinable
    public func slice(_ value: Int) -> UnsafeBufferPointer<UInt8> {
        let word = word(value)
        return word.kind == .string
            ? UnsafeBufferPointer(start: source + word.start - 1, count: word.length + 2)
            : UnsafeBufferPointer(start: source + word.start, count: word.length)
    }
}
