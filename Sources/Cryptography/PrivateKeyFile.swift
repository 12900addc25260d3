/// A private key as OpenSSL writes it: PEM (RFC 7468) around PKCS #8 (RFC 5958), PKCS #1 (RFC 8017 appendix A.1.2)
/// or SEC 1 (RFC 5915). Keys under a password are not read.
public enum PrivateKeyFile: Sendable {
    /// An RSA key with its factors.
    case rsa(RSAPrivateKey)
    /// A key on P-256 or P-384.
    case curve(ECPrivateKey)

    /// Whether a text is PEM at all.
    public static func isPEM(_ text: [UInt8]) -> Bool { String(decoding: text, as: UTF8.self).contains("-----BEGIN ") }

    /// nil for a text that holds no key that can be used. Other blocks before the key, such as the parameters of a
    /// curve, are passed over.
    public init?(pem text: [UInt8]) {
        let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard
            let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("PRIVATE KEY-----") }),
            let end = lines[begin...].firstIndex(where: { $0.hasPrefix("-----END ") })
        else { return nil }
        let block = lines[begin...end].joined(separator: "\n")
        if let key = RSAPrivateKey(pem: block) {
            self = .rsa(key)
        } else if let key = ECPrivateKey(pem: block) {
            self = .curve(key)
        } else {
            return nil
        }
    }
}
