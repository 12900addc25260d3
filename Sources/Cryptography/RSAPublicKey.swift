/// An RSA key that verifies signatures (RFC 8017): PKCS #1 version 1.5, and PSS.
public struct RSAPublicKey: Sendable {
    private let modulus: [UInt8]
    private let exponent: [UInt8]
    /// Bytes of a signature.
    private let length: Int

    /// - Parameters:
    ///   - modulus: the highest byte first, 2,048 to 8,192 bits.
    ///   - exponent: odd, up to 64 bits.
    public init?(modulus: [UInt8], exponent: [UInt8]) {
        let n = Natural(bytes: modulus.prefix(2048))
        let e = Natural(bytes: exponent.prefix(64))
        guard modulus.count <= 2048, exponent.count <= 64, n.isOdd, (2048...8192).contains(n.bitCount), e.isOdd,
            (2...64).contains(e.bitCount)
        else { return nil }
        self.modulus = modulus
        self.exponent = exponent
        length = (n.bitCount + 7) / 8
    }

    /// The message that a signature encodes: `signature ^ e mod n`.
    private func encoded(_ signature: [UInt8]) -> [UInt8]? {
        let n = Natural(bytes: modulus)
        let s = Natural(bytes: signature)
        guard signature.count == length, s < n, let ring = Modulus(n) else { return nil }
        return ring.number(ring.power(ring.residue(s), Natural(bytes: exponent))).bytes(count: length)
    }

    /// RSASSA-PKCS1-v1_5 (section 8.2.2).
    public func verifies(_ signature: [UInt8], of message: [UInt8], _ hash: HashFunction) -> Bool {
        guard let expected = Self.encoded(message, hash, length: length), let encoded = encoded(signature) else { return false }
        return HMAC.isEqual(encoded, expected)
    }

    /// EMSA-PKCS1-v1_5 (section 9.2); nil where the key is too short for the hash.
    static func encoded(_ message: [UInt8], _ hash: HashFunction, length: Int) -> [UInt8]? {
        let info = digestInfo(hash) + hash.digest(message)
        guard length >= info.count + 11 else { return nil }
        return [0, 1] + [UInt8](repeating: 0xFF, count: length - info.count - 3) + [0] + info
    }

    /// The DER of a DigestInfo up to the digest (section 9.2, note 1).
    private static func digestInfo(_ hash: HashFunction) -> [UInt8] {
        let identifier: UInt8 =
            switch hash {
            case .sha256: 1
            case .sha384: 2
            case .sha512: 3
            }
        let count = UInt8(hash.length)
        return [0x30, 17 + count, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, identifier, 5, 0, 4, count]
    }

    /// RSASSA-PSS with a salt as long as the hash, as JSON Web Algorithms use it (RFC 7518 section 3.5).
    public func verifiesPSS(_ signature: [UInt8], of message: [UInt8], _ hash: HashFunction) -> Bool {
        let bits = Natural(bytes: modulus).bitCount - 1
        let size = (bits + 7) / 8
        let count = hash.length
        guard var encoded = encoded(signature), size >= 2 * count + 2 else { return false }
        encoded.removeFirst(encoded.count - size)
        guard encoded.last == 0xBC else { return false }
        let split = size - count - 1
        let digest = Array(encoded[split..<(split + count)])
        let unusedBits = 8 * size - bits
        guard unusedBits == 0 || encoded[0] >> UInt8(8 - unusedBits) == 0 else { return false }
        var block = zip(encoded[..<split], Self.mask(digest, split, hash)).map { $0 ^ $1 }
        block[0] &= 0xFF >> UInt8(unusedBits)
        let padding = split - count - 1
        guard block[..<padding].allSatisfy({ $0 == 0 }), block[padding] == 1 else { return false }
        let salt = block[(padding + 1)...]
        return HMAC.isEqual(digest, hash.digest([UInt8](repeating: 0, count: 8) + hash.digest(message) + salt))
    }

    /// MGF1 (appendix B.2.1).
    private static func mask(_ seed: [UInt8], _ length: Int, _ hash: HashFunction) -> [UInt8] {
        var out: [UInt8] = []
        var counter: UInt32 = 0
        while out.count < length {
            out += hash.digest(seed + (0..<4).map { UInt8(truncatingIfNeeded: counter >> UInt32(24 - 8 * $0)) })
            counter += 1
        }
        return Array(out.prefix(length))
    }
}
