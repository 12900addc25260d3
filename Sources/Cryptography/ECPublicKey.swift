import Crypto

/// A key on one of the NIST curves P-256 and P-384 that verifies ECDSA signatures (FIPS 186-5).
public struct ECPublicKey: Sendable {
    /// The curves that tokens use, by their names in a JWK (RFC 7518 section 6.2.1.1).
    public enum Curve: String, Sendable { case p256 = "P-256", p384 = "P-384" }

    private enum Key: Sendable {
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
    }

    private let key: Key

    /// - Parameters:
    ///   - x: the first coordinate, as long as the field, the highest byte first.
    ///   - y: the second one.
    /// - Returns: nil for a point that is not on the curve.
    public init?(_ curve: Curve, x: [UInt8], y: [UInt8]) {
        let point = [0x04] + x + y
        switch curve {
        case .p256:
            guard x.count == 32, let key = try? P256.Signing.PublicKey(x963Representation: point) else { return nil }
            self.key = .p256(key)
        case .p384:
            guard x.count == 48, let key = try? P384.Signing.PublicKey(x963Representation: point) else { return nil }
            self.key = .p384(key)
        }
    }

    init(_ key: P256.Signing.PublicKey) { self.key = .p256(key) }
    init(_ key: P384.Signing.PublicKey) { self.key = .p384(key) }

    /// - Parameter signature: r and s, each as long as the field, one behind the other (RFC 7518 section 3.4).
    public func verifies(_ signature: [UInt8], of message: [UInt8], _ hash: HashFunction) -> Bool {
        switch key {
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return switch hash {
            case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: message))
            case .sha384: key.isValidSignature(signature, for: SHA384.hash(data: message))
            case .sha512: key.isValidSignature(signature, for: SHA512.hash(data: message))
            }
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return switch hash {
            case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: message))
            case .sha384: key.isValidSignature(signature, for: SHA384.hash(data: message))
            case .sha512: key.isValidSignature(signature, for: SHA512.hash(data: message))
            }
        }
    }
}
