import Headgate
import NIOCore
import Testing

@testable import HeadgateHTTP

@Suite struct RequestParserTests {
    private static let get = "GET /pets/7?kind=dog HTTP/1.1\r\nHost: a.example\r\nX-Id:  a b\t\r\n\r\n"
    private static let post = "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    private static let chunked =
        "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\nWiki\r\n6;x=1\r\npedia \r\nB\r\nin \r\nchunks\r\n0\r\nX-T: v\r\n\r\n"

    @Test func takesARequestApart() throws {
        let messages = try parseRequests(Self.get)
        #expect(
            messages == [
                ParsedMessage(
                    startLine: "GET /pets/7?kind=dog 1.1",
                    headers: ["Host: a.example", "X-Id: a b"],
                    isComplete: true,
                )
            ]
        )
    }

    @Test func readsBodiesByLengthAndByChunks() throws {
        let messages = try parseRequests(Self.post + Self.chunked + Self.get)
        #expect(messages.map(\.text) == ["hello", "Wikipedia in \r\nchunks", ""])
        #expect(messages.allSatisfy { $0.isComplete })
        // Trailers are dropped.
        #expect(messages[1].headers == ["Host: a", "Transfer-Encoding: Chunked"])
    }

    @Test(arguments: [get, post, chunked, "\r\n\r\n" + get, post + chunked + get])
    func everyFragmentationIsTheSameRequest(_ text: String) throws {
        let bytes = Array(text.utf8)
        let whole = try parseRequests([bytes])
        for cut in 0...bytes.count {
            #expect(try parseRequests([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(try parseRequests(bytes.map { [$0] }) == whole, "byte by byte")
    }

    @Test(arguments: [chunked, post])
    func everyThreePiecesAreTheSameRequest(_ text: String) throws {
        let bytes = Array(text.utf8)
        let whole = try parseRequests([bytes])
        for first in stride(from: 0, through: bytes.count, by: 3) {
            for second in stride(from: first, through: bytes.count, by: 2) {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(try parseRequests(pieces) == whole, "cuts at \(first) and \(second)")
            }
        }
    }

    @Test func whatIsMissingIsWaitedFor() throws {
        for text in [Self.get, Self.post, Self.chunked] {
            for count in 0..<text.utf8.count {
                let messages = try parseRequests([Array(text.utf8.prefix(count))])
                #expect(messages.allSatisfy { !$0.isComplete }, "complete after \(count) bytes of \(text.prefix(12))")
            }
        }
    }

    @Test func theAbsoluteFormNamesTheSameHost() throws {
        let messages = try parseRequests("GET http://A.example:80/x?y HTTP/1.1\r\nHost: a.example:80\r\n\r\n")
        #expect(messages[0].startLine == "GET /x?y 1.1")
        #expect(try parseRequests("GET https://a HTTP/1.1\r\nHost: a\r\n\r\n")[0].startLine == "GET / 1.1")
        #expect(throws: MessageError.hostMismatch) { try parseRequests("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n") }
    }

    @Test func connectionsAreKeptAsTheVersionSays() throws {
        func keeps(_ head: String) throws -> Bool? {
            var parser = RequestParser()
            var buffer = ByteBuffer(string: head + "\r\n")
            guard case .head(let head) = try parser.next(&buffer) else { return nil }
            return head.keepsAlive
        }
        #expect(try keeps("GET / HTTP/1.1\r\nHost: a\r\n") == true)
        #expect(try keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n") == false)
        #expect(try keeps("GET / HTTP/1.0\r\n") == false)
        #expect(try keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n") == true)
        #expect(try keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n") == false)
    }

    @Test func utf8InValuesIsKept() throws {
        #expect(try parseRequests("GET / HTTP/1.1\r\nHost: a\r\nX: größer\r\n\r\n")[0].headers[1] == "X: größer")
    }
}
