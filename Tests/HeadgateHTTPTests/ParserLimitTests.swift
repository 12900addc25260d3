import Headgate
import Testing

@testable import HeadgateHTTP

/// Each limit at its value and one beyond, with the end in sight and without.
@Suite struct ParserLimitTests {
    private static let limits = MessageLimits(
        target: 40,
        fieldBlock: 100,
        field: 60,
        fieldCount: 5,
        chunkExtensions: 30,
        interimResponses: 3,
    )

    private func parse(_ text: String) throws(MessageError) -> [ParsedMessage] {
        try parseRequests(text, limits: Self.limits)
    }

    private func request(_ fields: String) -> String { "GET / HTTP/1.0\r\n\(fields)\r\n" }

    @Test func target() throws {
        func request(_ count: Int) -> String {
            "GET /" + String(repeating: "a", count: count - 1) + " HTTP/1.0\r\n\r\n"
        }
        #expect(try parse(request(40)).count == 1)
        #expect(throws: MessageError.targetTooLong) { try parse(request(41)) }
        // Without an end it is refused once no method could make up for its length.
        #expect(throws: MessageError.targetTooLong) { try parse("GET /" + String(repeating: "a", count: 100)) }
    }

    @Test func field() throws {
        func field(_ count: Int) -> String { "X: " + String(repeating: "v", count: count - 3) + "\r\n" }
        #expect(try parse(request(field(60))).count == 1)
        #expect(throws: MessageError.fieldTooLong) { try parse(request(field(61))) }
        #expect(throws: MessageError.fieldTooLong) {
            try parse("GET / HTTP/1.0\r\nX: " + String(repeating: "v", count: 80))
        }
    }

    @Test func fieldBlock() throws {
        // Two lines of 50 bytes with their ends are exactly 100.
        func block(_ extra: Int) -> String {
            "A: " + String(repeating: "v", count: 45) + "\r\nB: " + String(repeating: "v", count: 45 + extra) + "\r\n"
        }
        #expect(try parse(request(block(0))).count == 1)
        #expect(throws: MessageError.fieldBlockTooLong) { try parse(request(block(1))) }
        for text in [request(block(0))] {
            #expect(try parseRequests(text.utf8.map { [$0] }, limits: Self.limits).count == 1, "byte by byte")
        }
        #expect(throws: MessageError.fieldBlockTooLong) {
            try parseRequests(request(block(1)).utf8.map { [$0] }, limits: Self.limits)
        }
    }

    @Test func fieldCount() throws {
        func fields(_ count: Int) -> String { (0..<count).map { "X\($0): v\r\n" }.joined() }
        #expect(try parse(request(fields(5))).count == 1)
        #expect(throws: MessageError.tooManyFields) { try parse(request(fields(6))) }
    }

    @Test func chunkExtensions() throws {
        func body(_ count: Int) -> String {
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "e", count: 14)
                + "\r\nx\r\n1;" + String(repeating: "e", count: count - 16) + "\r\nx\r\n0\r\n\r\n"
        }
        #expect(try parse(body(30))[0].text == "xx")
        #expect(throws: MessageError.chunkExtensionsTooLong) { try parse(body(31)) }
        #expect(throws: MessageError.chunkExtensionsTooLong) {
            try parse(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"
                    + String(repeating: "e", count: 5000)
            )
        }
    }

    @Test func trailers() throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        #expect(try parse(head + "A: b\r\n\r\n")[0].isComplete)
        #expect(throws: MessageError.tooManyFields) {
            try parse(head + (0..<6).map { "X\($0): v\r\n" }.joined() + "\r\n")
        }
        #expect(throws: MessageError.fieldTooLong) { try parse(head + "X: " + String(repeating: "v", count: 90)) }
    }

    @Test func interimResponses() throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        #expect(try parseResponses(String(repeating: interim, count: 3) + final, limits: Self.limits).count == 1)
        #expect(throws: MessageError.tooManyInterimResponses) {
            try parseResponses(String(repeating: interim, count: 4) + final, limits: Self.limits)
        }
    }

    @Test func aMillionChunksCostLittle() throws {
        let body =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + String(repeating: "1\r\nx\r\n", count: 200_000) + "0\r\n\r\n"
        let clock = ContinuousClock()
        var messages: [ParsedMessage] = []
        let time = try clock.measure { messages = try parseRequests(body) }
        #expect(messages[0].body.count == 200_000)
        #expect(time < .seconds(20))
    }
}
