extension String {
    /// Compares byte for byte, with A–Z equal to a–z: how HTTP compares names (RFC 9110 section 5.1).
    @inlinable
    public func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.count == other.utf8.count && hasEqualBytesIgnoringASCIICase(other)
    }

    @usableFromInline
    func hasEqualBytesIgnoringASCIICase(_ other: String) -> Bool {
        withBytes { ours in
            other.withBytes { theirs in
                ByteScan.isEqualIgnoringCase(UnsafeRawBufferPointer(ours), UnsafeRawBufferPointer(theirs))
            }
        }
    }

    /// Lends the bytes. As `withUTF8`, for a string that is not one's own: a copy would be counted.
    @inlinable
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if let result = try utf8.withContiguousStorageIfAvailable(body) { return result }
        return try withCopiedBytes(body)
    }

    /// For strings that keep their text elsewhere. Not inlined: it would make the usual way count references.
    @inline(never)
    @usableFromInline
    package func withCopiedBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try Array(utf8).withUnsafeBufferPointer(body)
    }

    /// The string in double quotes, cut after 80 characters and with control characters escaped:
    /// for messages and logs that show what somebody sent.
    public var quotedForMessage: String {
        var out = "\""
        var shown = 0
        for scalar in unicodeScalars {
            if shown == 80 {
                out += "…"
                break
            }
            shown += 1
            switch scalar {
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0):
                out += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
