/// What a signed request says about its signature: read, and not yet believed.
///
/// Its key id tells whose secret to look for; then ``RequestVerifier`` judges it.
public struct SignedRequest: Sendable {
    /// Whose secret has signed, as the request claims.
    public let accessKeyID: String
    /// The day, region and service that the signature claims to be for; the day is that of ``time``.
    public let scope: CredentialScope
    /// When it was signed, by the signer's clock.
    public let time: SigningTime
    /// In lower case, in the order of the signature.
    public let signedHeaders: [String]
    /// The claimed token of temporary credentials; nil for those of a user.
    public let sessionToken: String?
    /// Seconds for which a presigned URL holds; nil where the signature stands in a header.
    public let expires: Int?
    let signature: String

    static let algorithm = "AWS4-HMAC-SHA256"
    static let signatureParameter = "X-Amz-Signature"

    /// Finds the signature of a request; nil where there is none, which is not an error by itself.
    /// - Throws: ``SignatureProblem`` where there is one that says too little, or something that cannot be.
    public init?(_ request: SignableRequest) throws(SignatureProblem) {
        if let authorization = request.header(SigningHeaders.authorization) {
            guard authorization.utf8.starts(with: "AWS4-".utf8) else { return nil }
            try self.init(header: authorization, request)
        } else if let query = request.query {
            let parameters = Self.parameters(query)
            guard parameters["X-Amz-Algorithm"] != nil || parameters[Self.signatureParameter] != nil else { return nil }
            try self.init(parameters: parameters)
        } else {
            return nil
        }
    }

    private init(header: String, _ request: SignableRequest) throws(SignatureProblem) {
        guard let blank = header.utf8.firstIndex(of: 0x20), header[..<blank] == Self.algorithm else {
            throw .incomplete("Unsupported AWS 'algorithm'")
        }
        var parts: [String: String] = [:]
        for part in header[header.index(after: blank)...].split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            parts[String(pair[0].drop { $0 == " " })] = String(pair[1])
        }
        var missing: [String] = []
        for name in ["Credential", "Signature", "SignedHeaders"] where parts[name]?.isEmpty ?? true {
            missing.append("Authorization header requires '\(name)' parameter.")
        }
        let date = request.header(SigningHeaders.date)
        if date == nil {
            missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        }
        guard missing.isEmpty, let credential = parts["Credential"], let signature = parts["Signature"],
            let names = parts["SignedHeaders"], let date
        else { throw .incomplete(missing.joined(separator: " ")) }
        try self.init(
            credential: credential,
            signature: signature,
            signedHeaders: names,
            date: date,
            token: request.header(SigningHeaders.token),
            expires: nil,
        )
    }

    private init(parameters: [String: String]) throws(SignatureProblem) {
        guard parameters["X-Amz-Algorithm"] == Self.algorithm else { throw .incomplete("Unsupported AWS 'algorithm'") }
        var missing: [String] = []
        let required = [
            "X-Amz-Credential", Self.signatureParameter, "X-Amz-SignedHeaders", SigningHeaders.date, "X-Amz-Expires",
        ]
        for name in required where parameters[name]?.isEmpty ?? true {
            missing.append("AWS query-string parameters must include '\(name)'.")
        }
        guard missing.isEmpty, let credential = parameters["X-Amz-Credential"],
            let signature = parameters[Self.signatureParameter], let names = parameters["X-Amz-SignedHeaders"],
            let date = parameters[SigningHeaders.date], let expires = parameters["X-Amz-Expires"]
        else { throw .incomplete(missing.joined(separator: " ")) }
        guard let seconds = Int(expires), (1...604_800).contains(seconds) else {
            throw .incomplete("X-Amz-Expires must be a number from 1 to 604800.")
        }
        try self.init(
            credential: credential,
            signature: signature,
            signedHeaders: names,
            date: date,
            token: parameters[SigningHeaders.token],
            expires: seconds,
        )
    }

    private init(
        credential: String,
        signature: String,
        signedHeaders: String,
        date: String,
        token: String?,
        expires: Int?,
    ) throws(SignatureProblem) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[4] == "aws4_request", !parts[0].isEmpty else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
            )
        }
        guard let time = SigningTime(date) else {
            throw .incomplete("Date must be in ISO-8601 'basic format'.")
        }
        guard parts[1] == time.date else {
            throw .invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
        }
        accessKeyID = String(parts[0])
        scope = CredentialScope(date: parts[1], region: String(parts[2]), service: String(parts[3]))
        self.time = time
        self.signature = signature
        self.signedHeaders = signedHeaders.split(separator: ";").map(String.init)
        sessionToken = token
        self.expires = expires
    }

    /// Decoded; of a name that stands twice the first counts, and the signature covers both.
    private static func parameters(_ query: String) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = decoded(sides[0])
            if parameters[name] == nil { parameters[name] = sides.count == 2 ? decoded(sides[1]) : "" }
        }
        return parameters
    }

    private static func decoded(_ text: Substring) -> String {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(at + 1)...(at + 2)], as: UTF8.self), radix: 16)
            {
                out.append(value)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// Why a signature does not count.
public enum SignatureProblem: Error, Sendable, Equatable {
    /// It says too little, or what cannot be read: `IncompleteSignatureException`.
    case incomplete(String)
    /// It is wrong, too old, from the future, or for something else: `InvalidSignatureException`.
    case invalid(String)

    /// For the client; holds no secret.
    public var message: String {
        switch self {
        case .incomplete(let text), .invalid(let text): text
        }
    }
}
