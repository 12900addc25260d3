/// Finds the status code in what the request template of a mock rendered.
///
/// The service is lenient about that text: it is an object in braces whose keys may be quoted or not, with
/// needless commas, and whatever the other members are. Only `statusCode` must be right: an integer,
/// neither a text nor a fraction.
struct MockStatus {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    /// The integer of the member `statusCode`; of several the last.
    /// - Throws: ``InvalidMockResponse`` with what is wrong.
    static func parse(_ text: [UInt8]) throws(InvalidMockResponse) -> Int {
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) }),
            first < last, text[first] == UInt8(ascii: "{"), text[last] == UInt8(ascii: "}")
        else { throw InvalidMockResponse(reason: "it is no object in braces") }
        var parser = MockStatus(bytes: text[(first + 1)..<last], at: first + 1)
        return try parser.members()
    }

    private mutating func members() throws(InvalidMockResponse) -> Int {
        var status: Int?
        while true {
            while at < bytes.endIndex, Self.isBlank(bytes[at]) || bytes[at] == UInt8(ascii: ",") { at += 1 }
            guard at < bytes.endIndex else { break }
            let key = try key()
            let value = try value()
            guard key.elementsEqual("statusCode".utf8) else { continue }
            guard let value else { throw InvalidMockResponse(reason: "statusCode is no integer") }
            let text = String(decoding: value, as: UTF8.self)
            let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
            guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(text) else {
                throw InvalidMockResponse(reason: "statusCode is no integer")
            }
            status = number
        }
        guard let status else { throw InvalidMockResponse(reason: "it has no member statusCode") }
        return status
    }

    /// The key and its colon.
    private mutating func key() throws(InvalidMockResponse) -> ArraySlice<UInt8> {
        let first = bytes[at]
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            throw InvalidMockResponse(reason: "a key begins with a bracket")
        }
        let key: ArraySlice<UInt8>
        if Self.isQuote(first) {
            key = try quoted()
            skipBlanks()
        } else {
            let start = at
            while at < bytes.endIndex, bytes[at] != UInt8(ascii: ":") { at += 1 }
            var end = at
            while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
            key = bytes[start..<end]
        }
        guard at < bytes.endIndex, bytes[at] == UInt8(ascii: ":") else {
            throw InvalidMockResponse(reason: "a key has no colon behind it")
        }
        at += 1
        return key
    }

    /// The text of a value without quotes and brackets, nil for the others.
    private mutating func value() throws(InvalidMockResponse) -> ArraySlice<UInt8>? {
        skipBlanks()
        guard at < bytes.endIndex else { return [] }
        switch bytes[at] {
        case let quote where Self.isQuote(quote):
            _ = try quoted()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skipNested()
        default:
            let start = at
            while at < bytes.endIndex, bytes[at] != UInt8(ascii: ",") { at += 1 }
            var end = at
            while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
            return bytes[start..<end]
        }
        skipBlanks()
        guard at == bytes.endIndex || bytes[at] == UInt8(ascii: ",") else {
            throw InvalidMockResponse(reason: "something follows a value")
        }
        return nil
    }

    private mutating func quoted() throws(InvalidMockResponse) -> ArraySlice<UInt8> {
        let quote = bytes[at]
        let start = at + 1
        at = start
        while at < bytes.endIndex, bytes[at] != quote {
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard at < bytes.endIndex else { throw InvalidMockResponse(reason: "a quote is not closed") }
        defer { at += 1 }
        return bytes[start..<at]
    }

    private mutating func skipNested() throws(InvalidMockResponse) {
        var depth = 0
        while at < bytes.endIndex {
            switch bytes[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 {
                    at += 1
                    return
                }
            case let quote where Self.isQuote(quote):
                _ = try quoted()
                continue
            default:
                break
            }
            at += 1
        }
        throw InvalidMockResponse(reason: "a bracket is not closed")
    }

    private mutating func skipBlanks() {
        while at < bytes.endIndex, Self.isBlank(bytes[at]) { at += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }
}

/// Why a rendered text says no status.
struct InvalidMockResponse: Error, Equatable {
    let reason: String
}
