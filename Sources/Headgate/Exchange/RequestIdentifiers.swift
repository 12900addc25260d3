/// The names by which one request is known: in `$context`, in response headers and in logs.
public struct RequestIdentifiers: Sendable {
    /// `$context.requestId`, `x-amzn-RequestId`: a UUID, the client's own if it sent one.
    public let requestID: String
    /// `$context.extendedRequestId`, `x-amz-apigw-id`.
    public let extendedRequestID: String
    /// `X-Amzn-Trace-Id`: the client's `Root` if it sent one, else a new one.
    public let traceID: String

    init(claimed: String?, trace: String?, at milliseconds: Int64, random: inout RandomSource) {
        if let claimed, Self.isUUID(claimed) {
            requestID = claimed
        } else {
            requestID = Self.uuid(&random)
        }
        extendedRequestID = Self.extended(&random)
        traceID = Self.trace(continuing: trace, at: milliseconds, random: &random)
    }

    private static func hex(_ nibble: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: nibble & 0xF)
        return digit < 10 ? 0x30 + digit : 0x57 + digit
    }

    /// A random UUID, version 4 (RFC 9562 section 5.4), in lower case.
    public static func uuid(_ random: inout RandomSource) -> String {
        var high = random.next()
        var low = random.next()
        high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x0000_0000_0000_4000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var at = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    buffer[at] = UInt8(ascii: "-")
                    at += 1
                }
                let word = digit < 16 ? high : low
                buffer[at] = hex(word >> UInt64(60 - (digit & 15) * 4))
                at += 1
            }
            return at
        }
    }

    private static func extended(_ random: inout RandomSource) -> String {
        let first = random.next()
        let second = random.next()
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return alphabet.withUTF8Buffer { letters in
            String(unsafeUninitializedCapacity: 16) { buffer in
                for index in 0..<15 {
                    let word = index < 10 ? first >> UInt64(index * 6) : second >> UInt64((index - 10) * 6)
                    buffer[index] = letters[Int(word & 63)]
                }
                buffer[15] = UInt8(ascii: "=")
                return 16
            }
        }
    }

    /// `Root=1-{8 hex of the time}-{24 random hex}`. A client's header keeps its root; `Parent` is kept
    /// or made; `Sampled` is 1 if the client named a parent, else 0 (recorded on the service).
    private static func trace(continuing header: String?, at milliseconds: Int64, random: inout RandomSource) -> String
    {
        var root: Substring?
        var parent: Substring?
        if let header, HeaderSyntax.isFieldValue(header) {
            for part in header.split(separator: ";") {
                if part.hasPrefix("Root=") { root = part.dropFirst(5) }
                if part.hasPrefix("Parent=") { parent = part.dropFirst(7) }
            }
        }
        if let root {
            let parentText = parent.map(String.init) ?? hexText(random.next(), digits: 16)
            return "Root=\(root);Parent=\(parentText);Sampled=\(parent == nil ? 0 : 1)"
        }
        let seconds = UInt64(clamping: milliseconds / 1000)
        let prefix: StaticString = "Root=1-"
        let (high, low) = (random.next(), random.next())
        return String(unsafeUninitializedCapacity: 40) { buffer in
            var at = 0
            func put(_ value: UInt64, digits: Int) {
                for index in 0..<digits { buffer[at + index] = hex(value >> UInt64((digits - 1 - index) * 4)) }
                at += digits
            }
            prefix.withUTF8Buffer { at = buffer.update(fromContentsOf: $0) }
            put(seconds, digits: 8)
            buffer[at] = UInt8(ascii: "-")
            at += 1
            put(high, digits: 16)
            put(low, digits: 8)
            return at
        }
    }

    private static func hexText(_ value: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { buffer in
            for index in 0..<digits {
                buffer[index] = hex(value >> UInt64((digits - 1 - index) * 4))
            }
            return digits
        }
    }

    static func isUUID(_ text: String) -> Bool {
        guard text.utf8.count == 36 else { return false }
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return false }
            } else if PercentCoding.hexDigit(byte) == nil {
                return false
            }
        }
        return true
    }
}
