extension JSONDocument {
    /// Parses what json-smart's `JSONParser.MODE_PERMISSIVE` accepts, and so what an API Gateway template takes
    /// for a payload: JSON first; if that fails also text without quotes, single quotes, needless and missing
    /// commas, leading zeros, control characters, and anything behind the first value. Text that is no JSON at
    /// all is one string.
    /// - Throws: the error of the strict parser, if the permissive one fails too or a limit was reached.
    public convenience init(permissive bytes: [UInt8], limits: JSONLimits = .default) throws(JSONParseError) {
        let parsed = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONParseError) in try JSONIndex(permissive: buffer, limits: limits) }
        }
        self.init(try parsed.get())
    }

    /// Parses what json-smart's `JSONParser.MODE_PERMISSIVE` accepts.
    public convenience init(
        permissive bytes: UnsafeBufferPointer<UInt8>,
        limits: JSONLimits = .default,
    ) throws(JSONParseError) {
        self.init(try JSONIndex(permissive: bytes, limits: limits))
    }
}

extension JSONIndex {
    init(permissive bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) throws(JSONParseError) {
        do {
            try self.init(bytes, limits: limits)
            if !holdsDelete { return }
        } catch {
            guard error.reason == .syntax, let index = Self.rewriting(bytes, limits) else { throw error }
            self = index
            return
        }
        if let index = Self.rewriting(bytes, limits) {
            deallocate()
            self = index
        }
    }

    private static func rewriting(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) -> JSONIndex? {
        var rewriter = PermissiveRewriter(bytes, depth: limits.depth)
        guard rewriter.rewrite() else { return nil }
        let text = rewriter.output
        return text.withUnsafeBufferPointer { buffer in try? JSONIndex(buffer, limits: limits) }
    }

    /// Whether U+007F stands somewhere: json-smart takes it from a string that also has a backslash, so a text
    /// with it means something else to it than to RFC 8259. The parser notes it with others as rare, which
    /// spares every other text the search.
    private var holdsDelete: Bool {
        guard count > 0, TapeWord(bits: words[0]).has(TapeWord.rare) else { return false }
        return UnsafeBufferPointer(start: source, count: byteCount).contains(0x7F)
    }
}

/// Rewrites permissive JSON as strict JSON, in one pass and with a stack of its own.
///
/// json-smart decides what an unquoted word is when it comes to a character that ends it, and which characters
/// do depends on the place: only the end of the text for a lone value, comma and bracket in an array, comma and
/// brace behind a key, the colon in a key.
private struct PermissiveRewriter {
    private let source: UnsafeBufferPointer<UInt8>
    private let depth: Int
    private var position = 0
    private(set) var output: [UInt8] = []
    /// For each open container: whether it is an object, and whether it has something already.
    private var open: [(isObject: Bool, hasContent: Bool)] = []

    init(_ source: UnsafeBufferPointer<UInt8>, depth: Int) {
        self.source = source
        self.depth = depth
        output.reserveCapacity(source.count + 16)
    }

    /// json-smart's mark for the end of the text, which also ends it where it occurs.
    private static let end: UInt8 = 0x1A

    private var byte: UInt8 { position < source.count ? source[position] : Self.end }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Fills ``output``; false if json-smart would refuse the text.
    mutating func rewrite() -> Bool {
        while Self.isBlank(byte) {
            position += 1
        }
        guard value() else { return false }
        while let container = open.last {
            guard container.isObject ? member() : element() else { return false }
        }
        return true
    }

