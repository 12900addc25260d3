import Headgate
import Testing

@testable import HeadgateLua

/// Signatures that scripts make: with keys that they cannot see.
@Suite("host.crypto: signatures")
struct CryptoTests {
    private static let permissions = ConfigurationNode.mapping([
        ("secrets", .list([.plain("api-token"), .plain("rsa-key"), .plain("aws-key")]))
    ])

    /// Of the key `rsa-key`, as a JWK has it.
    private static let modulus =
        "opNhljh6zud9AY5GhWl3NHO8VzjXKviWX_0sxdrwYweolQVz8XPNNztu9rjTFk0ylU-hBpL9RXMSuTNxbgP2Jwoop_ULJ_ns_vqD"
        + "k6frGEsf02k1S9ZjFkkPY540M7FRRD0gL8n1O6JG7_FVJgMHmthatLPETEcbJFUkCHWxNJth_3izJI2lOGSTOZSUyiy3gkxQKeNY"
        + "RpgkIdYK_8mxAC7hMKhxlNy38e-"
        + "_aC_R1QEnd71Dltb5YA4IAr57l51MnaCrJfyjqKfm6nXbQc7WMKZOSzsdGdDUnNACM4di2jMkffsmvByrdGpaMwhp08NRtraMyLP"
        + "ahz713zosb92B0w"

    private func value(_ script: String) async throws -> String {
        let bench = Bench()
        // A debug build takes its time for the arithmetic.
        let stage = try bench.stage(script, limits: [("cpu", "10s")], permissions: Self.permissions)
        let exchange = await bench.run(bench.pipeline(before: stage))
        return exchange.failure.map(Bench.line) ?? exchange.response.body.text
    }

