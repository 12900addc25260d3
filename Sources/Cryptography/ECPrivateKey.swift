import Crypto

/// A key on one of the NIST curves P-256 and P-384 that makes ECDSA signatures (FIPS 186-5) with the hash as long as
/// the field: ES256 and ES384 (RFC 7518 section 3.4).
public struct ECPrivateKey: Sendable {
    private enum Key: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
    }

    private let key: Key

    /// The curve that the key is on.
    public var curve: ECPublicKey.Curve {
        switch key {
        case .p256: .p256
        case .p384: .p384
        }
    }

    /// The key that verifies what this one signs.
    public var publicKey: ECPublicKey {
        switch key {
        case .p256(let key): ECPublicKey(key.publicKey)
        case .p384(let key): ECPublicKey(key.publicKey)
        }
    }

    /// - Parameter scalar: the private number, the highest byte first, as long as the field.
    /// - Returns: nil for a number that is no key of the curve.
    public init?(_ curve: ECPublicKey.Curve, scalar: [UInt8]) {
        switch curve {
        case .p256:
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar) else { return nil }
            self.key = .p256(key)
        case .p384:
            guard let key = try? P384.Signing.PrivateKey(rawRepresentation: scalar) else { return nil }
            self.key = .p384(key)
        }
    }

    init?(pem: String) {
        if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            self.key = .p256(key)
        } else if let key = try? P384.Signing.PrivateKey(pemRepresentation: pem) {
            self.key = .p384(key)
        } else {
            return nil
        }
    }

    /// r and s, each as long as the field, one behind the other (RFC 7518 section 3.4).
    public func signature(of message: [UInt8]) -> [UInt8]? {
        switch key {
        case .p256(let key): (try? key.signature(for: SHA256.hash(data: message))).map { Array($0.rawRepresentation) }
        case .p384(let key): (try? key.signature(for: SHA384.hash(data: message))).map { Array($0.rawRepresentation) }
        }
    }
}
