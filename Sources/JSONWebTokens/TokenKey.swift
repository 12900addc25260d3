import Cryptography
import OrderedJSON

/// The algorithms of JSON Web Signatures that are understood (RFC 7518 section 3.1). `none` is not.
public enum TokenAlgorithm: String, Sendable, CaseIterable {
    /// HMAC with a shared key.
    case hs256 = "HS256"
    /// HMAC with a shared key.
    case hs384 = "HS384"
    /// HMAC with a shared key.
    case hs512 = "HS512"
    /// RSASSA-PKCS1-v1_5.
    case rs256 = "RS256"
    /// RSASSA-PKCS1-v1_5.
    case rs384 = "RS384"
    /// RSASSA-PKCS1-v1_5.
    case rs512 = "RS512"
    /// RSASSA-PSS.
    case ps256 = "PS256"
    /// RSASSA-PSS.
    case ps384 = "PS384"
    /// RSASSA-PSS.
    case ps512 = "PS512"
    /// ECDSA on the curve P-256.
    case es256 = "ES256"
    /// ECDSA on the curve P-384.
    case es384 = "ES384"

    /// The hash function that the algorithm's last digits name.
    public var hash: HashFunction {
        switch self {
        case .hs256, .rs256, .ps256, .es256: .sha256
        case .hs384, .rs384, .ps384, .es384: .sha384
        case .hs512, .rs512, .ps512: .sha512
        }
    }

    /// Whether both sides have the same key.
    public var isShared: Bool { self == .hs256 || self == .hs384 || self == .hs512 }

    /// Whether the signature is RSA's with random salt (RFC 7518 section 3.5).
    var isPSS: Bool { self == .ps256 || self == .ps384 || self == .ps512 }
}

/// A key that verifies tokens, e.g. from a JWK (RFC 7517).
public struct TokenKey: Sendable {
    private enum Material: Sendable {
        case shared([UInt8])
        case rsa(RSAPublicKey)
        case curve(ECPublicKey, ECPublicKey.Curve)
    }

    private let material: Material
    private let identifier: String?
    private let algorithm: String?

    /// A secret for `HS256`, `HS384` and `HS512`, of any key id. RFC 7518 section 3.2 asks for as many bytes as the
    /// hash has.
    public static func shared(_ key: [UInt8]) -> TokenKey {
        TokenKey(material: .shared(key), identifier: nil, algorithm: nil)
    }

    private init(material: Material, identifier: String?, algorithm: String?) {
        self.material = material
        self.identifier = identifier
        self.algorithm = algorithm
    }

    /// The keys of a JWK Set (RFC 7517 section 5) that verify signatures; those that cannot are left out. nil for a text
    /// that is none.
    /// - Parameter most: how many are read at most.
    public static func set(_ json: JSONValue, most: Int = 64) -> [TokenKey]? {
        json["keys"]?.array.map { $0.prefix(most).compactMap { TokenKey(jwk: $0) } }
    }

    /// nil for a key of another kind, for another use, or that is none.
    public init?(jwk: JSONValue) {
        guard let jwk = jwk.object, jwk["use"]?.string ?? "sig" == "sig" else { return nil }
        func bytes(_ name: String) -> [UInt8]? { (jwk[name]?.string).flatMap { Base64URL.decode(Array($0.utf8)) } }
        switch jwk["kty"]?.string {
        case "oct":
            guard let key = bytes("k") else { return nil }
            material = .shared(key)
        case "RSA":
            guard let n = bytes("n"), let e = bytes("e"), let key = RSAPublicKey(modulus: n, exponent: e) else {
                return nil
            }
            material = .rsa(key)
        case "EC":
            guard let curve = (jwk["crv"]?.string).flatMap(ECPublicKey.Curve.init(rawValue:)), let x = bytes("x"),
                let y = bytes("y"), let key = ECPublicKey(curve, x: x, y: y)
            else { return nil }
            material = .curve(key, curve)
        default:
            return nil
        }
        identifier = jwk["kid"]?.string
        algorithm = jwk["alg"]?.string
    }

    /// Whether a token of this algorithm may be tried with this key: a public key is never taken for a shared one.
    public func fits(_ wanted: TokenAlgorithm, keyID: String?) -> Bool {
        if let algorithm, algorithm != wanted.rawValue { return false }
        if let keyID, let identifier, keyID != identifier { return false }
        switch (material, wanted) {
        case (.shared, .hs256), (.shared, .hs384), (.shared, .hs512): return true
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256), (.rsa, .ps384), (.rsa, .ps512): return true
        case (.curve(_, .p256), .es256), (.curve(_, .p384), .es384): return true
        default: return false
        }
    }

    /// Whether the signature is this key's for the text, with an algorithm that ``fits(_:keyID:)``. Takes the same
    /// time for every signature of a shared key.
    public func verifies(_ signature: [UInt8], _ text: [UInt8], _ algorithm: TokenAlgorithm) -> Bool {
        switch material {
        case .shared(let key):
            HMAC.isEqual(signature, HMAC.code(algorithm.hash, key: key, text))
        case .rsa(let key):
            algorithm.isPSS
                ? key.verifiesPSS(signature, of: text, algorithm.hash)
                : key.verifies(signature, of: text, algorithm.hash)
        case .curve(let key, _):
            key.verifies(signature, of: text, algorithm.hash)
        }
    }
}
