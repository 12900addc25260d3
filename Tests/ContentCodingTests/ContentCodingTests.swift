import ContentCoding
import Testing

@Suite struct ContentCodingTests {
    private static let text = Array(String(repeating: "the same words again, ", count: 500).utf8)

    @Test(arguments: ContentCoding.allCases)
    func whatIsPackedComesOutAgain(_ coding: ContentCoding) throws {
        for bytes in [[], [0x41], Self.text, (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }] {
            let packed = try #require(coding.packed(bytes))
            #expect(try coding.unpacked(packed, limit: bytes.count) == bytes)
        }
        #expect(try #require(coding.packed(Self.text)).count < Self.text.count / 20)
    }

    @Test(arguments: ContentCoding.allCases)
    func moreThanMayComeOutIsRefused(_ coding: ContentCoding) throws {
        let packed = try #require(coding.packed([UInt8](repeating: 0, count: 10_000_000)))
        #expect(throws: ContentCodingError.tooLarge) { try coding.unpacked(packed, limit: 9_999_999) }
    }

    @Test(arguments: ContentCoding.allCases)
    func damageIsFound(_ coding: ContentCoding) throws {
        let packed = try #require(coding.packed(Self.text))
        #expect(throws: ContentCodingError.damaged) { try coding.unpacked([], limit: 100) }
        #expect(throws: ContentCodingError.damaged) { try coding.unpacked(Array("plain text".utf8), limit: 100) }
        #expect(throws: ContentCodingError.damaged) { try coding.unpacked(packed.dropLast(), limit: 100_000) }
        #expect(throws: ContentCodingError.damaged) { try coding.unpacked(packed + [1, 2, 3], limit: 100_000) }
        var broken = packed
        broken[broken.count - 2] ^= 0x55
        #expect(throws: ContentCodingError.damaged) { try coding.unpacked(broken, limit: 100_000) }
    }

    @Test func gzipMembersFollowEachOther() throws {
        let members = try #require(ContentCoding.gzip.packed([1, 2])) + #require(ContentCoding.gzip.packed([3]))
        #expect(try ContentCoding.gzip.unpacked(members, limit: 3) == [1, 2, 3])
    }

    @Test func deflateMayComeWithoutItsFrame() throws {
        let framed = try #require(ContentCoding.deflate.packed(Self.text))
        let bare = Array(framed.dropFirst(2).dropLast(4))
        #expect(try ContentCoding.deflate.unpacked(bare, limit: 100_000) == Self.text)
    }

    @Test func names() {
        #expect(ContentCoding(named: "GZIP") == .gzip)
        #expect(ContentCoding(named: "x-gzip") == .gzip)
        #expect(ContentCoding(named: "Deflate") == .deflate)
        #expect(ContentCoding(named: "br") == nil)
    }
}
