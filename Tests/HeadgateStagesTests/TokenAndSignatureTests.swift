import Headgate
import OrderedJSON
import SigV4
import Synchronization
import Testing

@testable import HeadgateStages

/// Tokens that `openssl dgst -sha256 -sign` has signed, with a key made for this test, and the issuer that has its
/// public half.
private enum Samples {
    static let keys =
        #"{"keys": [{"kty": "RSA", "kid": "k1", "use": "sig", "e": "AQAB", "n": ""#
        + modulus + #""}]}"#

    private static let modulus =
        "kQdc0efw50WYNCoPgMJgvx_TfKhBbvTb7DCgX3q2Pz7P3sq4-xYcE7NhkmQfoF1EuL5pZbwmNIgfDbs1PmTswhZ_PO"
        + "Spi2cavpebQ0MDCx3vctzcsheoWADkZ0WLZNW2pkmexwR4ALvVZrfsX45huY5064EfngeTGmrQN8MxmIclUQx2u06n"
        + "sxkJr4_TSYXekIwuhKURcLGNYWvT2TlWkTheC7afhOPAu0hMSAoaRod4gk_SabdXumXRtD8oTuqdCCJO5E_5kS_993"
        + "K02bQqxY19JmgvBs_es1sY93b-eviz8tKfkMsvRbuotfbLKE8fxnqlTizf-7MVsisenVFVPQ"

    static let good =
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsxIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIudGVzdCIsICJzdWIiOi"
        + "AiYW5hIiwgImV4cCI6IDQxMDI0NDQ4MDAsICJhdWQiOiAiYXBwIiwgImdyb3VwcyI6IFsiYSIsICJiIl0sICJsZXZl"
        + "bCI6IDN9.GacGf0lFa2aEGQNeEAZkA8Br6brHKKNFvDobA-ePuvNguglySgSjzlTdZKJX9Md4mPMy-Q1pGPCuuARGr"
        + "gzMb0Sl80CJgrYE6hSCXWtZ8Jt5dBR20Q8s4tojlDxTzm2_m4Wsc7rQVUCn85Fio-irhjv0F-wNYxTPNc_Plu-IARZ"
        + "A0oLC_XmrtAf8XKTKih4VDqTE6FWuGtD66fAEuSNu6JkiCTI2CJFxmbNkFLgn1rlKgXBqneuVTcN_rp626b33wx3cG"
        + "u_DvY_t92q_w-o9p-utbeZWWByMlo3bgdKVmcaHHX4M31idbYNB1a7eD9owpkKHvk0lyVz0CC8ZWQ7eeQ"

    static let expired =
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsxIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIudGVzdCIsICJzdWIiOi"
        + "AiYW5hIiwgImV4cCI6IDE2MDAwMDAwMDAsICJhdWQiOiAiYXBwIiwgImdyb3VwcyI6IFsiYSIsICJiIl0sICJsZXZl"
        + "bCI6IDN9.faI6Eq89-3bTQF5KvkWO2ph92d46KYKtOw9G05J_BEADbU0i41pOF794wT9iapR8XThL9FMrgt_txchoR"
        + "EKNMlXJzixsldkHT7BtdhC4HpwjfdW5Lqb_QXiQTar4nNIYMnGkGQDYU_LkFuxpHy1sTI3SYiWtCLg3w7rLkd9ad72"
        + "U2iubz5hT1-k1IOVIJIQ4Vj6fNnbkVukSOnPp9jvO-97eHVefB-FNPKn-zZLst1PvIQybVzYuIMnm2VVONQd7zMrf6"
        + "7siJUqdbC_EKlIYYwuhMBoh7s389H5IFy1XtJZtSUl8Aks7K81wMISsyTazPEjYz-q9heNfTbFPDdqWQw"

    static let early =
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsxIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIudGVzdCIsICJzdWIiOi"
        + "AiYW5hIiwgImV4cCI6IDQxMDI0NDQ4MDAsICJhdWQiOiAiYXBwIiwgImdyb3VwcyI6IFsiYSIsICJiIl0sICJsZXZl"
        + "bCI6IDMsICJuYmYiOiA0MTAyNDQ0MDAwfQ.g4EH7Y9_ZmHHQj0KjiFqkvbPM7YMYmzZH2bNpHVG4ncKj5X2lUC4FQu"
        + "qiZqXW-nwhO_Zm9DMioLAtZHqt-vk-OfJxddDnnaX-qQMKKP2tIp_V9jGOxAmFYVyZBjGSwDsTjofOVfppaO-4-nzF"
        + "mlIJEzw9VZwiC4sA7ilNtph_zpe8QZEjUyDv7UhlwPES6rAn0S9VxV004LFh_N3IC3L-J6dK-K_4uJFqjEbraSiR8o"
        + "CUdXONFAZHRnV4u8TR8QU3mQ4gtyS0CswAz93oeCpOhu5SL5-KFkAELEUjlri80Cht785HGpocr1JVYCB9dyslQ5UU"
        + "nSpk1zx_xS_9EvijA"