    /// Reads a scalar, or opens a container.
    private mutating func value() -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard open.count < depth else { return false }
            output.append(byte)
            open.append((isObject: byte == UInt8(ascii: "{"), hasContent: false))
            position += 1
            return true
        case UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"):
            return false
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return number()
        default:
            if position >= source.count, !open.isEmpty { return false }
            word(from: position)
            return true
        }
    }

    private mutating func close(_ bracket: UInt8) -> Bool {
        position += 1
        output.append(bracket)
        open.removeLast()
        return true
    }

    private mutating func separate() {
        let top = open.count - 1
        if open[top].hasContent { output.append(UInt8(ascii: ",")) }
        open[top].hasContent = true
    }

    private mutating func element() -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","):
            position += 1
            return true
        case UInt8(ascii: "]"):
            return close(UInt8(ascii: "]"))
        case UInt8(ascii: ":"), UInt8(ascii: "}"), Self.end:
            return false
        default:
            separate()
            return value()
        }
    }

    private mutating func member() -> Bool {
        // Behind a value only a comma or the brace may follow.
        if open[open.count - 1].hasContent {
            skipSpace()
            guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else { return false }
        }
        while Self.isBlank(byte) || byte == UInt8(ascii: ",") {
            position += 1
        }
        switch byte {
        case UInt8(ascii: "}"):
            return close(UInt8(ascii: "}"))
        case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"):
            return false
        default:
            separate()
            guard key() else { return false }
            skipSpace()
            guard byte == UInt8(ascii: ":"), position + 1 < source.count else { return false }
            position += 1
            output.append(UInt8(ascii: ":"))
            while Self.isBlank(byte) {
                position += 1
            }
            return value()
        }
    }

    private mutating func key() -> Bool {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return string() }
        let start = position
        while byte != Self.end, byte != UInt8(ascii: ":") {
            position += 1
        }
        append(string: trimmed(start, position))
        return true
    }

    private mutating func skipSpace() {
        while byte <= 0x20, byte != Self.end {
            position += 1
        }
    }

    // MARK: Words and numbers

    /// Whether the byte ends an unquoted word here.
    private var isStop: Bool {
        let byte = byte
        if byte == Self.end { return true }
        guard let container = open.last else { return false }
        return byte == UInt8(ascii: ",") || byte == (container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    private func trimmed(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        var (first, last) = (start, end)
        while first < last, source[first] <= 0x20 {
            first += 1
        }
        while first < last, source[last - 1] <= 0x20 {
            last -= 1
        }
        return UnsafeBufferPointer(rebasing: source[first..<last])
    }

    private mutating func append(string text: UnsafeBufferPointer<UInt8>) {
        JSONEscaper.append(text, .required, to: &output)
    }

    /// An unquoted word: a literal, else a string.
    private mutating func word(from start: Int) {
        while !isStop {
            position += 1
        }
        let text = trimmed(start, position)
        if ["null", "true", "false"].contains(where: { text.elementsEqual($0.utf8) }) {
            output.append(contentsOf: text)
        } else {
            append(string: text)
        }
    }

    private mutating func skipDigits() -> UnsafeBufferPointer<UInt8> {
        let start = position
        while byte &- 0x30 < 10 {
            position += 1
        }
        return UnsafeBufferPointer(rebasing: source[start..<position])
    }

    /// A number if nothing else follows, with the digits that JSON wants but json-smart does not; else a word.
    private mutating func number() -> Bool {
        let start = position
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let whole = skipDigits()
        var digits = whole.count
        var fraction: UnsafeBufferPointer<UInt8>?
        var exponent: UnsafeBufferPointer<UInt8>?
        if byte == UInt8(ascii: ".") {
            position += 1
            let part = skipDigits()
            fraction = part
            digits += part.count
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            let first = position
            guard byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte &- 0x30 < 10 else {
                word(from: start)
                return true
            }
            position += 1
            if skipDigits().isEmpty, source[first] &- 0x30 >= 10 { digits = -1 }
            exponent = UnsafeBufferPointer(rebasing: source[first..<position])
        }
        skipSpace()
        // Behind a number, unlike a word, everything from `~` up is an end too.
        guard isStop || byte >= UInt8(ascii: "~") else {
            word(from: start)
            return true
        }
        // `-.` and `1e+` are refused, but a lone `-` reads as zero.
        if fraction != nil || exponent != nil, digits <= 0 { return false }
        if isNegative { output.append(UInt8(ascii: "-")) }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        if significant.isEmpty { output.append(UInt8(ascii: "0")) }
        output.append(contentsOf: significant)
        if let fraction {
            output.append(UInt8(ascii: "."))
            if fraction.isEmpty { output.append(UInt8(ascii: "0")) }
            output.append(contentsOf: fraction)
        }
        if let exponent {
            output.append(UInt8(ascii: "e"))
            output.append(contentsOf: exponent)
        }
        return true
    }

    // MARK: Strings

    /// A string in either kind of quotes. Without a backslash it is taken as it stands.
    private mutating func string() -> Bool {
        let quote = byte
        let start = position + 1
        guard let end = source[start...].firstIndex(of: quote) else { return false }
        let text = UnsafeBufferPointer(rebasing: source[start..<end])
        if !text.contains(0x5C) {
            position = end + 1
            append(string: text)
            return true
        }
        position = start
        return escapedString(quote)
    }

    /// Control characters and unknown escapes vanish.
    private mutating func escapedString(_ quote: UInt8) -> Bool {
        var text: [UInt8] = []
        var highSurrogate: UInt32?
        func flush() {
            if highSurrogate != nil { text.append(Self.halfPair) }
            highSurrogate = nil
        }
        while true {
            let byte = byte
            position += 1
            var unit = UInt32(byte)
            switch byte {
            case quote:
                flush()
                text.withUnsafeBufferPointer { append(string: $0) }
                return true
            case Self.end:
                return false
            case 0..<0x20, 0x7F:
                continue
            case 0x5C:
                guard let escaped = escape() else { return false }
                if escaped == .max { continue }
                unit = escaped
            case 0x80...:
                flush()
                text.append(byte)
                continue
            default:
                break
            }
            if unit & 0xFC00 == 0xDC00, let high = highSurrogate {
                highSurrogate = nil
                append(0x1_0000 + (high & 0x3FF) << 10 + unit & 0x3FF, to: &text)
            } else if unit & 0xFC00 == 0xD800 {
                flush()
                highSurrogate = unit
            } else {
                flush()
                append(unit, to: &text)
            }
        }
    }

    /// What Java writes for half of a surrogate pair in UTF-8.
    private static let halfPair = UInt8(ascii: "?")

    private func append(_ point: UInt32, to text: inout [UInt8]) {
        if point & 0xFFFF_F800 == 0xD800 { return text.append(Self.halfPair) }
        var scalar = JSONText.Scalar(point)
        for _ in 0..<scalar.count {
            text.append(UInt8(truncatingIfNeeded: scalar.bytes))
            scalar.bytes >>= 8
        }
    }

    /// The code unit of the escape behind a backslash; `max` for one without meaning; nil for bad digits.
    private mutating func escape() -> UInt32? {
        let letter = byte
        position += 1
        switch letter {
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"), UInt8(ascii: "\""): return UInt32(letter)
        case UInt8(ascii: "u"): return hexadecimal(4)
        case UInt8(ascii: "x"): return hexadecimal(2)
        default:
            // The whole character vanishes, however many bytes it has.
            while byte & 0xC0 == 0x80 {
                position += 1
            }
            return .max
        }
    }

    private mutating func hexadecimal(_ digits: Int) -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = JSONText.hexadecimalDigit(byte) else { return nil }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }
}
