/// How a path becomes the canonical URI of a signature.
public enum PathRule: Sendable, Equatable {
    /// Every service but S3: `.`, `..` and empty segments are resolved, and the path is encoded once more.
    case normalized
    /// S3: as it is sent, since a key may hold anything.
    case asSent
}

/// The canonical request of Signature Version 4, piece by piece.
enum CanonicalForm {
    // MARK: Path

    static func append(path: String, _ rule: PathRule, to out: inout [UInt8]) {
        switch rule {
        case .asSent:
            if path.isEmpty { out.append(slash) } else { out.append(contentsOf: path.utf8) }
        case .normalized:
            if isPlain(path) {
                out.append(contentsOf: path.utf8)
            } else {
                appendNormalized(path, to: &out)
            }
        }
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")

    /// Whether the path is its own canonical form: unreserved characters, single slashes and no dot segments.
    private static func isPlain(_ path: String) -> Bool {
        var previous = UInt8(0)
        for byte in path.utf8 {
            guard byte == slash || isUnreserved(byte), !(previous == slash && (byte == slash || byte == dot)) else {
                return false
            }
            previous = byte
        }
        return path.utf8.first == slash
    }

    private static func appendNormalized(_ path: String, to out: inout [UInt8]) {
        var segments: [Substring.UTF8View] = []
        for segment in Substring(path).utf8.split(separator: slash) {
            if segment.elementsEqual([dot]) { continue }
            if segment.elementsEqual([dot, dot]) {
                if !segments.isEmpty { segments.removeLast() }
            } else {
                segments.append(segment)
            }
        }
        out.append(slash)
        for (index, segment) in segments.enumerated() {
            if index > 0 { out.append(slash) }
            for byte in segment { append(encoding: byte, to: &out) }
        }
        if path.utf8.last == slash, !segments.isEmpty { out.append(slash) }
    }

    // MARK: Query

    /// Names and values encoded in the one way that signatures know, sorted by name and then by value.
    /// - Parameter left: a name that is left out: the signature itself, when one is verified.
    static func append(query: String?, leavingOut left: String? = nil, to out: inout [UInt8]) {
        guard let query, !query.isEmpty else { return }
        var items: [(name: [UInt8], value: [UInt8])] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = recoded(pair[..<(equals ?? pair.endIndex)])
            if let left, name.elementsEqual(left.utf8) { continue }
            items.append((name, equals.map { recoded(pair[pair.index(after: $0)...]) } ?? []))
        }
        items.sort { $0.name == $1.name ? precedes($0.value, $1.value) : precedes($0.name, $1.name) }
        for (index, item) in items.enumerated() {
            if index > 0 { out.append(UInt8(ascii: "&")) }
            out.append(contentsOf: item.name)
            out.append(UInt8(ascii: "="))
            out.append(contentsOf: item.value)
        }
    }

