import Headgate
import Testing

@testable import HeadgateStages

@Suite struct PayloadTests {
    private static let text = Array("this is a UTF8 text".utf8)
    private static let encoded = Array("dGhpcyBpcw==".utf8)
    private static let decoded = Array("this is".utf8)
    private static let raw: [UInt8] = [0x89, 0x50, 0xFF, 0x00]
    private static let repaired = Array("\u{FFFD}P\u{FFFD}\0".utf8)
    private static let rawEncoded = Array("iVD/AA==".utf8)

    /// The nine rows of the request's table: the body, whether its type is binary, the handling, the result.
    @Test(
        arguments: [
            (1, raw, false, nil, repaired),
            (2, encoded, false, .convertToBinary, decoded),
            (3, raw, false, .convertToText, repaired),
            (4, text, false, nil, text),
            (5, encoded, false, .convertToBinary, decoded),
            (6, text, false, .convertToText, text),
            (7, raw, true, nil, raw),
            (8, raw, true, .convertToBinary, raw),
            (9, raw, true, .convertToText, rawEncoded),
        ] as [(Int, [UInt8], Bool, ContentHandling?, [UInt8])]
    )
    func request(row: Int, bytes: [UInt8], isBinary: Bool, handling: ContentHandling?, expected: [UInt8]) throws {
        #expect(try Payload.request(bytes, isBinary: isBinary, handling: handling).passedThrough == expected)
    }

    /// The fifteen rows of the response's table: body, whether the backend's type is binary, whether `Accept` is,
    /// whether the API has binary types, the handling, the result.
    @Test(
        arguments: [
            (1, raw, false, false, false, nil, repaired),
            (2, encoded, false, false, false, .convertToBinary, decoded),
            (3, raw, false, false, false, .convertToText, repaired),
            (4, text, false, false, true, nil, text),
            (5, encoded, false, false, true, .convertToBinary, decoded),
            (6, text, false, false, true, .convertToText, text),
            (7, encoded, false, true, true, nil, decoded),
            (8, encoded, false, true, true, .convertToBinary, decoded),
            (9, text, false, true, true, .convertToText, text),
            (10, raw, true, false, true, nil, rawEncoded),
            (11, raw, true, false, true, .convertToBinary, raw),
            (12, raw, true, false, true, .convertToText, rawEncoded),
            (13, raw, true, true, true, nil, raw),
            (14, raw, true, true, true, .convertToBinary, raw),
            (15, raw, true, true, true, .convertToText, rawEncoded),
        ] as [(Int, [UInt8], Bool, Bool, Bool, ContentHandling?, [UInt8])]
    )
    func response(
        row: Int,
        bytes: [UInt8],
        isBinary: Bool,
        wantsBinary: Bool,
        knowsBinary: Bool,
        handling: ContentHandling?,
        expected: [UInt8],
    ) throws {
        let payload = try Payload.response(
            bytes,
            isBinary: isBinary,
            wantsBinary: wantsBinary,
            knowsBinary: knowsBinary,
            handling: handling,
        )
        #expect(payload.passedThrough == expected)
    }

    @Test func textThatIsNoBase64() {
        let failure = #expect(throws: GatewayFailure.self) {
            try Payload.request(Self.text, isBinary: false, handling: .convertToBinary)
        }
        #expect(failure?.type == .apiConfigurationError)
        #expect(failure?.message == "Internal server error")
    }

    @Test func templatesSeeTextOnly() throws {
        for (bytes, isBinary, handling) in [
            (Self.raw, true, nil), (Self.raw, true, .convertToBinary), (Self.encoded, false, .convertToBinary),
            (Self.raw, false, nil),
        ] as [([UInt8], Bool, ContentHandling?)] {
            let payload = try Payload.request(bytes, isBinary: isBinary, handling: handling)
            #expect(throws: GatewayFailure.self) { try payload.text() }
        }
        let converted = try Payload.request(Self.raw, isBinary: true, handling: .convertToText)
        #expect(try converted.text() == Self.rawEncoded)
        #expect(try Payload.request([], isBinary: true, handling: .convertToBinary).text() == [])
    }

    @Test(
        arguments: [
            ([], "image/png", false), ([], nil, false),
            (["image/png"], "image/png", true), (["image/png"], "image/png; q=1", true),
            (["image/png"], "IMAGE/PNG", true),
            (["image/png"], "image/jpeg", false), (["image/png"], nil, false), (["image/png"], "", false),
            (["image/*"], "image/jpeg", true), (["image/*"], "image/*", true), (["image/*"], "image/", false),
            (["image/*"], "text/plain", false), (["*/*"], "text/plain", true), (["*/*"], nil, true),
            (["*/png"], "image/png", false), (["image/png; charset=x"], "image/png", true),
            (["image/webp"], "image/webp,image/*,*/*;q=0.8", true), (["image/png"], "text/html,image/png", false),
            (["image/png"], "image/*", false), (["application/*"], "application/*", true),
        ] as [([String], String?, Bool)]
    )
    func binaryMediaTypes(entries: [String], header: String?, expected: Bool) {
        #expect(BinaryMediaTypes(entries).matches(header) == expected)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == Array(encoded.utf8))
        #expect(Base64.decode(Array(encoded.utf8)) == Array(text.utf8))
        let unpadded = encoded.filter { $0 != "=" }
        #expect(Base64.decode(Array(unpadded.utf8)) == Array(text.utf8))
    }

    @Test func base64EveryByte() {
        let bytes = (0...255).map { UInt8($0) } + (0...254).map { UInt8(255 - $0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decode(Array("Zm\r\n9v\n".utf8)) == Array("foo".utf8))
    }

    @Test(arguments: ["Z", "Zm9v Yg", "Zg=", "Zg===", "Z===", "Zg==Zg==", "Zm9v!", "Zm-_", "=", "Zm9v="])
    func noBase64(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test func payloadsAreParsedOnlyWhereTheyLookLikeJSON() throws {
        #expect(try PayloadReader([], side: .request).document()?.root.count == 0)
        #expect(PayloadReader([], side: .request).text == "{}")
        #expect(try PayloadReader(Array("plain".utf8), side: .request).document() == nil)
        #expect(try PayloadReader(Array("  ".utf8), side: .request).document() == nil)
        #expect(try PayloadReader(Array(" [1]".utf8), side: .request).document()?.root.count == 1)
        for text in ["{wrongjson", "[", "\"a", "'a'"] {
            let request = #expect(throws: GatewayFailure.self) {
                try PayloadReader(Array(text.utf8), side: .request).document()
            }
            #expect(request?.status == 400)
            #expect(request?.message == "Invalid JSON in request body")
            let response = #expect(throws: GatewayFailure.self) {
                try PayloadReader(Array(text.utf8), side: .response).document()
            }
            #expect(response?.status == 500)
        }
    }
}
