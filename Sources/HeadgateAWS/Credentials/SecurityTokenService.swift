import Headgate
import SigV4

/// The calls of STS that give credentials for a role.
struct SecurityTokenService: Sendable {
    /// What a session is asked for with.
    struct Session: Sendable, Hashable {
        var name = "HeadgateSession"
        var externalID: String?
        var durationSeconds: Int?
        var tags: [Tag] = []

        struct Tag: Sendable, Hashable {
            var key: String
            var value: String
        }
    }

    let client: AWSClient
    /// The base URL, and the region of signatures.
    let base: String
    let region: String
    let keys: SigningKeyCache
    let clock: any GatewayClock
    /// Whether the endpoint is an emulator on this machine that stands for all services, and may lack STS.
    var isEmulator = false
    /// Tells the operator that the emulator lacks it.
    var warn: @Sendable (String) -> Void = { _ in }

    /// An emulator that has no STS knows no roles: calls of it are signed with the credentials that would have
    /// assumed the role, and the operator is told. Whatever STS itself answers, and everything from any other
    /// endpoint, is taken at its word: a role that may not be assumed is a failure.
    /// - Throws: ``CredentialsProblem`` that begins with the role.
    func assumeRole(
        _ role: String,
        _ session: Session,
        by credentials: Credentials,
    ) async throws(CredentialsProblem) -> Credentials {
        var form = Query()
        form.add("Action", "AssumeRole")
        form.add("Version", "2011-06-15")
        form.add("RoleArn", role)
        form.add("RoleSessionName", session.name)
        if let duration = session.durationSeconds { form.add("DurationSeconds", String(duration)) }
        if let id = session.externalID { form.add("ExternalId", id) }
        for (index, tag) in session.tags.enumerated() {
            form.add("Tags.member.\(index + 1).Key", tag.key)
            form.add("Tags.member.\(index + 1).Value", tag.value)
        }
        return try await call(form, signedBy: credentials, whatFor: "assuming \(role)")
    }

    func assumeRole(_ role: String, sessionName: String, webIdentity token: Secret) async throws(CredentialsProblem)
        -> Credentials
    {
        var form = Query()
        form.add("Action", "AssumeRoleWithWebIdentity")
        form.add("Version", "2011-06-15")
        form.add("RoleArn", role)
        form.add("RoleSessionName", sessionName)
        form.add("WebIdentityToken", token.revealed)
        return try await call(form, signedBy: nil, whatFor: "assuming \(role) by web identity")
    }

    /// Whether STS has answered, and not an emulator that does not know what is asked: STS answers in XML of
    /// its own, also where the answer is cut off, and what refuses access knows what it refuses.
    private static func isAnswered(_ response: IntegrationResponse) -> Bool {
        if response.status == 401 || response.status == 403 { return true }
        let text = response.body.text
        let start = "<AssumeRole"
        return text.contains("https://sts.amazonaws.com/doc/2011-06-15/") || text.hasPrefix(start)
            || !text.isEmpty && start.hasPrefix(text)
    }

    private func call(
        _ form: Query,
        signedBy credentials: Credentials?,
        whatFor: String,
    ) async throws(CredentialsProblem) -> Credentials {
        let body = Array(form.encoded.utf8)
        var skew: Int64 = 0
        for attempt in 1... {
            var request = try AWSClient.request(
                "POST",
                base + "/",
                headers: [
                    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Accept": "application/xml",
                ],
                body: body,
                timeoutMilliseconds: 10_000,
            )
            if let credentials {
                let signer = RequestSigner(service: "sts", region: region, keys: keys)
                request.sign(
                    signer,
                    credentials,
                    at: SigningTime(epochSeconds: clock.epochMilliseconds() / 1000 + skew),
                )
            }
            let response = try await client.perform(request, whatFor: whatFor)
            if let credentials, isEmulator, !Self.isAnswered(response) {
                warn(
                    "\(base) has no STS; what is to be signed as a role is signed by \(credentials.accessKeyID): \(whatFor)"
                )
                return credentials
            }
            if response.status >= 500, attempt < 3 { continue }
            let now = clock.epochMilliseconds() / 1000
            if attempt == 1, let other = ClockSkew.seconds(in: response, signedAt: now + skew, now: now) {
                skew = other
                continue
            }
            return try CredentialsDocument.sts(response.body.bytes ?? [], status: response.status, from: whatFor)
        }
        throw CredentialsProblem("\(whatFor): no answer")
    }
}

/// Clocks that differ from AWS's so much that it refuses signatures.
enum ClockSkew {
    private static let codes = [
        "RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException", "SignatureDoesNotMatch",
    ]

    /// How many seconds the service is ahead of our clock, if that is why it refused the request.
    /// - Parameters:
    ///   - signedAt: the time in the signature that was refused.
    ///   - now: our clock, uncorrected.
    static func seconds(in response: IntegrationResponse, signedAt: Int64, now: Int64) -> Int64? {
        guard response.status == 400 || response.status == 403, let date = response.headers.first("Date"),
            let theirs = HTTPTime.epochSeconds(date), abs(theirs - signedAt) > 240
        else { return nil }
        let body = response.body.text
        return codes.contains(where: { body.contains($0) }) ? theirs - now : nil
    }
}

/// `Wed, 09 Apr 2025 12:34:56 GMT` (RFC 9110 section 5.6.7).
enum HTTPTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func epochSeconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return SigningTime(parts[3] + number + parts[1] + "T" + parts[4].filter { $0 != ":" } + "Z")?.epochSeconds
    }
}
