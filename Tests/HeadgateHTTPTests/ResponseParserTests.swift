import Headgate
import Testing

@testable import HeadgateHTTP

@Suite struct ResponseParserTests {
    private static let sized = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
    private static let chunked =
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: v\r\n\r\n"

    @Test(arguments: [sized, chunked, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + sized])
    func everyFragmentationIsTheSameResponse(_ text: String) throws {
        let bytes = Array(text.utf8)
        let whole = try parseResponses([bytes])
        #expect(whole.count == 1)
        #expect(whole[0].isComplete)
        for cut in 0...bytes.count {
            #expect(try parseResponses([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(try parseResponses(bytes.map { [$0] }) == whole, "byte by byte")
    }

    @Test func bodiesEndAsTheirFramingSays() throws {
        #expect(try parseResponses(Self.sized)[0].text == "hello")
        #expect(try parseResponses(Self.chunked)[0].text == "abcde")
        let open = try parseResponses("HTTP/1.0 200 OK\r\n\r\nuntil the end")
        #expect(open[0].text == "until the end")
        #expect(!open[0].isComplete)
        #expect(try parseResponses("HTTP/1.0 200 OK\r\n\r\nuntil the end", closes: true)[0].isComplete)
    }

    @Test func someResponsesHaveNoBody() throws {
        #expect(try parseResponses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", to: ["HEAD"])[0].isComplete)
        #expect(try parseResponses("HTTP/1.1 204 No Content\r\n\r\n")[0].isComplete)
        #expect(try parseResponses("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n")[0].isComplete)
        #expect(
            try parseResponses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to: ["HEAD"])[0].isComplete
        )
    }

    @Test func oneConnectionCarriesSeveral() throws {
        let messages = try parseResponses(Self.sized + Self.chunked + Self.sized, to: ["GET", "GET", "GET"])
        #expect(messages.map(\.text) == ["hello", "abcde", "hello"])
    }

    @Test func reasonsMayBeMissing() throws {
        #expect(try parseResponses("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")[0].startLine == "200")
        #expect(try parseResponses("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n")[0].startLine == "200")
    }

    @Test func valuesThatAreNoUTF8AreLatin1() throws {
        let bytes = Array("HTTP/1.1 204 x\r\nX: f".utf8) + [0xFC] + Array("r\r\n\r\n".utf8)
        #expect(try parseResponses([bytes])[0].headers == ["X: für"])
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            MessageError.contentLengthWithTransferEncoding,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", .contentLengthRepeated),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .transferEncodingUnknown),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .transferEncodingUnknown),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInHTTP10),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .chunkSize),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", .unexpectedUpgrade),
        ("HTTP/1.1 103 x\r\nContent-Length: 5\r\n\r\n", .startLine),
        ("HTTP/1.1 099 x\r\n\r\n", .status),
        ("HTTP/1.1 600 x\r\n\r\n", .status),
        ("HTTP/1.1 700 x\r\n\r\n", .status),
        ("HTTP/1.1 1000 x\r\n\r\n", .status),
        ("HTTP/1.1 abc x\r\n\r\n", .status),
        ("HTTP/1.1 20\r\n\r\n", .startLine),
        ("HTTP/2.0 200 OK\r\n\r\n", .startLine),
        ("HTTP/1.2 200 OK\r\n\r\n", .version),
        ("ICY 200 OK\r\n\r\n", .startLine),
        ("\0\0\0\0\0\0\0\0\0\0\0\0\0", .startLine),
        ("HTTP/1.1 200 O\u{07}K\r\n\r\n", .startLine),
        ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", .fieldValue),
        ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", .foldedField),
        ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", .contentLength),
    ])
    func isRefused(_ text: String, _ error: MessageError) {
        #expect(throws: error) { try parseResponses(text) }
        #expect(throws: error, "byte by byte") { try parseResponses(text.utf8.map { [$0] }) }
    }

    @Test func limits() throws {
        func fields(_ count: Int) -> String { (0..<count).map { "X\($0): v\r\n" }.joined() }
        let start = "HTTP/1.1 204 x\r\n"
        #expect(try parseResponses(start + fields(256) + "\r\n").count == 1)
        #expect(throws: MessageError.tooManyFields) { try parseResponses(start + fields(257) + "\r\n") }
        #expect(throws: MessageError.fieldTooLong) {
            try parseResponses(start + "X: " + String(repeating: "v", count: 66_000))
        }
        #expect(throws: MessageError.fieldBlockTooLong) {
            try parseResponses(
                start + (0..<70).map { "X\($0): " + String(repeating: "v", count: 1000) + "\r\n" }.joined()
            )
        }
    }

    @Test func anEndTooEarlyIsSeen() {
        for count in 1..<Self.sized.utf8.count {
            #expect(throws: MessageError.truncated, "after \(count) bytes") {
                try parseResponses([Array(Self.sized.utf8.prefix(count))], closes: true)
            }
        }
        #expect(throws: MessageError.nothingReceived) { try parseResponses("", closes: true) }
    }

    @Test func whatTheBackendSaysAboutTheConnection() throws {
        func head(_ text: String) throws -> ResponseHead? {
            var parser = ResponseParser()
            parser.expectResponse(to: "GET")
            var position = 0
            let event = try Array(text.utf8).withUnsafeBytes { bytes in try parser.next(bytes, &position) }
            if case .head(let head) = event { return head }
            return nil
        }
        #expect(try head("HTTP/1.1 204 x\r\nKeep-Alive: timeout=5, max=9\r\n\r\n")?.keepAliveSeconds == 5)
        #expect(try head("HTTP/1.1 204 x\r\n\r\n")?.keepsAlive == true)
        #expect(try head("HTTP/1.1 204 x\r\nConnection: close\r\n\r\n")?.keepsAlive == false)
        #expect(try head("HTTP/1.0 204 x\r\n\r\n")?.keepsAlive == false)
        #expect(try head("HTTP/1.1 200 x\r\n\r\n")?.keepsAlive == false)
    }
}
