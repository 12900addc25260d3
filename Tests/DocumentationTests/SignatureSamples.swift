import SigV4
import Testing

/// The samples of `SigV4`.
struct SignatureSamples {
    private let now = SigningTime(epochSeconds: 1_744_202_096)

    @Test func signing() {
        let credentials = Credentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        )
        let signer = RequestSigner(service: "sqs", region: "eu-central-1")
        var request = SignableRequest(
            method: "POST",
            path: "/",
            headers: [("Host", "sqs.eu-central-1.amazonaws.com"), ("Content-Type", "application/x-amz-json-1.0")],
        )
        let body = Array(#"{"QueueUrl": "orders", "MessageBody": "hello"}"#.utf8)
        let signature = signer.sign(
            request,
            payload: .bytes(body),
            credentials,
            at: SigningTime(epochSeconds: 1_744_202_096),
        )
        request.headers += signature.headers

        #expect(request.headers.map(\.name) == ["Host", "Content-Type", "X-Amz-Date", "Authorization"])
    }

    @Test func presigning() {
        let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

        let signer = RequestSigner(service: "s3", region: "eu-central-1")
        let download = SignableRequest(
            method: "GET",
            path: "/reports/2025.pdf",
            headers: [("Host", "example-bucket.s3.eu-central-1.amazonaws.com")],
        )
        let query = signer.presign(download, payload: .unsigned, credentials, at: now, expires: 900)
        let url = "https://example-bucket.s3.eu-central-1.amazonaws.com/reports/2025.pdf?" + query

        #expect(url.contains("&X-Amz-Expires=900&"))

        print(credentials.secretAccessKey)  // (secret)

        #expect("\(credentials.secretAccessKey)" == "(secret)")
    }

    @Test func verifying() throws {
        let known = ["AKIDEXAMPLE": Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")]

        let verifier = RequestVerifier(service: "execute-api", region: "eu-central-1")

        func caller(of request: SignableRequest, body: [UInt8], at now: SigningTime) throws(SignatureProblem) -> String?
        {
            guard let claim = try SignedRequest(request) else { return nil }
            guard let credentials = known[claim.accessKeyID] else {
                throw .invalid("The security token included in the request is invalid.")
            }
            try verifier.verify(claim, of: request, payload: .bytes(body), credentials, at: now)
            return claim.accessKeyID
        }

        let signer = RequestSigner(service: "execute-api", region: "eu-central-1")
        for credentials in [known["AKIDEXAMPLE"], Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: "secret")] {
            let credentials = try #require(credentials)
            var request = SignableRequest(method: "GET", path: "/pets", headers: [("Host", "api.example")])
            #expect(try caller(of: request, body: [], at: now) == nil)
            request.headers += signer.sign(request, payload: .bytes([]), credentials, at: now).headers
            if credentials.accessKeyID == "AKIDEXAMPLE" {
                #expect(try caller(of: request, body: [], at: now) == "AKIDEXAMPLE")
            } else {
                #expect(throws: SignatureProblem.self) { try caller(of: request, body: [], at: now) }
            }
        }
    }

    @Test func signingWithTheTimeOfNow() {
        let (request, body) = (SignableRequest(method: "POST", path: "/", headers: [("Host", "h")]), [UInt8]())
        let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
        let seconds = now.epochSeconds

        let signer = RequestSigner(service: "sqs", region: "eu-central-1")
        let signature = signer.sign(
            request,
            payload: .bytes(body),
            credentials,
            at: SigningTime(epochSeconds: seconds),
        )
        for header in signature.headers { print(header.name + ": " + header.value) }

        #expect(signature.signature.utf8.count == 64)
    }
}
