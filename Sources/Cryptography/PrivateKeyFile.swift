/// A private key as OpenSSL writes it: PEM (RFC 7468) around PKCS #8 (RFC 5958), PKCS #1 (RFC 8017 appendix A.1.2)
/// or SEC 1 (RFC 5915). Keys under a password are not read.
public enum PrivateKeyFile: Sendable {
    /// An RSA key with its factors.
    case rsa(RSAPrivateKey)
    /// A key on P-256 or P-384.
    case curve(ECPrivateKey)

    /// Whether a text is PEM at all.
    public static func isPEM(_ text: [UInt8]) -> Bool { contains(text, Array("-----BEGIN ".utf8)) }

    /// nil for a text that holds no key that can be used.
    public init?(pem text: [UInt8]) {
        let lines = text.split { $0 == 0x0A || $0 == 0x0D }
        guard let begin = lines.firstIndex(where: { Self.is($0, "-----BEGIN ") && Self.ends($0, "PRIVATE KEY-----") }),
            let end = lines[begin...].firstIndex(where: { Self.is($0, "-----END ") }),
            let bytes = Self.base64(lines[(begin + 1)..<end].joined())
        else { return nil }
        var file = DER(bytes)
        guard var sequence = file.sequence(), let version = sequence.integer() else { return nil }
        switch lines[begin].dropFirst(11) {
        case let label where Self.is(label, "RSA "): self.init(pkcs1: &sequence)
        case let label where Self.is(label, "EC "): self.init(sec1: &sequence, version, nil)
        case let label where Self.is(label, "PRIVATE"): self.init(pkcs8: &sequence)
        default: return nil
        }
    }

    private init?(pkcs8 sequence: inout DER) {
        guard var algorithm = sequence.sequence(), let name = algorithm.object(), let key = sequence.octets() else { return nil }
        var content = DER(key)
        guard var inner = content.sequence(), let version = inner.integer() else { return nil }
        switch name {
        case Self.rsaEncryption: self.init(pkcs1: &inner)
        case Self.ecPublicKey: self.init(sec1: &inner, version, algorithm.object())
        default: return nil
        }
    }

    /// Behind the version.
    private init?(pkcs1 sequence: inout DER) {
        var numbers: [[UInt8]] = []
        while numbers.count < 8, let number = sequence.integer() { numbers.append(number) }
        guard numbers.count == 8 else { return nil }
        let key = RSAPrivateKey(
            modulus: numbers[0], exponent: numbers[1], p: numbers[3], q: numbers[4], firstExponent: numbers[5],
            secondExponent: numbers[6], coefficient: numbers[7])
        guard let key else { return nil }
        self = .rsa(key)
    }

    /// Behind the version, which is 1.
    private init?(sec1 sequence: inout DER, _ version: [UInt8], _ curve: [UInt8]?) {
        guard version == [1], let scalar = sequence.octets() else { return nil }
        var name = curve
        if name == nil, var parameters = sequence.tagged(0xA0) { name = parameters.object() }
        let known: ECPublicKey.Curve
        switch name {
        case Self.p256?: known = .p256
        case Self.p384?: known = .p384
        default: return nil
        }
        guard let key = ECPrivateKey(known, scalar: scalar) else { return nil }
        self = .curve(key)
    }

    // Object identifiers, as DER has them.
    private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]
    private static let ecPublicKey: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]
    private static let p256: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]
    private static let p384: [UInt8] = [0x2B, 0x81, 4, 0, 0x22]

    // MARK: Text

    private static func `is`(_ line: ArraySlice<UInt8>, _ prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { line.starts(with: $0) }
    }

    private static func ends(_ line: ArraySlice<UInt8>, _ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { line.count >= $0.count && line.suffix($0.count).elementsEqual($0) }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        text.indices.contains { text[$0...].starts(with: part) }
    }

    private static func base64(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for byte in text {
            let value: UInt32
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte - UInt8(ascii: "0")) + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="), 0x20, 0x09: continue
            default: return nil
            }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return out
    }
}

/// Reads the definite lengths of DER (X.690), front to back.
private struct DER {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func sequence() -> DER? { tagged(0x30) }
    mutating func integer() -> [UInt8]? { value(2) }
    mutating func octets() -> [UInt8]? { value(4) }
    mutating func object() -> [UInt8]? { value(6) }
    mutating func tagged(_ tag: UInt8) -> DER? { value(tag).map(DER.init) }

    /// The content of the next element if it has this tag.
    private mutating func value(_ tag: UInt8) -> [UInt8]? {
        guard at + 1 < bytes.count, bytes[at] == tag else { return nil }
        var length = Int(bytes[at + 1])
        var start = at + 2
        if length >= 0x80 {
            let digits = length - 0x80
            guard (1...3).contains(digits), start + digits <= bytes.count else { return nil }
            length = bytes[start..<(start + digits)].reduce(0) { $0 << 8 | Int($1) }
            start += digits
        }
        guard length <= bytes.count - start else { return nil }
        at = start + length
        return Array(bytes[start..<at])
    }
}
