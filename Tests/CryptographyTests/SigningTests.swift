import Cryptography
import JSONWebTokens
import Testing

/// What is signed is what OpenSSL and the RFCs sign, and verifies.
@Suite("Signing")
struct SigningTests {
    static let message = Array("a message to sign".utf8)

    /// A key that OpenSSL made for these tests, as PKCS #8.
    static let rsa = """
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

    static let curves = [
        """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIKiyNIfc0HggP0IpVPHzXutFmN3CPcn6T8Q9aSc99FTvoAoGCCqGSM49
        AwEHoUQDQgAE/+YY6mprth18A+eCbeiQHXhEhNmmq/6dxWTQRUqqNepoLczoP8we
        OO9Q21N44qWYgLCPQaGBmXvFB5rCwm3akQ==
        -----END EC PRIVATE KEY-----
        """,
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqLI0h9zQeCA/QilU
        8fNe60WY3cI9yfpPxD1pJz30VO+hRANCAAT/5hjqamu2HXwD54Jt6JAdeESE2aar
        /p3FZNBFSqo16mgtzOg/zB4471DbU3jipZiAsI9BoYGZe8UHmsLCbdqR
        -----END PRIVATE KEY-----
        """,
        """
        -----BEGIN EC PRIVATE KEY-----
        MIGkAgEBBDBO/Q+0SK6+Ar6YYz8+mir+Y9OyUPcerEQ0g4BDmPQBW8Gv+PP4XxMn
        Jv+1WAaiVWKgBwYFK4EEACKhZANiAAQwPGIkCmJY6jLwREKNo4Ef4G+fpPW4dTaQ
        Ol0yJ5ZXPN8lX1gVCpBVwBiPMcnhp1GsF8aJE7RBgOa4pSa8IORzpOAj50XkUNh9
        fnsOd/ohJ0BlvR4+j2aY/o8vHzfjZyE=
        -----END EC PRIVATE KEY-----
        """,
    ]

    static let signatures: [(HashFunction, String)] = [
        (
            .sha256,
            """
            97c96a0f6de23ff1f80d54861159dbd545f81a53e10635bb2b15590a3ac8bec4b35d1409010b00724fb5f1b61d089d84
            17ad1dbd8636d5f4d18e0ddafee9795284cbdc3064086fb15d69b2e414d199c5fd021727029d4c735623263a367bd35a
            c8db8f1bdecb3f2ad68ffdd46fa5c546e881e5438658f926e24577d54e4a2bc028ff2223c2fee76bff9c919045469a09
            4762403f25386e5e7c0b75e6717c8eca216ce1ebc39f0ff996899cbaf852ffabd2003e25b26465b36947cd88c7c2a710
            5aa60ad4e6a4913287254bdcef1042a4d0bdc1cc38d5e24aa4c93c1f01291934e6488cde3f36e38eb9a8c1d88c3e0ca1
            e3c1ca0fdacc6d81157e31b394398d18
            """,
        ),
        (
            .sha512,
            """
            8d9b2be48ac377ef96c2493ba74d8485e5f97269e9e939cff13f48b461e1a75ecd1f4cd26dfdfb9e6708ad6b076ef2df
            9c3e0b578b1d650e555630f200bce1c5183e59ea9245e3c6bb9d800303705eae0d21aa832a10d880f32471342b3b4a29
            b2256152d9d423a95df4d96a36d0418e25774a601c23235a1437f95c84c68777b693294f096bbb83876160e120f19567
            1039d93c90e01c60fd6f27696e46af0f480381f8c9544094de24e67f5ade14f7cc00dc03bd6351707e76dfd5db9c1849
            bf34eb7571f666845d8cdc7e0ecf07874594da6d1fa493e8ffd205396e407bc42e502e68b9227285f534691f228a622d
            2952cfcd508b45285cb2036fde833d40
            """,
        ),
    ]

    @Test("RSA signatures are those of OpenSSL", arguments: signatures)
    func rsa(hash: HashFunction, expected: String) throws {
        guard case .rsa(let key)? = PrivateKeyFile(pem: Array(Self.rsa.utf8)) else {
            Issue.record("no RSA key")
            return
        }
        #expect(key.signature(of: Self.message, hash) == SignatureTests.bytes(expected))
    }

    @Test("RSA signatures with salt verify", arguments: HashFunction.allCases)
    func salted(hash: HashFunction) throws {
        guard case .rsa(let key)? = PrivateKeyFile(pem: Array(Self.rsa.utf8)) else {
            Issue.record("no RSA key")
            return
        }
        let signature = try #require(key.signaturePSS(of: Self.message, hash))
        #expect(key.publicKey.verifiesPSS(signature, of: Self.message, hash))
        #expect(!key.publicKey.verifies(signature, of: Self.message, hash))
        #expect(signature != key.signaturePSS(of: Self.message, hash), "the salt is random")
    }

    @Test(
        "ECDSA signatures verify, and only for their message",
        arguments: [
            (ECPublicKey.Curve.p256, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"),
            (
                .p384,
                "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
            ),
        ],
    )
    func curve(curve: ECPublicKey.Curve, scalar: String) throws {
        let key = try #require(ECPrivateKey(curve, scalar: SignatureTests.bytes(scalar)))
        let hash: HashFunction = curve == .p256 ? .sha256 : .sha384
        let signature = try #require(key.signature(of: Self.message))
        #expect(signature.count == 2 * hash.length)
        #expect(key.publicKey.verifies(signature, of: Self.message, hash))
        #expect(!key.publicKey.verifies(signature, of: Self.message + [0], hash))
        #expect(ECPrivateKey(curve, scalar: [UInt8](repeating: 0, count: hash.length)) == nil)
        #expect(ECPrivateKey(curve, scalar: [UInt8](repeating: 0xFF, count: hash.length)) == nil)
    }

    @Test("Keys on curves are read from both forms of PEM", arguments: curves)
    func forms(pem: String) throws {
        guard case .curve(let key)? = PrivateKeyFile(pem: Array(pem.utf8)) else {
            Issue.record("no key on a curve")
            return
        }
        let hash: HashFunction = key.curve == .p256 ? .sha256 : .sha384
        #expect(key.signature(of: Self.message)?.count == 2 * hash.length)
    }

    @Test(
        "What is no key, or a damaged one, is none",
        arguments: [
            "", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nMIP/////\n-----END EC PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        ],
    )
    func damaged(text: String) {
        #expect(PrivateKeyFile(pem: Array(text.utf8)) == nil)
        #expect(TokenSigningKey(Array(text.utf8)) == nil)
    }

    @Test("Every prefix of a key is none, and does no harm")
    func prefixes() {
        let text = Array(Self.curves[1].utf8)
        let end = Array("\n-----END PRIVATE KEY-----".utf8)
        for count in stride(from: 0, to: text.count - end.count - 6, by: 3) {
            if case .curve? = PrivateKeyFile(pem: text[..<count] + end) {
                // What follows the private number is left alone.
                #expect(count > 90)
            }
        }
    }
}
