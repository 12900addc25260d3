import Headgate

/// Reads JSON (RFC 8259) into configuration nodes. A reader of its own beside the one for YAML,
/// because some JSON is no YAML (`\ud83d\ude00`, tabs), and because its messages should speak of JSON.
struct JSONReader {
    private let source: SourceText
    private let bytes: [UInt8]
    private let limits: ReadingLimits
    private let diagnostics: Diagnostics
    private var offset = 0
    private var values = 0

    private struct Problem: Error {
        let diagnostic: Diagnostic
    }

    /// The value of a file in a list of one; none after a report.
    static func documents(
        in source: SourceText,
        limits: ReadingLimits,
        _ diagnostics: Diagnostics,
    ) -> [ConfigurationNode] {
        var reader = JSONReader(source: source, bytes: source.bytes, limits: limits, diagnostics: diagnostics)
        reader.skipBlanks()
        guard reader.offset < reader.bytes.count else { return [] }
        do throws(Problem) {
            let node = try reader.value(depth: 0)
            reader.skipBlanks()
            guard reader.offset == reader.bytes.count else {
                throw reader.problem(
                    "found \(reader.character) behind the value",
                    expected: "expected the end of the file",
                )
            }
            return [node]
        } catch {
            diagnostics.report(error.diagnostic)
            return []
        }
    }

    private mutating func value(depth: Int) throws(Problem) -> ConfigurationNode {
        skipBlanks()
        let place = source.location(byte: offset)
        values += 1
        guard values <= limits.values else {
            throw problem("the file holds more than \(limits.values) values", expected: "expected a smaller file")
        }
        switch current {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < limits.depth else {
                throw problem("objects and arrays are nested more than \(limits.depth) deep")
            }
            let isObject = current == UInt8(ascii: "{")
            return ConfigurationNode(
                isObject ? .mapping(try members(depth: depth + 1)) : .sequence(try elements(depth: depth + 1)),
                at: place,
            )
        case UInt8(ascii: "\""):
            let start = source.location(byte: offset + 1)
            return ConfigurationNode(
                .scalar(.init(text: try string(), isPlain: false, contentLocation: start)),
                at: place,
            )
        default:
            let word = bytes[offset...].prefix { $0 > 0x20 && !Self.punctuation.contains($0) }
            let text = String(decoding: word, as: UTF8.self)
            guard text == "true" || text == "false" || text == "null" || JSONScalar.isNumber(word) else {
                throw problem(
                    "found \(word.isEmpty ? character : text.quotedForMessage)",
                    expected: "expected a JSON value",
                )
            }
            offset += word.count
            if text == "null" { return ConfigurationNode(.null, at: place) }
            return ConfigurationNode(.scalar(.init(text: text, isPlain: true, contentLocation: place)), at: place)
        }
    }

    private mutating func members(depth: Int) throws(Problem) -> [ConfigurationNode.Entry] {
        offset += 1
        var entries: [ConfigurationNode.Entry] = []
        var keys = KeyPlaces()
        skipBlanks()
        while current != UInt8(ascii: "}") {
            let place = source.location(byte: offset)
            guard current == UInt8(ascii: "\"") else {
                throw problem(
                    "found \(character)",
                    expected: entries.isEmpty
                        ? "expected a key in double quotes, or }" : "expected a key in double quotes",
                )
            }
            let key = try string()
            skipBlanks()
            guard current == UInt8(ascii: ":") else {
                throw problem("found \(character)", expected: "expected a colon behind the key")
            }
            offset += 1
            let node = try value(depth: depth)
            if let first = keys.insert(key, place) {
                diagnostics.error(
                    at: place,
                    "the key \(key.quotedForMessage) stands twice in one object",
                    expected: "the first stands in line \(first.line)",
                    suggestion: "keep one of them",
                )
            } else {
                entries.append(.init(key: key, keyLocation: place, value: node))
            }
            guard try more(closing: UInt8(ascii: "}")) else { break }
        }
        offset += 1
        return entries
    }

    private mutating func elements(depth: Int) throws(Problem) -> [ConfigurationNode] {
        offset += 1
        var nodes: [ConfigurationNode] = []
        skipBlanks()
        while current != UInt8(ascii: "]") {
            nodes.append(try value(depth: depth))
            guard try more(closing: UInt8(ascii: "]")) else { break }
        }
        offset += 1
        return nodes
    }

    /// Behind a member or element: whether another one follows. Stops at the closing character.
    private mutating func more(closing: UInt8) throws(Problem) -> Bool {
        skipBlanks()
        if current == closing { return false }
        let name = String(UnicodeScalar(closing))
        guard current == UInt8(ascii: ",") else {
            throw problem("found \(character)", expected: "expected , or \(name)")
        }
        let comma = offset
        offset += 1
        skipBlanks()
        if current == closing {
            offset = comma
            throw problem("a comma stands in front of \(name)", suggestion: "leave the comma out")
        }
        return true
    }

    // MARK: Strings

    private mutating func string() throws(Problem) -> String {
        offset += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                throw problem(
                    "found \(character) inside of a text",
                    expected: "expected the closing quote, or an escape such as \\n",
                )
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw problem("the file ends inside of a text", expected: "expected the closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
        let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
        ]
        guard offset + 1 < bytes.count else { throw problem("the file ends inside of a text") }
        if let byte = escapes[bytes[offset + 1]] {
            text.append(byte)
            offset += 2
            return
        }
        guard bytes[offset + 1] == UInt8(ascii: "u"), var code = hexadecimal(at: offset + 2) else {
            let shown = String(decoding: bytes[offset...].prefix(2), as: UTF8.self)
            throw problem("JSON knows no escape \(shown)", suggestion: "write a backslash as \\\\")
        }
        var length = 6
        if code & 0xFC00 == 0xD800, offset + 7 < bytes.count, bytes[offset + 6] == 0x5C,
            bytes[offset + 7] == UInt8(ascii: "u"),
            let low = hexadecimal(at: offset + 8), low & 0xFC00 == 0xDC00
        {
            code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
            length = 12
        }
        guard let scalar = UnicodeScalar(code) else {
            throw problem(
                "the escape is half of a surrogate pair",
                expected: "expected \\uD800…\\uDBFF followed by \\uDC00…\\uDFFF",
            )
        }
        text += Array(String(scalar).utf8)
        offset += length
    }

    private func hexadecimal(at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        let digits = bytes[start..<start + 4]
        guard digits.allSatisfy({ $0 < 0x80 && UnicodeScalar($0).properties.isASCIIHexDigit }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    // MARK: -

    private static let punctuation: Set<UInt8> = Set(",:[]{}\"".utf8)

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private var character: String {
        let rest = bytes[min(offset, bytes.count)...].prefix(4)
        return String(decoding: rest, as: UTF8.self).unicodeScalars.first.map { String($0).quotedForMessage }
            ?? "the end of the file"
    }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func problem(_ message: String, expected: String? = nil, suggestion: String? = nil) -> Problem {
        Problem(
            diagnostic: Diagnostic(
                at: source.location(byte: offset),
                message,
                expected: expected,
                suggestion: suggestion,
            )
        )
    }
}