    static let issuer =
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsxIn0.eyJpc3MiOiAiaHR0cHM6Ly94LnRlc3QiLCAic3ViIjogImFuYS"
        + "IsICJleHAiOiA0MTAyNDQ0ODAwLCAiYXVkIjogImFwcCIsICJncm91cHMiOiBbImEiLCAiYiJdLCAibGV2ZWwiOiAz"
        + "fQ.gtbdMNNB0it_KMvMpl4uxky6qUGikqc-Fmioj0FOueMEr4mSJnZTbN1XMVmUmyA7cm5kFyEhDa1rLrsXjmYOjRz"
        + "DxPOqpxUEcQE2qSCN59RndKNJPYB8cOB8DZgW0dyLdu89CCIwqrsufOf-Fktx0ecDFAk3IrOYQ9imXBs10SXQi1dkY"
        + "VKHv-Q3lPj6IXK4-1qG09-ot_ViKHM6LQTT9dMzjosImRZ4MIPAh8Mz0gNQRTqHXmOeln5Zqgb6WQZZi0o1T8n5oWF"
        + "Rg_eftLEc7_BHrgggxNsvqlqJDQEYkSt4GA3uYTm2POZ11vx2FxNyNHOknRpvVBV4fNRqN4JhrA"

    static let scoped =
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsxIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIudGVzdCIsICJzdWIiOi"
        + "AiYW5hIiwgImV4cCI6IDQxMDI0NDQ4MDAsICJhdWQiOiAiYXBwIiwgImdyb3VwcyI6IFsiYSIsICJiIl0sICJsZXZl"
        + "bCI6IDMsICJzY29wZSI6ICJyZWFkIHdyaXRlIn0.JdEBkOkCAuqW-liEje_TFWze39cjXYCczHzIYMg8izBjBbT_Xt"
        + "mMsu2j8pLpKBroU3Db7XMZGUGKKMHDJsFMqL-4yEna5cINlDgiSG3S0qfQqU4bMQv1lk-cueVYm1M3qEg5A2kUUR3d"
        + "g47bSd_DGFJhAPCX-_zU26ZM0jB-jFsTe_vXqVfSJlKYbB9pny80H3ixl6FLoyNGsD3kNa25ISU8s2cJgPglCQV8LO"
        + "yqS4MSNjuH3Fo4RdtEjXZcK4JJpKsNYq2u6oHSB-NC0ZUSKrGPm77O-RgBwcyfEF6xZSho31LntjwSt3SS29sha4hr"
        + "vL_TN0bBw68rr3Xk5cLbsQ"

    static let kid =
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsyIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIudGVzdCIsICJzdWIiOi"
        + "AiYW5hIiwgImV4cCI6IDQxMDI0NDQ4MDAsICJhdWQiOiAiYXBwIiwgImdyb3VwcyI6IFsiYSIsICJiIl0sICJsZXZl"
        + "bCI6IDN9.e4qrK3GHgfw6jvNXRqWh0jsZYoPGK2RlW5xo1ItnQ6r1ciNib0-MJFwq0J6Qj0PZWF15WyH6cejKCBuIS"
        + "DrZcc74De007LLRRbhNMQ_7Te6QaqfFZp2ey439Hmrs979bHDG2kSB4_AjdYGnzyTugO8lb5Q8YS4kH0lVNW4Lk306"
        + "k8_6ppfnHFs8mG3Q8VeRTMz3j6K3_-qVDLeJK9iKrHlIftrGgaMcLEhRrSd96vsZHGcPS0vfVhMiEv-70iP3-yFPFz"
        + "69MVvkSahPdGlt8n6jhtqAJ5cAO_h96PBbuq0A6c1wcUpN45X2HlGqBJe-lUzk8QDSgPfGZlzELwJrSzw"

}

/// An issuer that is no issuer: counts how often its keys are fetched.
private final class ScriptedIssuer: Dispatcher {
    let status: Int
    let count = Mutex(0)

    init(status: Int = 200) { self.status = status }

    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        count.withLock { $0 += 1 }
        let isRight = request.url == "https://issuer.test/.well-known/jwks.json"
        completion(.success(IntegrationResponse(status: isRight ? status : 404, body: Body(Samples.keys))))
    }
}

struct TokenAndSignatureTests {
    private static func serve(_ stage: any Stage, _ headers: Headers, body: String = "") async throws -> Exchange {
        let end = MockStage(fixed: IntegrationResponse(status: 200))
        let request = MethodRequest(
            method: "POST",
            path: "/7",
            rawQuery: "b=2&a=1",
            headers: headers,
            body: Body(body),
        )
        return try await Exchanges.serve([("stage", .authorize, stage), ("mock", .dispatch, end)], request)
    }

    private static func stage(_ issuer: ScriptedIssuer, scopes: [String] = []) throws -> JWTAuthorizerStage {
        JWTAuthorizerStage(
            issuers: [try TokenIssuer("https://issuer.test")],
            sources: try IdentitySources("method.request.header.Authorization"),
            audience: nil,
            scopes: scopes,
            dispatcher: issuer,
        )
    }

