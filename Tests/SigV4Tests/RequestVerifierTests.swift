import SigV4
import Testing

struct RequestVerifierTests {
    private let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
    private let verifier = RequestVerifier(service: "execute-api", region: "us-east-1")
    private let signer = RequestSigner(service: "execute-api", region: "us-east-1")
    private let now = SigningTime(epochSeconds: 1_744_202_096)

    private func signed(
        headers: [(name: String, value: String)] = [],
        by signer: RequestSigner? = nil,
        after seconds: Int64 = 0,
    ) -> SignableRequest {
        var request = SignableRequest(
            method: "GET",
            path: "/a",
            query: "b=1",
            headers: [("Host", "api.example")] + headers,
        )
        let time = SigningTime(epochSeconds: now.epochSeconds + seconds)
        request.headers += (signer ?? self.signer).sign(request, payload: .bytes([]), credentials, at: time).headers
        return request
    }

    private func problem(_ request: SignableRequest) -> String? {
        do throws(SignatureProblem) {
            guard let claim = try SignedRequest(request) else { return "unsigned" }
            try verifier.verify(claim, of: request, payload: .bytes([]), credentials, at: now)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func acceptsWhatIsSignedNow() {
        #expect(problem(signed()) == nil)
        #expect(problem(signed(after: 299)) == nil)
        #expect(problem(signed(after: -299)) == nil)
    }

    @Test func clocksMayBeFiveMinutesApart() {
        #expect(
            problem(signed(after: -301))
                == "Signature expired: 20250409T122955Z is now earlier than 20250409T122956Z (20250409T123456Z - 5 min.)"
        )
        #expect(
            problem(signed(after: 301))
                == "Signature not yet current: 20250409T123957Z is still later than 20250409T123956Z (20250409T123456Z + 5 min.)"
        )
    }

    @Test func theScopeCounts() {
        #expect(
            problem(signed(by: RequestSigner(service: "s3", region: "eu-west-1")))
                == "Credential should be scoped to a valid region, not 'eu-west-1'. "
                + "Credential should be scoped to correct service: 'execute-api'."
        )
    }

    @Test func whatCountsMustBeSigned() {
        var request = signed()
        request.headers.append(("x-amz-added", "1"))
        #expect(problem(request) == "'x-amz-added' must be a 'SignedHeader' in the AWS Authorization.")
        request = signed(headers: [("X-Note", "a")])
        request.headers.removeAll { $0.name == "X-Note" }
        #expect(problem(request) == "The signed header 'x-note' is not in the request.")
    }

    @Test func presignedURLsExpire() throws {
        var request = SignableRequest(method: "GET", path: "/a", headers: [("Host", "api.example")])
        let before = SigningTime(epochSeconds: now.epochSeconds - 61)
        request.query = signer.presign(request, payload: .bytes([]), credentials, at: before, expires: 60)
        #expect(problem(request) == "Signature expired: 20250409T123455Z is now earlier than 20250409T123456Z")
        request.query = nil
        request.query = signer.presign(request, payload: .bytes([]), credentials, at: before, expires: 61)
        #expect(problem(request) == nil)
        request.query? += "&more=1"
        #expect(problem(request)?.hasPrefix("The request signature we calculated does not match") == true)
    }

    @Test func aTokenMustBeTheRightOne() throws {
        let temporary = Credentials(accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "token")
        var request = SignableRequest(method: "GET", path: "/", headers: [("Host", "h")])
        request.headers += signer.sign(request, payload: .bytes([]), temporary, at: now).headers
        let claim = try #require(try SignedRequest(request))
        try verifier.verify(claim, of: request, payload: .bytes([]), temporary, at: now)
        let other = Credentials(accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "other")
        #expect(throws: SignatureProblem.invalid("The security token included in the request is invalid.")) {
            try verifier.verify(claim, of: request, payload: .bytes([]), other, at: now)
        }
    }

    @Test(arguments: [
        (
            "AWS4-HMAC-SHA256 Credential=a/20250409/us-east-1/execute-api/aws4_request",
            "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/20250408/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
        ),
        ("AWS4-ECDSA-P256-SHA256 Credential=a", "Unsupported AWS 'algorithm'"),
        ("AWS4-HMAC-SHA256", "Unsupported AWS 'algorithm'"),
    ])
    func whatSaysTooLittle(_ authorization: String, _ message: String) {
        let request = SignableRequest(
            method: "GET",
            path: "/",
            headers: [("Host", "h"), ("X-Amz-Date", "20250409T123456Z"), ("Authorization", authorization)],
        )
        #expect(problem(request) == message)
    }

    @Test func otherAuthorizationIsNoSignature() {
        let request = SignableRequest(
            method: "GET",
            path: "/",
            headers: [("Host", "h"), ("Authorization", "Bearer x")],
        )
        #expect(problem(request) == "unsigned")
    }

    @Test(arguments: [
        "20250431T000000Z", "20250409T240000Z", "2025-04-09T00:00:00Z", "", "19691231T235959Z", "２0250409T123456Z",
    ])
    func noDates(_ text: String) {
        #expect(SigningTime(text) == nil)
    }

    @Test(arguments: [0, 951_782_399, 951_782_400, 4_102_444_799, 1_709_251_199] as [Int64])
    func datesComeBack(_ seconds: Int64) {
        #expect(SigningTime(SigningTime(epochSeconds: seconds).text)?.epochSeconds == seconds)
    }

    @Test func keysAreKeptByScopeAndSecret() {
        let cache = SigningKeyCache(capacity: 3)
        let scopes = ["a", "b", "c", "d"].map { CredentialScope(date: "20250409", region: $0, service: "s3") }
        for _ in 0..<3 {
            for scope in scopes {
                for secret in [Secret("1"), Secret("2")] {
                    #expect(cache.key(scope, secret).code([1]) == HMACSHA256.code([1], key: scope.signingKey(secret)))
                }
            }
        }
    }
}
