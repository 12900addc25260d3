import ContentCoding
import Headgate
import Testing

@testable import HeadgateStages

@Suite struct CompressionTests {
    private static let text = String(repeating: "again and ", count: 200)

    /// The rows of the service's table of `Accept-Encoding`.
    @Test(
        arguments: [
            (nil, nil), ("gzip", ContentCoding.gzip), ("deflate", .deflate), ("gzip;q=0.5, deflate;q=1", .deflate),
            ("br, gzip", .gzip), ("gzip, br", .gzip), ("br;q=1, gzip;q=0.5", nil), ("*", .gzip), ("identity", nil),
            ("gzip;q=0", nil), ("gzip, deflate", .gzip), ("identity;q=0.5, gzip;q=0.2", nil), ("GZIP", .gzip),
            ("", nil),
            (",;q=,gzip;q=x", .gzip),
        ] as [(String?, ContentCoding?)]
    )
    func whatTheClientPrefersDecides(header: String?, expected: ContentCoding?) throws {
        #expect(AcceptedCoding.preferred(header) == expected)
        let exchange = try Exchanges.make(headers: header.map { ["Accept-Encoding": $0] } ?? [:])
        exchange.response.body = Body(Self.text)
        try exchange.run(CompressStage(minimumSize: 0))
        #expect(exchange.response.headers.first("Content-Encoding") == expected?.rawValue)
        let bytes = try #require(exchange.response.body.bytes)
        let plain = try expected.map { try $0.unpacked(bytes, limit: 100_000) } ?? bytes
        #expect(String(decoding: plain, as: UTF8.self) == Self.text)
    }

    @Test func smallAndEncodedPayloadsGoAsTheyAre() throws {
        let small = try Exchanges.make(headers: ["Accept-Encoding": "gzip"])
        small.response.body = Body(Self.text)
        try small.run(CompressStage(minimumSize: 2001))
        #expect(small.response.body.text == Self.text)
        try small.run(CompressStage(minimumSize: 2000))
        #expect(small.response.headers.first("Content-Encoding") == "gzip")
        let encoded = try Exchanges.make(headers: ["Accept-Encoding": "gzip"])
        encoded.response.body = Body(Self.text)
        encoded.response.headers.setUnchecked("Content-Encoding", "br")
        try encoded.run(CompressStage(minimumSize: 0))
        #expect(encoded.response.body.text == Self.text)
    }

    @Test(arguments: ["gzip", "deflate", "identity", "gzip, identity", "deflate, gzip"])
    func requestsAreUnpacked(header: String) throws {
        var bytes = Array(Self.text.utf8)
        for coding in header.split(separator: ", ").compactMap({ ContentCoding(named: $0) }) {
            bytes = try #require(coding.packed(bytes))
        }
        let exchange = try Exchanges.make("POST", headers: ["Content-Encoding": header], bytes: bytes)
        try exchange.run(DecompressStage(limit: 2000))
        #expect(exchange.request.body.text == Self.text)
    }

    @Test func whatCannotBeUnpackedIsRefused() throws {
        let packed = try #require(ContentCoding.gzip.packed(Array(Self.text.utf8)))
        for (header, bytes, limit, status) in [
            ("br", packed, 10_000, 415), ("gzip", Array("no gzip".utf8), 10_000, 415), ("gzip", packed, 1999, 413),
            ("gzip,gzip,gzip,gzip,gzip", packed, 10_000, 415),
        ] {
            let exchange = try Exchanges.make("POST", headers: ["Content-Encoding": header], bytes: bytes)
            let failure = #expect(throws: GatewayFailure.self) { try exchange.run(DecompressStage(limit: limit)) }
            #expect(failure?.status == status)
        }
    }
}
