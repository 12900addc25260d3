/// An absolute URL of a backend, taken apart by the only parser that both checks and uses it, so that
/// no two readings of one URL can differ.
///
/// Strict (RFC 3986): `http` or `https`, no user information, no fragment, no backslash, space or
/// control character, a port of 1…65535.
public struct BackendURL: Sendable, Equatable {
    /// Scheme, host and port.
    public let endpoint: Endpoint
    /// Starts with `/`.
    public let path: String
    /// Without `?`; nil where there is none.
    public let rawQuery: String?

    /// Reads a whole URL.
    /// - Throws: ``InvalidURL`` with the first rule that the text breaks.
    public init(parsing text: String) throws(InvalidURL) {
        let scheme: Endpoint.Scheme
        var rest: Substring
        if text.lowercasedPrefix(8) == "https://" {
            scheme = .https
            rest = text.dropFirst(8)
        } else if text.lowercasedPrefix(7) == "http://" {
            scheme = .http
            rest = text.dropFirst(7)
        } else {
            throw InvalidURL(text: text, reason: "it does not start with http:// or https://")
        }
        for byte in rest.utf8 {
            switch byte {
            case 0...0x20, 0x7F, UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"):
                let shown = String(Unicode.Scalar(byte)).quotedForMessage
                throw InvalidURL(text: text, reason: "\(shown) is not allowed in a URL and must be percent-encoded")
            case UInt8(ascii: "#"):
                throw InvalidURL(text: text, reason: "a fragment is never sent to a backend")
            case 0x80...:
                throw InvalidURL(text: text, reason: "characters beyond ASCII must be percent-encoded")
            default:
                continue
            }
        }
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        rest = rest[authorityEnd...]
        if authority.contains("@") {
            throw InvalidURL(text: text, reason: "user information is not allowed in front of the host")
        }
        let (host, port) = try Self.hostAndPort(authority, of: text)
        endpoint = Endpoint(scheme: scheme, host: host, port: port)
        if let mark = rest.firstIndex(of: "?") {
            let before = rest[..<mark]
            path = before.isEmpty ? "/" : String(before)
            rawQuery = String(rest[rest.index(after: mark)...])
        } else {
            path = rest.isEmpty ? "/" : String(rest)
            rawQuery = nil
        }
    }

    private static func hostAndPort(_ authority: Substring, of text: String) throws(InvalidURL) -> (String, Int?) {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else {
                throw InvalidURL(text: text, reason: "\"[\" of the address is not closed")
            }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            if after.first == ":" {
                portText = after.dropFirst()
            } else if !after.isEmpty {
                throw InvalidURL(text: text, reason: "only a port may follow the address")
            }
            guard host.contains(":"), host.utf8.allSatisfy(isIPv6Byte) else {
                throw InvalidURL(text: text, reason: "the host in brackets is no IPv6 address")
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[authority.index(after: colon)...]
            }
            guard !host.isEmpty else { throw InvalidURL(text: text, reason: "the host is missing") }
            guard host.utf8.count <= 253, host.utf8.allSatisfy(isHostByte) else {
                throw InvalidURL(text: text, reason: "the host is no valid name")
            }
        }
        guard let portText, !portText.isEmpty else { return (String(host), nil) }
        guard portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(portText),
            (1...65_535).contains(port)
        else {
            throw InvalidURL(text: text, reason: "the port must be a number from 1 to 65535")
        }
        return (String(host), port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        PercentCoding.isUnreserved(byte) && byte != UInt8(ascii: "~")
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        PercentCoding.hexDigit(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }
}

/// A text that ``BackendURL`` does not take, and why.
public struct InvalidURL: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text as it was given.
    public let text: String
    /// Which rule it breaks, in words that fit behind a colon.
    public let reason: String

    /// One sentence with the text, quoted and cut to a length that logs can show.
    public var description: String { "\(text.quotedForMessage) is no URL of a backend: \(reason)" }
}

extension String {
    fileprivate func lowercasedPrefix(_ count: Int) -> String {
        String(decoding: utf8.prefix(count).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
