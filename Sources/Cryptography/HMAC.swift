import Crypto

/// Keyed hashes (RFC 2104).
public enum HMAC {
    /// The code of a message, as long as a digest of the function. A key longer than a block of it is hashed first.
    public static func code(_ function: HashFunction, key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        return switch function {
        case .sha256: Array(Crypto.HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha384: Array(Crypto.HMAC<SHA384>.authenticationCode(for: message, using: key))
        case .sha512: Array(Crypto.HMAC<SHA512>.authenticationCode(for: message, using: key))
        }
    }

    /// Whether two texts are equal, in a time that depends on their lengths only.
    public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
