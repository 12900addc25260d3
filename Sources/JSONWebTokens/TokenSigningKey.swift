import Cryptography
import OrderedJSON

/// A private key that signs tokens: from PEM, or from a JWK (RFC 7518 section 6) with its private members.
public struct TokenSigningKey: Sendable {
    private enum Material: Sendable {
        case rsa(RSAPrivateKey)
        case curve(ECPrivateKey)
    }

    private let material: Material
    /// `kid` of a JWK.
    public let identifier: String?
    /// `alg` of a JWK, or what is usual for the kind of key.
    public let algorithm: TokenAlgorithm

    /// Whether a text is meant to be a private key rather than a shared one: PEM, or a JSON object with `kty`.
    public static func isOne(_ text: [UInt8]) -> Bool {
        PrivateKeyFile.isPEM(text) || jwk(text) != nil
    }

    /// nil for a text that is no such key, or one that cannot be used.
    public init?(_ text: [UInt8]) {
        if let jwk = Self.jwk(text) {
            self.init(jwk: jwk)
            return
        }
        switch PrivateKeyFile(pem: text) {
        case .rsa(let key)?: self.init(.rsa(key), nil, .rs256)
        case .curve(let key)?: self.init(.curve(key), nil, Self.algorithm(of: key.curve))
        case nil: return nil
        }
    }

    private init(_ material: Material, _ identifier: String?, _ algorithm: TokenAlgorithm) {
        self.material = material
        self.identifier = identifier
        self.algorithm = algorithm
    }

    /// nil for a key that is no private one, or cannot be used.
    public init?(jwk: JSONValue) {
        func bytes(_ name: String) -> [UInt8]? { (jwk[name]?.string).flatMap { Base64URL.decode(Array($0.utf8)) } }
        let material: Material
        let usual: TokenAlgorithm
        switch jwk["kty"]?.string {
        case "RSA":
            guard let n = bytes("n"), let e = bytes("e"), let d = bytes("d"), let p = bytes("p"), let q = bytes("q"),
                let key = RSAPrivateKey(modulus: n, exponent: e, privateExponent: d, p: p, q: q)
            else { return nil }
            material = .rsa(key)
            usual = .rs256
        case "EC":
            guard let curve = (jwk["crv"]?.string).flatMap(ECPublicKey.Curve.init(rawValue:)), let d = bytes("d"),
                let key = ECPrivateKey(curve, scalar: d)
            else { return nil }
            material = .curve(key)
            usual = Self.algorithm(of: curve)
        default:
            return nil
        }
        var algorithm = usual
        if let name = jwk["alg"]?.string {
            guard let known = TokenAlgorithm(rawValue: name) else { return nil }
            algorithm = known
        }
        self.init(material, jwk["kid"]?.string, algorithm)
        guard fits(algorithm) else { return nil }
    }

    /// Whether the key can sign with the algorithm: RSA with `RS…` and `PS…`, a curve with the `ES…` of its size.
    public func fits(_ algorithm: TokenAlgorithm) -> Bool {
        switch (material, algorithm) {
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256), (.rsa, .ps384), (.rsa, .ps512): true
        case (.curve(let key), .es256): key.curve == .p256
        case (.curve(let key), .es384): key.curve == .p384
        default: false
        }
    }

    /// nil where the key does not fit the algorithm, or its parts each other.
    public func signature(of text: [UInt8], _ algorithm: TokenAlgorithm) -> [UInt8]? {
        guard fits(algorithm) else { return nil }
        return switch material {
        case .rsa(let key):
            algorithm.isPSS ? key.signaturePSS(of: text, algorithm.hash) : key.signature(of: text, algorithm.hash)
        case .curve(let key): key.signature(of: text)
        }
    }

    private static func algorithm(of curve: ECPublicKey.Curve) -> TokenAlgorithm {
        curve == .p256 ? .es256 : .es384
    }

    private static func jwk(_ text: [UInt8]) -> JSONValue? {
        guard text.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let value = try? JSONValue(parsing: text),
            value["kty"]?.string != nil
        else { return nil }
        return value
    }
}