    @Test("A good token, with and without Bearer; the keys are fetched once")
    func good() async throws {
        let issuer = ScriptedIssuer()
        let stage = try Self.stage(issuer)
        for prefix in ["", "Bearer ", "bearer "] {
            let exchange = try await Self.serve(stage, ["Authorization": prefix + Samples.good])
            #expect(exchange.response.status == 200)
            let claims = exchange.contextMembers.last { $0.name == "authorizer" }?.value["claims"]
            #expect(claims?["sub"] == "ana" && claims?["groups"] == "a,b" && claims?["level"] == "3")
        }
        #expect(issuer.count.withLock { $0 } == 1)
    }

    @Test(arguments: [
        ("", "Unauthorized"), ("x", "Unauthorized"), (Samples.expired, "The incoming token has expired"),
        (Samples.early, "Unauthorized"), (Samples.issuer, "Unauthorized"), (Samples.kid, "Unauthorized"),
        (String(Samples.good.dropLast(4)) + "AAAA", "Unauthorized"), ("eyJhbGciOiJub25lIn0.e30.", "Unauthorized"),
    ])
    func refused(_ token: String, _ message: String) async throws {
        let exchange = try await Self.serve(try Self.stage(ScriptedIssuer()), ["Authorization": token])
        #expect(exchange.response.status == 401)
        #expect(exchange.response.body.text == "{\"message\":\"\(message)\"}")
    }

    @Test func scopes() async throws {
        let issuer = ScriptedIssuer()
        #expect(
            try await Self.serve(try Self.stage(issuer, scopes: ["write"]), ["Authorization": Samples.scoped]).response
                .status == 200
        )
        #expect(
            try await Self.serve(try Self.stage(issuer, scopes: ["admin"]), ["Authorization": Samples.scoped]).response
                .status == 401
        )
    }

    @Test("Keys that cannot be fetched are not asked for with every request")
    func noKeys() async throws {
        let issuer = ScriptedIssuer(status: 503)
        let stage = try Self.stage(issuer)
        for _ in 0..<5 {
            let exchange = try await Self.serve(stage, ["Authorization": Samples.good])
            #expect(exchange.response.status == 500 && exchange.response.body.text == #"{"message":null}"#)
        }
        #expect(issuer.count.withLock { $0 } == 1)
    }

    @Test("User pools are known by their ARN")
    func issuers() throws {
        let pool = try TokenIssuer("arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Ab")
        #expect(pool.identifier == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab" && pool.isCognito)
        #expect(throws: InvalidValue.self) { try TokenIssuer("arn:aws:s3:::x") }
    }

    // MARK: Signatures

    private static let ana = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

    private static func signed(path: String, body: String) -> Headers {
        let request = SignableRequest(method: "POST", path: path, query: "b=2&a=1", headers: [("Host", "api.test")])
        let signer = RequestSigner(service: "execute-api", region: "us-east-1")
        let now = SigningTime(epochSeconds: 1_700_000_000)
        var headers: Headers = ["Host": "api.test"]
        for field in signer.sign(request, payload: .bytes(Array(body.utf8)), ana, at: now).headers {
            headers.addUnchecked(field.name, field.value)
        }
        return headers
    }

    private static func iam(_ statement: String?) throws -> IAMAuthorizerStage {
        let policy = try statement.map { try AccessPolicy(try JSONValue(parsing: #"{"Statement": \#($0)}"#)) }
        let account = Deployment(apiID: "a", name: "prod").accountID
        return IAMAuthorizerStage([
            .init(credentials: ana, userARN: "arn:aws:iam::\(account):user/ana", userID: "AIDA", policy: policy)
        ])
    }

    private static let allow = #"{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}"#

    @Test("Signed with the stage in the path or without; the backend sees no signature")
    func signature() async throws {
        for path in ["/7", "/prod/7"] {
            let exchange = try await Self.serve(
                try Self.iam(Self.allow),
                Self.signed(path: path, body: "x"),
                body: "x",
            )
            #expect(exchange.response.status == 200, "\(String(describing: exchange.failure))")
            #expect(exchange.request.headers.first("Authorization") == nil)
            #expect(exchange.contextMembers.last { $0.name == "identity" }?.value["accessKey"] == "AKIDEXAMPLE")
        }
    }

    @Test func refusedSignatures() async throws {
        let stage = try Self.iam(Self.allow)
        let missing = try await Self.serve(stage, ["Host": "api.test"])
        #expect(
            missing.response.status == 403
                && missing.response.body.text == #"{"message":"Missing Authentication Token"}"#
        )
        let changed = try await Self.serve(stage, Self.signed(path: "/7", body: "x"), body: "y")
        #expect(changed.response.status == 403 && changed.failure?.type == .invalidSignature)
        let silent = try await Self.serve(try Self.iam(nil), Self.signed(path: "/7", body: ""))
        #expect(
            silent.response.status == 403
                && silent.response.body.text.contains(":user/ana is not authorized to perform")
        )
    }
}
