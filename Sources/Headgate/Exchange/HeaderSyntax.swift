/// The grammar of header fields: RFC 9110 section 5.1 (names are tokens) and 5.5 (values).
public enum HeaderSyntax {
    /// Whether `name` is a token: one or more of RFC 9110's `tchar`.
    public static func isToken(_ name: String) -> Bool {
        name.withBytes { !$0.isEmpty && $0.allSatisfy(isTokenByte) }
    }

    /// Whether `value` holds no control characters but tab: neither CR, LF and NUL, which would end
    /// the field, nor the others, which RFC 9110 calls invalid.
    public static func isFieldValue(_ value: String) -> Bool {
        value.withBytes { !ByteScan.findings(in: UnsafeRawBufferPointer($0)).hasControl }
    }

    static func check(name: String, value: String) throws(InvalidHeader) {
        guard isToken(name) else { throw InvalidHeader(name: name, part: .name) }
        guard isFieldValue(value) else { throw InvalidHeader(name: name, part: .value) }
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}

/// A header field that RFC 9110 does not allow was set by a mapping, a template or a script.
public struct InvalidHeader: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which part of the field is invalid.
    public enum Part: Sendable { case name, value }

    /// The name that was set, valid or not.
    public let name: String
    /// Whether the name itself is wrong, or its value. The value is not kept: it may be a secret.
    public let part: Part

    /// One sentence that names the field and quotes no value.
    public var description: String {
        switch part {
        case .name:
            "header name \(name.quotedForMessage) is not a token (RFC 9110 section 5.1)"
        case .value:
            "value of header \(name.quotedForMessage) holds a line break or another control character"
        }
    }
}
