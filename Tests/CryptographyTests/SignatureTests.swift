import Cryptography
import Testing

/// Signatures that OpenSSL made.
@Suite("Signatures")
struct SignatureTests {
    static let message = Array("a message to sign".utf8)
    static let modulus = bytes(
        """
        9616bb4ac31ad2329243dedee5f9cb429aa78cc9b30e0727f552e7d24c11ed1334e3c0901e67e2abb23deb3feae0693ee260
        0c1321d750a3e4d5db30f3127e5a1a380a319f693c408ae41ce3cf09d3d45c64f0014f8d02596d7528212d6492c469ba23dd
        463e4e902ba9300e2b93fd3682cb3d698d3eb0b70d679a4d1719072eb689c9a58ab7e7c024b19fa35917c9d414851b0b1f38
        7d46d978758fd33040db0a272b40e3cb088c7b0ca5d92a074a88bcb0552c2fd75e377a3055a1c8116d543e8c27995631c8e1
        9b4bc90ce9a4d964ade8a69f7f069b4fee36450b7785bf1c0088888a04f97ed14138ad58719e93ff6bbdee9cea9dce6a55eb
        896f9a2c4ef5
        """
    )

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { !$0.isWhitespace }.utf8.map { UInt8($0 < 0x40 ? $0 - 0x30 : $0 - 0x57) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static let pkcs: [(HashFunction, String)] = [
        (
            .sha256,
            """
            80df31756a4cac9e12f5825793a14138d36f61d494af987f0ba1a15ac74acdffdc7638181db7033c1ba20e134fbdb64b
            791a9fa1c08abb31191374a00ee5d1aba4d88c29b29713c4977cc3727d55194eb423ee75181f5497fc9368b6e7e60d7b
            32e492a9b7dd64af6bc99c69c6221d8a54d830826758b7a9b8a30af57fcc01b7a14ab2b80ec70800ea5f6c6bb6b686d5
            b76212d80918bbf32c18cb54c0e034b984f6aced2755ffc0901242490a8fb8d2a8608911f0ffb03c05f95fc13799853d
            08dc6ad772a2d9e3633888f6fbf6d4743a74b1d69b493f2672b8edf6841d57398649fef8285a39259169ee21b24dddb8
            d116aba1106961ff670e33022fdf17b6
            """,
        ),
        (
            .sha384,
            """
            1e1cdd5b0cf9da94b34eec69f8219badd159e51950fd2caa3971c8e7a59f7cbbc796f58c0220bf6485caf8aa87472c7c
            aa1e9e1c42488aa1d1dc26867d044e625b847c4571798035dab5cfde5e4c0f43bc05b6a6f550a20d1bbdbb6608ee8de0
            bcecc740c27bc16398ac900ebab7aaf4f60317ed3cfbd49377c10f8fc4785b4c0a986f98fe6ebeada8c717381507eb95
            dcda44a941f319184a829531f6423f11d3cd84a5a7b786bf6cb99e0bb4339867e50e94def48ce6649fecde676b2aa952
            fcbc5f42f24bd4b8f0828164671970e65269bd881f83db38d7c652443c62c904c140e71920b8af7cc975a3129ce27566
            404e12da66a5a7e4d19f9a1ae8528cd0
            """,
        ),
        (
            .sha512,
            """
            0eab2627f7fc4d09f197d0bb94853c82c19f4145e52ad28fe6bc8f979d4db0bbe8eabd65156d8044343d40384a78e0e4
            78c23a0320af004207c885a83fcef4c597fff0d809816513da119edfe497e442018877cb2354f6e94fbc280151f4ce5a
            d10c9b89b29a95b7a9267eacefcfea4e41ccf3f5721090863966186e482d562450e1c719ff7cace9b7d2c58e65243026
            d716077ccc11a4afc5d2e7a3063e3bae98b9247db0868ae96fee78874059fcf12a47c47841810428dc312ce061850359
            4ef2913545b23013e01b137dc0813a4bf8359fd220fbc720b6871bf0f2f7aacc88bdefd96d804bb707b333e62d59e196
            f192616389f2891363fd6b69c6a1d19b
            """,
        ),
    ]

    static let pss: [(HashFunction, String)] = [
        (
            .sha256,
            """
            4631cec6f250c33fc658274757844dfdd861f89fb068ce514408b3864596e6a98345255735287155930e270bdc36ff64
            8852b5656a045aada6f61bbf5c40bf7368246f9b4dce7d144b44f4690c07ccecd6da8bd0edde6db485812f759c8d670d
            a66db26aa8d355c419330064a1a2d4afe9119cc6aaf22dc1f2f36bd3ea6777deb099a52c750db39e453489bc72dbf66f
            d18c5f53b4666d1c5fe1c3fe867d62e38f2958ed84b1d35eaa13d2e9fc8d3b8aa439d34bf0d3b9dab4dea5591e5e24ed
            fea3b0a1e1679a664b5c656fb9abf7d43d8881c0a4dad8811e787f05262bd4be51f3accfa6b574ff21ff41c54bb6a42a
            8c8aad981d34c18d9f137d0d2666f4f3
            """,
        ),
        (
            .sha384,
            """
            668226672e959b6eadf3f120fbe631d8f1fbd9fe8e5b6d0197c6a8974835e88d85d93cf02c5c77c578534e7f33ea8275
            aa9958f4668f7953322c8441741ed2d84a71183d8e39158c7ccdd70e02ea425a5f91787a25a4f6a230807294e9c86527
            a2f363fdeb9d3058c1c6f9c283dcd9aebb0f2b646b739945d3c7589cfaed836bda132638c7bcaec15d399397b35106bc
            26faea305077518706e734f356cb1831481104ee5ec2bd9722e6efcc2e90451dc08654047d9210dc588640b3fcdb18bd
            f352b26b613f1f1d9f45f486100c1c471021c80662d78f430bc0e218684eed139bae90e0aae27f2db19ba23cc409ff5d
            6051acc3aabbf1eae97613ced9727921
            """,
        ),
        (
            .sha512,
            """
            7fcb34d44097391b3a757b8fdb5a8c53356e28264cfa913aa630f9cf70701341df54c2d607fa887a7f3ef560d22c3147
            90af67ed107526e02d3bb3cad1ad8a08191be70ac5e474f3d67981c39ba44da262650c58a8eb633b9e7f1d575c9a0e83
            7e6e7b5a3c2581c70e6be7fd1e4b97f7fbdabc226f073b83efd7ae32371eadc2f6b74e29d28d40ad678e064f4d827143
            717d464833d2f6e3f75eccfe363e960791c65797abd89bf56593fde9cb048d6fde6904b185de85efe5d37d47388ade8a
            c9477a8553bb4b44b3dd2fb27ce6893cec8f3ad0211e77164e87796911faa27e91a25b23a1891be5b0a5e0da01c5ab5f
            5e8dfd02d049bd4c7666f55e644bea0b
            """,
        ),
    ]

    static let curves: [(ECPublicKey.Curve, HashFunction, String, String, String)] = [
        (
            .p256, .sha256,
            """
            736db5704f1c53a9872bbcf1787052707f0e9d69c205c56363786e2fbc26894a
            """,
            """
            115b9de79d67b18df1ed23552dbff97d329433d31ed6a57e0965c0a2afd31534
            """,
            """
            60928c66933f5a09396049a6677f3ef6c14b0c16dda044e67603aa75069772d1cf3b1c1978491587a954b4b47182558a
            aca9bd8b2f0d8f4cee23d1b2cfaa556d
            """,
        ),
        (
            .p256, .sha256,
            """
            cb6f145fb5894a7abb54cb2113ed0df20271c7ebc210150ffa068bea5d2ae0a6
            """,
            """
            acbb43dc5063fb1cf15818366d60e2e08500840abdc597d778672c27b2c68d23
            """,
            """
            29dcd2256698e693f5c9624234fc0a764d7bd5e90e2edaa0922d7442be4319bee3b66b0d6e24e937319ef99e7d89f4de
            ceea1f424f1351504c2be5a37b4cef3b
            """,
        ),
        (
            .p384, .sha384,
            """
            febb315f43f7e0820f535042ab5f237429ac950da1eaaee78483167c8cace614e3619cc77ea771324607bcdc1e44cc8d
            """,
            """
            5146a2f91ddd88beeff74f581daefa1a08cfc1b6f1a0ab050665259f7dfa3ab1141046bb142caf8ca5bf01341e4ee5fd
            """,
            """
            1bff42ec10a64d1362b94c66847000a751e3b71570f34fd4a0cff75f39799d99d7180b075c45defef5796e015e8c8b48
            c7234e1b763cf7c5d7ed05747e354e08043632fa29a341da4968f6c36be16d843a6041bd3e268bf4aa5acfa05c454ac1
            """,
        ),
    ]

    @Test("RSA, both paddings, and nothing that was changed", arguments: pkcs.indices)
    func rsa(index: Int) throws {
        let key = try #require(RSAPublicKey(modulus: Self.modulus, exponent: [1, 0, 1]))
        let (hash, signature) = Self.pkcs[index]
        #expect(key.verifies(Self.bytes(signature), of: Self.message, hash))
        #expect(!key.verifies(Self.bytes(signature), of: Self.message + [0], hash))
        #expect(!key.verifiesPSS(Self.bytes(signature), of: Self.message, hash))
        let (otherHash, other) = Self.pss[index]
        var changed = Self.bytes(other)
        #expect(key.verifiesPSS(changed, of: Self.message, otherHash))
        changed[100] ^= 1
        #expect(!key.verifiesPSS(changed, of: Self.message, otherHash))
        #expect(!key.verifies(Array(changed.dropLast()), of: Self.message, otherHash))
        #expect(!key.verifies([UInt8](repeating: 0xFF, count: 256), of: Self.message, hash))
    }

    @Test("ECDSA on both curves", arguments: curves.indices)
    func ecdsa(index: Int) throws {
        let (curve, hash, x, y, signature) = Self.curves[index]
        let key = try #require(ECPublicKey(curve, x: Self.bytes(x), y: Self.bytes(y)))
        var bytes = Self.bytes(signature)
        #expect(key.verifies(bytes, of: Self.message, hash))
        #expect(!key.verifies(bytes, of: Self.message + [1], hash))
        bytes[5] ^= 1
        #expect(!key.verifies(bytes, of: Self.message, hash))
        #expect(!key.verifies([UInt8](repeating: 0, count: bytes.count), of: Self.message, hash))
        #expect(!key.verifies([UInt8](repeating: 0xFF, count: bytes.count), of: Self.message, hash))
    }

    @Test("Keys that are none")
    func badKeys() {
        #expect(RSAPublicKey(modulus: [3], exponent: [1, 0, 1]) == nil)
        #expect(RSAPublicKey(modulus: [UInt8](repeating: 0xFE, count: 256), exponent: [1, 0, 1]) == nil)
        #expect(RSAPublicKey(modulus: Self.modulus, exponent: []) == nil)
        #expect(ECPublicKey(.p256, x: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 1, count: 32)) == nil)
        #expect(ECPublicKey(.p256, x: [], y: []) == nil)
    }
}
