/// Percent-encoding (RFC 3986 section 2) and the form rules that queries use.
public enum PercentCoding {
    /// Decodes `%XX` and `+` of a form; a `%` that starts no escape stays as it is. Bytes that are
    /// no UTF-8 become U+FFFD.
    public static func decodeForm(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let isPlain = !bytes.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
        return isPlain ? String(decoding: bytes, as: UTF8.self) : decode(bytes, plusIsSpace: true)
    }

    /// Decodes `%XX` of a path segment.
    public static func decode(_ text: Substring) -> String {
        let text = String(text)
        return text.withBytes { $0.contains(UInt8(ascii: "%")) ? decode($0, plusIsSpace: false) : text }
    }

    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "+"), plusIsSpace {
                out.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let value = hexPair(in: bytes, at: index) {
                out.append(value)
                index += 2
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hexPair(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt8? {
        guard index + 1 < bytes.count, let high = hexDigit(bytes[index]), let low = hexDigit(bytes[index + 1]) else {
            return nil
        }
        return high << 4 | low
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Appends `text` with everything but RFC 3986's unreserved characters percent-encoded.
    public static func encode(_ text: String, into out: inout String) {
        if text.utf8.allSatisfy(isUnreserved) {
            out += text
            return
        }
        for byte in text.utf8 {
            if isUnreserved(byte) {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += "%"
                out.unicodeScalars.append(Unicode.Scalar(upperHex(byte >> 4)))
                out.unicodeScalars.append(Unicode.Scalar(upperHex(byte & 0x0F)))
            }
        }
    }

    /// The UTF-8 bytes of a text, all but RFC 3986's unreserved characters as `%XX` in capitals.
    public static func encode(_ text: String) -> String {
        var out = ""
        encode(text, into: &out)
        return out
    }

    /// RFC 3986 section 2.3.
    public static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    private static func upperHex(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