    private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.lexicographicallyPrecedes(right)
    }

    /// Decodes a part of a query and encodes it again, so that `%7e`, `~`, `+` and `%20` have one form each.
    private static func recoded(_ part: Substring.UTF8View.SubSequence) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(part.count)
        var at = part.startIndex
        while at < part.endIndex {
            let byte = part[at]
            part.formIndex(after: &at)
            if byte == UInt8(ascii: "+") {
                append(encoding: UInt8(ascii: " "), to: &out)
            } else if byte == UInt8(ascii: "%"), let (value, next) = escape(part, at) {
                append(encoding: value, to: &out)
                at = next
            } else {
                append(encoding: byte, to: &out)
            }
        }
        return out
    }

    private static func escape(_ part: Substring.UTF8View, _ at: String.Index) -> (UInt8, String.Index)? {
        guard at < part.endIndex, let high = hexValue(part[at]) else { return nil }
        let second = part.index(after: at)
        guard second < part.endIndex, let low = hexValue(part[second]) else { return nil }
        return (high << 4 | low, part.index(after: second))
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    // MARK: Headers

    /// The headers to sign, sorted by name: names in lower case, all values of a name joined.
    struct Headers {
        /// Names and values, one behind the other.
        private var text: [UInt8] = []
        private var fields: [(name: Range<Int>, value: Range<Int>)] = []

        /// - Parameter isSigned: told the name in lower case.
        init(
            _ given: [(name: String, value: String)],
            leavingOut left: [(name: String, value: String)] = [],
            and added: [(name: String, value: String)] = [],
            where isSigned: (ArraySlice<UInt8>) -> Bool,
        ) {
            text.reserveCapacity(512)
            fields.reserveCapacity(given.count + added.count)
            for field in given where !left.contains(where: { SigningHeaders.equal($0.name, field.name) }) {
                add(field, isSigned)
            }
            for field in added { add(field, isSigned) }
            sort()
        }

        private mutating func add(_ field: (name: String, value: String), _ isSigned: (ArraySlice<UInt8>) -> Bool) {
            let start = text.count
            for byte in field.name.utf8 { text.append(lower(byte)) }
            let end = text.count
            guard isSigned(text[start..<end]) else {
                text.removeSubrange(start...)
                return
            }
            appendTrimmed(field.value, to: &text)
            fields.append((start..<end, end..<text.count))
        }

        /// By insertion, which keeps the order of equal names: there are a dozen.
        private mutating func sort() {
            for index in fields.indices.dropFirst() {
                var at = index
                while at > 0, precedes(fields[at].name, fields[at - 1].name) {
                    fields.swapAt(at, at - 1)
                    at -= 1
                }
            }
        }

        private func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
            for offset in 0..<min(left.count, right.count) {
                let (a, b) = (text[left.lowerBound + offset], text[right.lowerBound + offset])
                if a != b { return a < b }
            }
            return left.count < right.count
        }

        private func isRepeated(_ index: Int) -> Bool {
            index > 0 && text[fields[index].name] == text[fields[index - 1].name]
        }

        /// `name:value` in a line each.
        func appendLines(to out: inout [UInt8]) {
            for index in fields.indices {
                if isRepeated(index) {
                    out.append(UInt8(ascii: ","))
                } else {
                    if index > 0 { out.append(newline) }
                    out.append(contentsOf: text[fields[index].name])
                    out.append(UInt8(ascii: ":"))
                }
                out.append(contentsOf: text[fields[index].value])
            }
            if !fields.isEmpty { out.append(newline) }
        }

        /// The names, with `;` between them.
        func appendNames(to out: inout [UInt8]) {
            for index in fields.indices where !isRepeated(index) {
                if index > 0 { out.append(UInt8(ascii: ";")) }
                out.append(contentsOf: text[fields[index].name])
            }
        }
    }

    /// Without blanks around it, and with one blank for each run of them.
    private static func appendTrimmed(_ value: String, to out: inout [UInt8]) {
        let start = out.count
        var hasBlank = false
        for byte in value.utf8 {
            if byte == 0x20 || byte >= 0x09 && byte <= 0x0D {
                hasBlank = out.count > start
            } else {
                if hasBlank { out.append(0x20) }
                hasBlank = false
                out.append(byte)
            }
        }
    }

    // MARK: The whole

    static func request(
        _ request: SignableRequest,
        _ rule: PathRule,
        headers: Headers,
        payload: PayloadHash,
        leavingOutOfQuery left: String? = nil,
    ) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(768)
        out.append(contentsOf: request.method.utf8)
        out.append(newline)
        append(path: request.path, rule, to: &out)
        out.append(newline)
        append(query: request.query, leavingOut: left, to: &out)
        out.append(newline)
        headers.appendLines(to: &out)
        out.append(newline)
        headers.appendNames(to: &out)
        out.append(newline)
        payload.append(to: &out)
        return out
    }

    private static let newline = UInt8(ascii: "\n")

    // MARK: Bytes

    static func lower(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// RFC 3986 section 2.3.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    static func append(encoding byte: UInt8, to out: inout [UInt8]) {
        if isUnreserved(byte) {
            out.append(byte)
        } else {
            let digits: StaticString = "0123456789ABCDEF"
            out.append(UInt8(ascii: "%"))
            out.append(digits.utf8Start[Int(byte >> 4)])
            out.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    /// A text with everything but unreserved characters percent-encoded.
    static func encoded(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 { append(encoding: byte, to: &out) }
        return String(decoding: out, as: UTF8.self)
    }
}
