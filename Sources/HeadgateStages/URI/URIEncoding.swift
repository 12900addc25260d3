import Headgate

/// Brings values into the form in which they stand in a URI (RFC 3986), so that they stay where they
/// are put: no `?`, `#`, blank or line break of a value ends a path, and no `&` a query's parameter.
enum URIEncoding {
    /// A value of `integration.request.path.NAME` that is data (a header, a decoded query parameter, a
    /// member of a body): everything but unreserved characters is percent-encoded, `/` and `%` as well.
    static func encode(data value: String) -> String {
        if value.utf8.allSatisfy(PercentCoding.isUnreserved) { return value }
        return PercentCoding.encode(value)
    }

    /// Appends a value that is in the form of a URI's path already: percent escapes and slashes stay,
    /// what may not stand in a path (RFC 3986 section 3.3) is percent-encoded.
    static func append(path value: String, to bytes: inout [UInt8]) {
        append(value, to: &bytes, keeping: isPathByte)
    }

    /// Appends such a value as (a part of) one value of a query: `&`, `;`, `=` and `+` are encoded as well.
    static func append(query value: String, to bytes: inout [UInt8]) {
        append(value, to: &bytes) { byte in
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "+"): false
            default: isPathByte(byte)
            }
        }
    }

    private static func append(_ value: String, to bytes: inout [UInt8], keeping isKept: (UInt8) -> Bool) {
        let utf8 = value.utf8
        var index = utf8.startIndex
        while index < utf8.endIndex {
            let byte = utf8[index]
            utf8.formIndex(after: &index)
            if isKept(byte) || (byte == UInt8(ascii: "%") && startsEscape(utf8, index)) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 0xF))
            }
        }
    }

    /// Whether two hexadecimal digits stand at `index`.
    private static func startsEscape(_ utf8: String.UTF8View, _ index: String.UTF8View.Index) -> Bool {
        guard index < utf8.endIndex, isHexDigit(utf8[index]) else { return false }
        let second = utf8.index(after: index)
        return second < utf8.endIndex && isHexDigit(utf8[second])
    }

    /// `pchar` and `/`.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "/"):
            true
        default:
            PercentCoding.isUnreserved(byte)
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default:
            false
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    // MARK: Dot segments

    /// Whether a segment that holds any of the `inserted` bytes is `.` or `..` (RFC 3986 section 3.3), in
    /// any spelling that some backend takes for it: dots and separators percent-encoded, `\` for `/`,
    /// parameters behind `;`.
    static func hasDotSegment(in path: [UInt8], touching inserted: [Range<Int>]) -> Bool {
        guard !inserted.isEmpty, path.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") }) else {
            return false
        }
        var dots = 0
        var onlyDots = true
        var hasParameters = false
        var start = 0
        var at = 0
        while at <= path.count {
            let (byte, length) = at < path.count ? decoded(path, at) : (UInt8(ascii: "/"), 1)
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") {
                if onlyDots, dots == 1 || dots == 2, inserted.contains(where: { $0.overlaps(start..<max(at, start)) }) {
                    return true
                }
                dots = 0
                onlyDots = true
                hasParameters = false
                start = at + length
            } else if byte == UInt8(ascii: ";") {
                hasParameters = true
            } else if !hasParameters {
                if byte == UInt8(ascii: ".") { dots += 1 } else { onlyDots = false }
            }
            at += length
        }
        return false
    }

    /// The byte at `at`, a percent escape decoded, and how many bytes it takes.
    private static func decoded(_ path: [UInt8], _ at: Int) -> (UInt8, Int) {
        guard path[at] == UInt8(ascii: "%"), at + 2 < path.count, let high = hexValue(path[at + 1]),
            let low = hexValue(path[at + 2])
        else { return (path[at], 1) }
        return (high << 4 | low, 3)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
