/// What a signature is good for: a day, a region and a service.
public struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    /// `20250409`.
    public let date: String
    /// The region's code, `eu-central-1`.
    public let region: String
    /// The service's signing name, which may differ from its host's: `ses` for `email`.
    public let service: String

    /// A scope. The date is that of the signature's time, in UTC.
    public init(date: some StringProtocol, region: String, service: String) {
        self.date = String(date)
        self.region = region
        self.service = service
    }

    /// `20250409/us-east-1/sqs/aws4_request`.
    public var description: String { date + "/" + region + "/" + service + "/aws4_request" }

    /// The key that signs: a chain of codes that starts with the secret.
    public func signingKey(_ secret: Secret) -> [UInt8] {
        var key = HMACSHA256.code(date.utf8, key: ("AWS4" + secret.revealed).utf8)
        for part in [region, service, "aws4_request"] { key = HMACSHA256.code(part.utf8, key: key) }
        return key
    }

    /// The signature of a canonical request, 64 hexadecimal digits.
    func signature(of canonicalRequest: [UInt8], at time: SigningTime, key: HMACSHA256.Key) -> String {
        Hex.text(key.code(stringToSign(canonicalRequest, at: time)))
    }

    func stringToSign(_ canonicalRequest: [UInt8], at time: SigningTime) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(160)
        out.append(contentsOf: "AWS4-HMAC-SHA256\n".utf8)
        out.append(contentsOf: time.text.utf8)
        out.append(UInt8(ascii: "\n"))
        out.append(contentsOf: description.utf8)
        out.append(UInt8(ascii: "\n"))
        Hex.append(SHA256.hash(canonicalRequest), to: &out)
        return out
    }
}