    @Test("Signature Version 4 of AWS's own example")
    func signatureVersion4() async throws {
        let value = try await value(
            """
            local headers = host.crypto.sigv4({ url = "https://example.amazonaws.com/", headers = { ["X-Own"] = nil } }, {
              service = "service", region = "us-east-1", time = 1440938160,
              access_key = "AKIDEXAMPLE", secret_key = host.secret("aws-key"),
            })
            return ctx:respond{ json = headers }
            """
        )
        #expect(
            value
                == #"{"Authorization":"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "#
                + #"SignedHeaders=host;x-amz-date, "#
                + #"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31","X-Amz-Date":"20150830T123600Z"}"#
        )
    }

    @Test("Secrets of the request and of the credentials stay secrets")
    func hidden() async throws {
        let value = try await value(
            """
            local headers = host.crypto.sigv4({
              url = "https://bucket.s3.eu-central-1.amazonaws.com/a/b?x=1", method = "PUT", body = "text",
              headers = { ["X-Key"] = host.secret("api-token"), ["X-List"] = { "a", "b" } },
            }, {
              service = "s3", region = "eu-central-1", session_token = host.secret("api-token"),
              access_key = host.secret("aws-key"), secret_key = host.secret("aws-key"), unsigned_payload = true,
            })
            return ctx:respond{ json = {
              tostring(headers["X-Key"]), headers["X-List"][2], tostring(headers["X-Amz-Security-Token"]),
              tostring(headers.Authorization), headers["X-Amz-Content-SHA256"],
            } }
            """
        )
        #expect(value == #"["[secret]","b","[secret]","[secret]","UNSIGNED-PAYLOAD"]"#)
    }

    @Test(
        "Tokens are signed with keys of every kind, and verified",
        arguments: [
            ("host.secret('rsa-key')", "nil", "RS256"), ("host.secret('rsa-key')", "{ alg = 'RS512' }", "RS512"),
            ("host.secret('rsa-key')", "{ alg = 'PS256' }", "PS256"),
            ("ec", "nil", "ES256"), ("host.json.encode(ec)", "nil", "ES256"), ("'shared'", "nil", "HS256"),
            ("host.secret('api-token')", "{ alg = 'HS384', header = { kid = 'a' } }", "HS384"),
        ],
    )
    func tokens(key: String, options: String, algorithm: String) async throws {
        let value = try await value(
            """
            local ec = {
              kty = "EC", crv = "P-256", d = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
              x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            }
            local rsa = { kty = "RSA", e = "AQAB", n = "\(Self.modulus)" }
            local key = \(key)
            local token = host.crypto.jwt_sign({ sub = "ada", exp = host.time.now() + 60 }, key, \(options))
            local verifier = key
            local kind = ("\(algorithm)"):sub(1, 2)
            if kind == "RS" or kind == "PS" then verifier = rsa elseif kind == "ES" then verifier = ec end
            local claims, header = assert(host.crypto.jwt_verify(token, verifier))
            return ctx:respond{ json = { claims.sub, header.alg } }
            """
        )
        #expect(value == #"["ada","\#(algorithm)"]"#)
    }

    @Test(
        "A key and an algorithm that do not belong together are refused, without a word of the key",
        arguments: [
            ("host.secret('rsa-key')", "{ alg = 'HS256' }", "the key does not fit alg \"HS256\": it is for RS256"),
            ("host.secret('rsa-key')", "{ alg = 'ES256' }", "the key does not fit alg \"ES256\": it is for RS256"),
            (
                "host.secret('api-token')", "{ alg = 'RS256' }",
                "the key does not fit alg \"RS256\": it is a shared key",
            ),
            ("{ kty = 'RSA', n = 'AQAB', e = 'AQAB' }", "nil", "the private key cannot be used: expected RSA"),
            ("'-----BEGIN PRIVATE KEY-----\\nAAAA'", "nil", "the private key cannot be used: expected RSA"),
            ("'key'", "{ alg = 'none' }", "alg is one of \"HS256\", \"HS384\""),
            ("'key'", "{ alg = 'PS256' }", "the key does not fit alg \"PS256\": it is a shared key"),
        ],
    )
    func refused(key: String, options: String, message: String) async throws {
        let value = try await value("ctx.vars.token = host.crypto.jwt_sign({}, \(key), \(options))")
        #expect(value.contains(message), "\(value)")
        #expect(!value.contains("canary") && !value.contains("MII"))
    }

    @Test(
        "Wrong arguments of sigv4 name what is wrong",
        arguments: [
            ("{ url = 'https://a.example.com/' }, { region = 'x' }", "service must be a string or a secret"),
            (
                "{ url = 'https://a.example.com/' }, { service = 's', region = 'x', access_key = 'a' }",
                "secret_key must be a string or a secret",
            ),
            ("{ url = 'https://a.example.com/' }, { servise = 's' }", "'servise'"),
            ("{ url = 'ftp://a/' }, {}", "http"), ("{}, {}", "url must be a string"), ("1, {}", "table expected"),
        ],
    )
    func arguments(arguments: String, message: String) async throws {
        let value = try await value("host.crypto.sigv4(\(arguments))")
        #expect(value.contains(message), "\(value)")
    }

    /// A key that OpenSSL made for these tests.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCik2GWOHrO530B
        jkaFaXc0c7xXONcq+JZf/SzF2vBjB6iVBXPxc803O272uNMWTTKVT6EGkv1FcxK5
        M3FuA/YnCiin9Qsn+ez++oOTp+sYSx/TaTVL1mMWSQ9jnjQzsVFEPSAvyfU7okbv
        8VUmAwea2Fq0s8RMRxskVSQIdbE0m2H/eLMkjaU4ZJM5lJTKLLeCTFAp41hGmCQh
        1gr/ybEALuEwqHGU3Lfx779oL9HVASd3vUOW1vlgDggCvnuXnUydoKsl/KOop+bq
        ddtBztYwpk5LOx0Z0NSc0AIzh2LaMyR9+ya8HKt0alozCGnTw1G2tozIs9qHPvXf
        Oixv3YHTAgMBAAECggEATdBM/SG7ZhzWcFAw4NpB/BEJLJZAJoklMHx1WZ4ZQM0B
        m5IolIDg0HbZ/a0pG5uHgn/Ciur/3qXdaFd/CzFKOBVcsEdRN6kgDkrJf3r3w4Dx
        krbgk5PhiWEexIeMZNGSHB9FsJnxjsF1QpM4NiFtGmhDwgnpArll/FXkEUiDsLGK
        MO2BK8gkEfcoJk+XIBDxWYwzrpUAvkVx/oGoneZVVgW+J8/I+ahm4f9mWQjKdS/S
        vDm3yVKzrKgfrd43eBnPs0m0TCQzrqt/QTZsi/UrneIglzTKj0RlvOEJNtSNf1xZ
        kR4wh3AahhsyDZQGeDzY7MbPP/FshpldjTfvfLHKwQKBgQDiieGSyXrwBUT31yMl
        Wo2y96tfdUturXDoDunffapp+Hwf+4302fJpQZrJprLGOIWtQ09k4zhYTdzkGwKi
        Q16vj/OEkCdnj5eSYwzO6hOwZWRjvv9bYpdFPPlEQYomKUnI+9PEcoAnE6TikGkq
        fQW1mCYYwsQWerlAMeJ7PNJE9wKBgQC3t/4BZeaCD5RkfywvIPJhfk8XAfSxv8EN
        8oJXxzT+EPG5lqmpHX26AU4JVs//8OIMOWuNU35FJhMBpQZuZg7jdYpa1Z3e6AnA
        vY3jx0v2kJSmgVn4qAVaWVHkunIzUp5VEL9+tTQJtrX+D1g+prF03f7Cci5XiaJW
        fyNbXwnfBQKBgCrPhbp4quvrAwKXPIQVncuhdFhg0TWEP18LWnUqyWanV8Wvgz8v
        ZNkxVbAf+Y7uJYz9uGZHbmF5rXHKDPBfLOiempWFrHysrScz4rrDj575OkSDVryN
        YCrsf+q/O/1ENjZuKLHqNX+s/a73PXiTEd4kd6acP/RDkvintLY3Y0E3AoGABZ1u
        +vX1VJZLT8L/Q7V7EvW8TxS1ONWGffmieDJTcUxtRuHO76dCF3RAwVJQ6x6emgcL
        PXeGzXA7dnpntuoRnGwUPXB38b8fxS9F7edCcBe9I1WivVHNUBSYxyfXo6/rvOfV
        IndBTuaxq0Emzktj8xFx3tmEhxJizsf1+a3u7E0CgYEAkRozSMrzbARKV5mSJXNJ
        mvDd698mBC1jquHpeu3nzMMHL9ARGLB/0LPEP/Eyn9tLWyjjSQcya0GcY2xnfJoe
        s+mv8IGWizkdlqLSV+9a72SIHPIjxYBZV3Cr5qmvt5GPeKoKreaIkzhH4isT43II
        5h0owEyJkxcxmM8vaaTsWm8=
        -----END PRIVATE KEY-----
        """
}
