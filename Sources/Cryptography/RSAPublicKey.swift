import Crypto
import CryptoExtras

/// An RSA key that verifies signatures (RFC 8017): PKCS #1 version 1.5, and PSS.
public struct RSAPublicKey: Sendable {
    private let key: _RSA.Signing.PublicKey

    /// - Parameters:
    ///   - modulus: the highest byte first, at least 2,048 bits (RFC 7518 section 3.3) and at most 8,192.
    ///   - exponent: the highest byte first.
    public init?(modulus: [UInt8], exponent: [UInt8]) {
        guard modulus.count <= 1_025, exponent.count <= 8,
            let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent), (2_048...8_192).contains(key.keySizeInBits)
        else { return nil }
        self.key = key
    }

    init(_ key: _RSA.Signing.PublicKey) { self.key = key }

    /// RSASSA-PKCS1-v1_5 (section 8.2.2).
    public func verifies(_ signature: [UInt8], of message: [UInt8], _ hash: HashFunction) -> Bool {
        verifies(signature, message, hash, .insecurePKCS1v1_5)
    }

    /// RSASSA-PSS with a salt as long as the hash, as JSON Web Algorithms use it (RFC 7518 section 3.5).
    public func verifiesPSS(_ signature: [UInt8], of message: [UInt8], _ hash: HashFunction) -> Bool {
        verifies(signature, message, hash, .PSS)
    }

    private func verifies(
        _ signature: [UInt8],
        _ message: [UInt8],
        _ hash: HashFunction,
        _ padding: _RSA.Signing.Padding,
    ) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return switch hash {
        case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
        case .sha384: key.isValidSignature(signature, for: SHA384.hash(data: message), padding: padding)
        case .sha512: key.isValidSignature(signature, for: SHA512.hash(data: message), padding: padding)
        }
    }
}
