/// Judges signatures of requests to one service in one region: the other side of ``RequestSigner``.
public struct RequestVerifier: Sendable {
    /// `execute-api` for callers of an API.
    public let service: String
    /// The region that signatures must be for.
    public let region: String
    /// How the path becomes the canonical URI; the same as the signer's.
    public let pathRule: PathRule
    /// How far the caller's clock may be off, in seconds.
    public let allowedSkew: Int64
    private let keys: SigningKeyCache

    /// A verifier. It accepts clocks that are off by five minutes either way, as AWS does, unless told otherwise.
    /// - Parameter keys: shared with whatever else verifies signatures of the same callers.
    public init(
        service: String,
        region: String,
        pathRule: PathRule = .normalized,
        allowedSkew: Int64 = 300,
        keys: SigningKeyCache = SigningKeyCache(),
    ) {
        self.service = service
        self.region = region
        self.pathRule = pathRule
        self.allowedSkew = allowedSkew
        self.keys = keys
    }

    /// - Parameters:
    ///   - claim: what the request says, read by ``SignedRequest/init(_:)``.
    ///   - request: as it came.
    ///   - payload: the request's body; its hash is compared through the signature.
    ///   - credentials: those of the claim's access key.
    /// - Throws: ``SignatureProblem`` unless whoever knows the secret has signed just this request, just now.
    public func verify(
        _ claim: SignedRequest,
        of request: SignableRequest,
        payload: PayloadHash,
        _ credentials: Credentials,
        at now: SigningTime,
    ) throws(SignatureProblem) {
        try checkScope(claim)
        try checkTime(claim, now)
        try checkHeaders(claim, request)
        if let token = credentials.sessionToken {
            guard let given = claim.sessionToken, Secret(given) == token else {
                throw .invalid("The security token included in the request is invalid.")
            }
        }
        let names = claim.signedHeaders.map { Array($0.utf8) }
        let headers = CanonicalForm.Headers(request.headers) { name in names.contains { $0[...] == name } }
        let canonical = CanonicalForm.request(
            request,
            pathRule,
            headers: headers,
            payload: payload,
            leavingOutOfQuery: claim.expires == nil ? nil : SignedRequest.signatureParameter,
        )
        let key = keys.key(claim.scope, credentials.secretAccessKey)
        let expected = claim.scope.signature(of: canonical, at: claim.time, key: key)
        guard constantTimeEquals(expected.utf8, claim.signature.utf8) else {
            throw .invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                    + "Access Key and signing method. Consult the service documentation for details."
            )
        }
    }

    private func checkScope(_ claim: SignedRequest) throws(SignatureProblem) {
        var problems: [String] = []
        if claim.scope.region != region {
            problems.append("Credential should be scoped to a valid region, not '\(shown(claim.scope.region))'.")
        }
        if claim.scope.service != service {
            problems.append("Credential should be scoped to correct service: '\(service)'.")
        }
        guard problems.isEmpty else { throw .invalid(problems.joined(separator: " ")) }
    }

    private func shown(_ text: String) -> String { String(text.prefix(32)) }

    private func checkTime(_ claim: SignedRequest, _ now: SigningTime) throws(SignatureProblem) {
        let signed = claim.time.epochSeconds
        if signed - allowedSkew > now.epochSeconds {
            let latest = SigningTime(epochSeconds: now.epochSeconds + allowedSkew)
            throw .invalid(
                "Signature not yet current: \(claim.time) is still later than \(latest) (\(now) + \(allowedSkew / 60) min.)"
            )
        }
        if let expires = claim.expires {
            guard signed + Int64(expires) < now.epochSeconds else { return }
            throw .invalid(
                "Signature expired: \(SigningTime(epochSeconds: signed + Int64(expires))) is now earlier than \(now)"
            )
        }
        if signed + allowedSkew < now.epochSeconds {
            let earliest = SigningTime(epochSeconds: now.epochSeconds - allowedSkew)
            throw .invalid(
                "Signature expired: \(claim.time) is now earlier than \(earliest) (\(now) - \(allowedSkew / 60) min.)"
            )
        }
    }

    /// `Host` and every `x-amz-` field that the request has must be signed, or somebody on the way could change them.
    private func checkHeaders(_ claim: SignedRequest, _ request: SignableRequest) throws(SignatureProblem) {
        guard claim.signedHeaders.contains("host") else {
            throw .invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        for field in request.headers {
            let name = String(decoding: field.name.utf8.map(CanonicalForm.lower), as: UTF8.self)
            guard name.utf8.starts(with: "x-amz-".utf8), !claim.signedHeaders.contains(name) else { continue }
            // S3's clients may send the hash without signing it where the query signs.
            if claim.expires != nil, name == "x-amz-content-sha256" { continue }
            throw .invalid("'\(name.prefix(64))' must be a 'SignedHeader' in the AWS Authorization.")
        }
        for name in claim.signedHeaders where request.header(name) == nil {
            throw .invalid("The signed header '\(name.prefix(64))' is not in the request.")
        }
    }
}
