/// A request target taken apart (RFC 9112 section 3.2), in the only way in which it is then routed,
/// authorised, logged and forwarded: what could be read in two ways is refused.
package struct RequestTarget: Sendable, Equatable {
    /// Starts with `/`; percent-encoding kept.
    package var path: String
    /// Behind the first `?`, without it.
    package var rawQuery: String?
    /// Host and port of the absolute form, nil for the usual one.
    package var authority: String?

    /// - Parameter allowsEncodedSlash: whether `%2F` may stand in the path.
    init(parsing bytes: UnsafeRawBufferPointer, allowsEncodedSlash: Bool) throws(MessageError) {
        var rest = bytes
        if bytes.first != UInt8(ascii: "/") {
            let prefix = try Self.schemeLength(bytes)
            var end = prefix
            while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
            let host = UnsafeRawBufferPointer(rebasing: bytes[prefix..<end])
            guard Authority.isValid(host) else { throw .target }
            authority = String(decoding: host, as: UTF8.self)
            rest = UnsafeRawBufferPointer(rebasing: bytes[end...])
        }
        let pathLength = try Self.checkedPath(rest, allowsEncodedSlash: allowsEncodedSlash)
        path = pathLength == 0 ? "/" : String(decoding: rest[..<pathLength], as: UTF8.self)
        if pathLength < rest.count {
            let query = UnsafeRawBufferPointer(rebasing: rest[(pathLength + 1)...])
            for byte in query where !ByteSet.query.contains(byte) { throw .target }
            rawQuery = String(decoding: query, as: UTF8.self)
        }
    }

    private static func schemeLength(_ bytes: UnsafeRawBufferPointer) throws(MessageError) -> Int {
        for (length, scheme) in [(7, "http://" as StaticString), (8, "https://")] where bytes.count > length {
            if ASCII.equal(UnsafeRawBufferPointer(rebasing: bytes[..<length]), lowercase: scheme) { return length }
        }
        throw .target
    }

    /// The length of the path in front of `?` or the end.
    private static func checkedPath(
        _ bytes: UnsafeRawBufferPointer,
        allowsEncodedSlash: Bool,
    ) throws(MessageError) -> Int {
        var index = 0
        // Dots at the start of the segment, as long as it has nothing else; -1 from then on.
        var dots = -1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "/") {
                if dots == 1 || dots == 2 { throw .dotSegment }
                dots = 0
            } else if byte == UInt8(ascii: ".") {
                if dots >= 0 { dots += 1 }
            } else if byte == UInt8(ascii: "?") {
                break
            } else if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let high = ASCII.hexValue(bytes[index + 1]),
                    let low = ASCII.hexValue(bytes[index + 2])
                else { throw .targetEscape }
                switch high << 4 | low {
                case 0, UInt8(ascii: "\\"): throw .targetEscape
                case UInt8(ascii: "/"):
                    guard allowsEncodedSlash else { throw .encodedSlash }
                    // One segment to us, two to whoever decodes before he splits.
                    if dots == 1 || dots == 2 { throw .dotSegment }
                    dots = 0
                case UInt8(ascii: "."):
                    if dots >= 0 { dots += 1 }
                default: dots = -1
                }
                index += 2
            } else if ByteSet.path.contains(byte) {
                // Some servers read `..;x` as `..` with a parameter.
                if byte == UInt8(ascii: ";"), dots == 1 || dots == 2 { throw .dotSegment }
                dots = -1
            } else {
                throw .target
            }
            index += 1
        }
        if dots == 1 || dots == 2 { throw .dotSegment }
        return index
    }
}

/// Host and optional port, as in a `Host` header (RFC 9112 section 3.2, RFC 3986 section 3.2).
package enum Authority {
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, bytes.count <= 260 else { return false }
        var end = 0
        if first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 2 else { return false }
            for byte in bytes[1..<close] {
                guard ASCII.hexValue(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") else {
                    return false
                }
            }
            end = close + 1
        } else {
            while end < bytes.count, ByteSet.registeredName.contains(bytes[end]) { end += 1 }
            guard end > 0 else { return false }
        }
        if end == bytes.count { return true }
        guard bytes[end] == UInt8(ascii: ":"), bytes.count - end <= 6 else { return false }
        var port = 0
        for byte in bytes[(end + 1)...] {
            guard byte >= 0x30, byte <= 0x39 else { return false }
            port = port * 10 + Int(byte - 0x30)
        }
        return port <= 65_535
    }
}
