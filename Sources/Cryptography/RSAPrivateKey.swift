import Crypto
import CryptoExtras

/// An RSA key that signs (RFC 8017): PKCS #1 version 1.5, and PSS.
public struct RSAPrivateKey: Sendable {
    private let key: _RSA.Signing.PrivateKey

    /// The key that verifies what this one signs.
    public var publicKey: RSAPublicKey { RSAPublicKey(key.publicKey) }

    /// The numbers of RFC 8017 section 3.2, the highest byte first.
    /// - Returns: nil where they cannot belong together, or are too small.
    public init?(modulus: [UInt8], exponent: [UInt8], privateExponent: [UInt8], p: [UInt8], q: [UInt8]) {
        guard modulus.count <= 1_025,
            let key = try? _RSA.Signing.PrivateKey(n: modulus, e: exponent, d: privateExponent, p: p, q: q)
        else { return nil }
        self.key = key
    }

    init?(pem: String) {
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) else { return nil }
        self.key = key
    }

    /// RSASSA-PKCS1-v1_5 (section 8.2.1).
    public func signature(of message: [UInt8], _ hash: HashFunction) -> [UInt8]? {
        signature(message, hash, .insecurePKCS1v1_5)
    }

    /// RSASSA-PSS with a salt as long as the hash (RFC 7518 section 3.5).
    public func signaturePSS(of message: [UInt8], _ hash: HashFunction) -> [UInt8]? {
        signature(message, hash, .PSS)
    }

    private func signature(_ message: [UInt8], _ hash: HashFunction, _ padding: _RSA.Signing.Padding) -> [UInt8]? {
        let signature =
            switch hash {
            case .sha256: try? key.signature(for: SHA256.hash(data: message), padding: padding)
            case .sha384: try? key.signature(for: SHA384.hash(data: message), padding: padding)
            case .sha512: try? key.signature(for: SHA512.hash(data: message), padding: padding)
            }
        return signature.map { Array($0.rawRepresentation) }
    }
}
