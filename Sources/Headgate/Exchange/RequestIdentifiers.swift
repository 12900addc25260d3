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

    /// A random UUID, version 4 (RFC 9562 section 5.4), in lower case.
    public static func uuid(_ random: inout RandomSource) -> String {
        var high = random.next()
        var low = random.next()
        high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x0000_0000_0000_4000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let words = (
            HexadecimalText.digits(UInt32(high >> 32)), HexadecimalText.digits(UInt32(truncatingIfNeeded: high)),
            HexadecimalText.digits(UInt32(low >> 32)), HexadecimalText.digits(UInt32(truncatingIfNeeded: low)),
        )
        return String(unsafeUninitializedCapacity: 36) { buffer in
            let text = UnsafeMutableRawBufferPointer(buffer)
            text.storeBytes(of: words.0, as: UInt64.self)
            store(words.1, in: text, at: 9)
            store(words.2, in: text, at: 19)
            text.storeBytes(of: words.3, toByteOffset: 28, as: UInt64.self)
            let hyphen = UInt8(ascii: "-")
            (text[8], text[13], text[18], text[23]) = (hyphen, hyphen, hyphen, hyphen)
            return 36
        }
    }

    /// Two groups of four digits, with room for what stands between them.
    private static func store(_ digits: UInt64, in text: UnsafeMutableRawBufferPointer, at offset: Int) {
        withUnsafeBytes(of: digits) { digits in
            text.storeBytes(of: digits.load(as: UInt32.self), toByteOffset: offset, as: UInt32.self)
            text.storeBytes(
                of: digits.load(fromByteOffset: 4, as: UInt32.self),
                toByteOffset: offset + 5,
                as: UInt32.self,
            )
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
            let parentText = parent.map(String.init) ?? sixteenDigits(random.next())
            return "Root=\(root);Parent=\(parentText);Sampled=\(parent == nil ? 0 : 1)"
        }
        let seconds = UInt64(clamping: milliseconds / 1000)
        let prefix: StaticString = "Root=1-"
        let (high, low) = (random.next(), random.next())
        return String(unsafeUninitializedCapacity: 40) { buffer in
            _ = prefix.withUTF8Buffer { buffer.update(fromContentsOf: $0) }
            let text = UnsafeMutableRawBufferPointer(buffer)
            func put(_ value: UInt64, at offset: Int) {
                let digits = HexadecimalText.digits(UInt32(truncatingIfNeeded: value))
                text.storeBytes(of: digits, toByteOffset: offset, as: UInt64.self)
            }
            put(seconds, at: 7)
            text[15] = UInt8(ascii: "-")
            put(high >> 32, at: 16)
            put(high, at: 24)
            put(low, at: 32)
            return 40
        }
    }

    private static func sixteenDigits(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            let text = UnsafeMutableRawBufferPointer(buffer)
            text.storeBytes(of: HexadecimalText.digits(UInt32(value >> 32)), as: UInt64.self)
            let low = HexadecimalText.digits(UInt32(truncatingIfNeeded: value))
            text.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
            return 16
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
