import OrderedJSON

/// A signed JSON Web Token (RFC 7519, in the compact form of RFC 7515), read and not yet believed.
public struct JSONWebToken: Sendable {
    /// What the signature is made of: header and claims as they were sent.
    public let signed: [UInt8]
    /// The header's JSON.
    public let header: [UInt8]
    /// The claims' JSON, an object.
    public let claims: [UInt8]
    /// The third part, decoded; its length and layout depend on the algorithm (RFC 7518 section 3).
    public let signature: [UInt8]
    /// `alg`.
    public let algorithm: String
    /// `kid`.
    public let keyID: String?

    /// nil where a text has not the three parts of a token, where the first is no JSON object that names an algorithm,
    /// or where it has critical fields, which who does not know them must refuse (RFC 7515 section 4.1.11).
    public init?(_ text: [UInt8]) {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(Array(parts[0])),
            let claims = Base64URL.decode(Array(parts[1])),
            let signature = Base64URL.decode(Array(parts[2])), let fields = (try? JSONValue(parsing: header))?.object,
            let algorithm = fields["alg"]?.string, fields["crit"] == nil,
            (try? JSONValue(parsing: claims))?.object != nil
        else { return nil }
        signed = Array(text[..<parts[2].startIndex].dropLast())
        self.header = header
        self.claims = claims
        self.signature = signature
        self.algorithm = algorithm
        keyID = fields["kid"]?.string
    }

    /// Whether one of the keys has signed the token, with an algorithm of public keys that fits it.
    public func isSigned(byOneOf keys: [TokenKey]) -> Bool {
        guard let algorithm = TokenAlgorithm(rawValue: algorithm), !algorithm.isShared else { return false }
        return keys.contains { $0.fits(algorithm, keyID: keyID) && $0.verifies(signature, signed, algorithm) }
    }
}
