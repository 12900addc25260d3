/// Signs requests with Signature Version 4, for one service in one region.
///
/// ```swift
/// let signer = RequestSigner(service: "sqs", region: "eu-central-1")
/// let signature = signer.sign(request, payload: .bytes(body), credentials, at: SigningTime(epochSeconds: seconds))
/// for header in signature.headers { print(header.name + ": " + header.value) }
/// ```
public struct RequestSigner: Sendable {
    /// The service's signing name.
    public let service: String
    /// The region that the signature is for, `eu-central-1`; global services sign for `us-east-1`.
    public let region: String
    /// How the path becomes the canonical URI: as it is sent for S3, normalized for all others.
    public let pathRule: PathRule
    /// Whether `x-amz-content-sha256` is sent, as S3 demands.
    public let sendsPayloadHash: Bool
    private let keys: SigningKeyCache

    /// - Parameter keys: shared by signers that use the same credentials.
    public init(service: String, region: String, keys: SigningKeyCache = SigningKeyCache()) {
        let isS3 =
            service == "s3" || service == "s3express" || service == "s3-outposts" || service == "s3-object-lambda"
        self.init(
            service: service,
            region: region,
            pathRule: isS3 ? .asSent : .normalized,
            sendsPayloadHash: isS3,
            keys: keys,
        )
    }

    /// A signer with rules of its own, whatever the service's name.
    public init(service: String, region: String, pathRule: PathRule, sendsPayloadHash: Bool, keys: SigningKeyCache) {
        self.service = service
        self.region = region
        self.pathRule = pathRule
        self.sendsPayloadHash = sendsPayloadHash
        self.keys = keys
    }

    /// What makes a request a signed one.
    public struct Signature: Sendable {
        /// To be set on the request, each in place of one of its name: `Authorization`, `X-Amz-Date`,
        /// `X-Amz-Security-Token` with temporary credentials, and `x-amz-content-sha256` where it belongs.
        public let headers: [(name: String, value: String)]
        /// What was signed, for traces. It holds the session token where there is one.
        public let canonicalRequest: [UInt8]
        /// 64 hexadecimal digits.
        public let signature: String
    }

    /// Signs a request by header fields.
    /// - Parameters:
    ///   - request: as it will be sent, with `Host`. Fields that signing sets are ignored, and so are those
    ///     that proxies change on the way.
    ///   - payload: what of the body counts.
    public func sign(
        _ request: SignableRequest,
        payload: PayloadHash,
        _ credentials: Credentials,
        at time: SigningTime,
    ) -> Signature {
        var added: [(name: String, value: String)] = [(SigningHeaders.date, time.text)]
        if let token = credentials.sessionToken { added.append((SigningHeaders.token, token.revealed)) }
        if sendsPayloadHash || payload == .unsigned { added.append((SigningHeaders.payloadHash, payload.text)) }
        let headers = CanonicalForm.Headers(
            request.headers,
            leavingOut: added,
            and: added,
            where: SigningHeaders.isSigned,
        )
        let canonical = CanonicalForm.request(request, pathRule, headers: headers, payload: payload)
        let scope = CredentialScope(date: time.date, region: region, service: service)
        let signature = scope.signature(of: canonical, at: time, key: keys.key(scope, credentials.secretAccessKey))
        var authorization: [UInt8] = []
        authorization.reserveCapacity(256)
        authorization.append(contentsOf: "AWS4-HMAC-SHA256 Credential=".utf8)
        authorization.append(contentsOf: credentials.accessKeyID.utf8)
        authorization.append(UInt8(ascii: "/"))
        authorization.append(contentsOf: scope.description.utf8)
        authorization.append(contentsOf: ", SignedHeaders=".utf8)
        headers.appendNames(to: &authorization)
        authorization.append(contentsOf: ", Signature=".utf8)
        authorization.append(contentsOf: signature.utf8)
        added.append((SigningHeaders.authorization, String(decoding: authorization, as: UTF8.self)))
        return Signature(headers: added, canonicalRequest: canonical, signature: signature)
    }

    /// Signs a request by its query, so that the URL alone is enough: a presigned URL.
    /// - Parameters:
    ///   - payload: for S3 ``PayloadHash/unsigned``, since nobody knows the bytes yet.
    ///   - expires: seconds from `time` on, 1 to 604,800 (seven days).
    /// - Returns: the query to send, without `?`.
    public func presign(
        _ request: SignableRequest,
        payload: PayloadHash,
        _ credentials: Credentials,
        at time: SigningTime,
        expires: Int,
    ) -> String {
        let scope = CredentialScope(date: time.date, region: region, service: service)
        let headers = CanonicalForm.Headers(request.headers, where: SigningHeaders.isSigned)
        var names: [UInt8] = []
        headers.appendNames(to: &names)
        var parameters = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", credentials.accessKeyID + "/" + scope.description),
            (SigningHeaders.date, time.text),
            ("X-Amz-Expires", String(min(max(expires, 1), 604_800))),
            ("X-Amz-SignedHeaders", String(decoding: names, as: UTF8.self)),
        ]
        if let token = credentials.sessionToken { parameters.append((SigningHeaders.token, token.revealed)) }
        var query = request.query ?? ""
        for (name, value) in parameters {
            if !query.isEmpty { query += "&" }
            query += name + "=" + CanonicalForm.encoded(value)
        }
        var signed = request
        signed.query = query
        let canonical = CanonicalForm.request(signed, pathRule, headers: headers, payload: payload)
        let signature = scope.signature(of: canonical, at: time, key: keys.key(scope, credentials.secretAccessKey))
        return query + "&X-Amz-Signature=" + signature
    }
}

/// The names that signing deals with.
enum SigningHeaders {
    static let authorization = "Authorization"
    static let date = "X-Amz-Date"
    static let token = "X-Amz-Security-Token"
    static let payloadHash = "X-Amz-Content-SHA256"

    /// Fields that are set by signing, or changed by whoever is on the way.
    private static let unsigned: [[UInt8]] = [
        "authorization", "baggage", "connection", "expect", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade",
        "user-agent", "x-amzn-trace-id",
    ].map { Array($0.utf8) }

    /// - Parameter name: in lower case.
    static func isSigned(_ name: ArraySlice<UInt8>) -> Bool {
        for other in unsigned where other.count == name.count {
            if other[...] == name { return false }
        }
        return true
    }

    static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && left.utf8.elementsEqual(right.utf8) { CanonicalForm.lower($0) == CanonicalForm.lower($1) }
    }
}
