/// HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
    /// A key that makes many codes: what every code begins with is made once.
    public struct Key: Sendable {
        private var inner = SHA256()
        private var outer = SHA256()

        /// - Parameter key: of any length; more than 64 bytes, a block, count by their hash.
        public init(_ key: some Collection<UInt8>) {
            var block = key.count > SHA256.blockLength ? SHA256.hash(key) : Array(key)
            block.append(contentsOf: repeatElement(0, count: SHA256.blockLength - block.count))
            inner.update(block.map { $0 ^ 0x36 })
            outer.update(block.map { $0 ^ 0x5c })
        }

        /// The code of a message, 32 bytes.
        public func code(_ message: some Collection<UInt8>) -> [UInt8] {
            var (inner, outer) = (inner, outer)
            inner.update(message)
            outer.update(inner.finalize())
            return outer.finalize()
        }
    }

    /// The code of a message, 32 bytes.
    public static func code(_ message: some Collection<UInt8>, key: some Collection<UInt8>) -> [UInt8] {
        Key(key).code(message)
    }
}

/// Compares two texts or codes in a time that depends on their lengths alone, so that nobody can find a
/// signature out byte by byte.
public func constantTimeEquals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    let direct = left.withContiguousStorageIfAvailable { left in
        right.withContiguousStorageIfAvailable { right in
            var difference: UInt8 = 0
            for index in left.indices { difference |= left[index] ^ right[index] }
            return difference == 0
        }
    }
    if let known = direct, let known { return known }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) { difference |= a ^ b }
    return difference == 0
}

/// Lower-case hexadecimal digits.
enum Hex {
    private static let digits: StaticString = "0123456789abcdef"

    static func append(_ bytes: some Sequence<UInt8>, to out: inout [UInt8]) {
        let digits = digits.utf8Start
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(64)
        append(bytes, to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}
