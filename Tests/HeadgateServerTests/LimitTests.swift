import Headgate
import HeadgateHTTP
import NIOCore
import Testing

@testable import HeadgateServer

/// What is too large, too slow or not HTTP is refused with the status that says so, and the connection ends.
@Suite struct LimitTests {
    static var configuration: ServerConfiguration {
        var configuration = TestServer.configuration
        configuration.limits = MessageLimits(target: 100, fieldBlock: 300, field: 200, fieldCount: 5)
        configuration.payloadLimit = 10
        return configuration
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: String
        let status: Int

        init(_ description: String, _ status: Int, _ request: String) {
            testDescription = description
            self.status = status
            self.request = request
        }
    }

    static func get(_ fields: String, target: String = "/echo") -> String {
        "GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
    }

    static func post(_ fields: String, _ body: String) -> String {
        "POST /echo HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)"
    }

    static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    static let cases = [
        Case("target at the limit", 200, get("", target: "/echo?" + letters(94))),
        Case("target above it", 414, get("", target: "/echo?" + letters(95))),
        Case("field at the limit", 200, get("X: " + letters(197) + "\r\n")),
        Case("field above it", 431, get("X: " + letters(198) + "\r\n")),
        Case("block at the limit", 200, get("X: " + letters(140) + "\r\nY: " + letters(141) + "\r\n")),
        Case("block above it", 431, get("X: " + letters(141) + "\r\nY: " + letters(141) + "\r\n")),
        Case("count at the limit", 200, get("A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n")),
        Case("count above it", 431, get("A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n")),
        Case("a field that never ends", 431, "GET /echo HTTP/1.1\r\nX: " + letters(400)),
        Case("payload at the limit", 200, post("Content-Length: 10", letters(10))),
        Case("payload above it, by its announcement alone", 413, post("Content-Length: 11", "")),
        Case("a length of 2^63", 413, post("Content-Length: 9223372036854775808", "")),
        Case("a length of 2^64", 400, post("Content-Length: 18446744073709551616", "")),
        Case("chunks at the limit", 200, post("Transfer-Encoding: chunked", "5\r\naaaaa\r\n5\r\naaaaa\r\n0\r\n\r\n")),
        Case("chunks above it", 413, post("Transfer-Encoding: chunked", "5\r\naaaaa\r\n6\r\naaaaaa\r\n")),
        Case("two framings", 400, post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Case("an unknown coding", 501, post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        Case("a bad chunk", 400, post("Transfer-Encoding: chunked", "x\r\n")),
        Case("CONNECT", 405, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("no host", 400, "GET /echo HTTP/1.1\r\n\r\n"),
        Case("TLS on the plain port", 400, "\u{16}\u{03}\u{01}\u{02}"),
    ]

    @Test(arguments: cases)
    func isAnswered(_ example: Case) async throws {
        let body = example.status == 200 ? nil : "{\"message\":"
        try await TestServer.serving(["ANY /echo": Answer.echo], Self.configuration) { server in
            let wire = try server.connect()
            try await wire.send(example.request)
            let response = try await wire.response()
            #expect(response.status == example.status)
            guard let body else { return }
            #expect(response.body.hasPrefix(body))
            #expect(response["connection"] == "close")
            #expect(try await wire.rest() == "")
            #expect(try await server.ask("/echo").status == 200)
        }
    }

    @Test func aPipelineHasItsOwnPayloadLimit() async throws {
        try await TestServer.serving(["ANY /echo": Answer.echo], Self.configuration, payloadLimit: 20) { server in
            for (length, status) in [(20, 200), (21, 413)] {
                let response = try await server.ask("/echo", method: "PUT", body: Self.letters(length))
                #expect(response.status == status)
            }
        }
    }

    @Test func moreConnectionsThanAllowedAreClosedAtOnce() async throws {
        var configuration = TestServer.configuration
        configuration.connectionsPerLoop = 2
        try await TestServer.serving(["GET /": Answer("here")], configuration) { server in
            let first = try server.connect()
            let second = try server.connect()
            #expect(try await first.ask("/").body == "here")
            #expect(try await second.ask("/").body == "here")
            let third = try server.connect()
            #expect(try await third.rest() == "")
            #expect(try await first.ask("/").body == "here")
        }
    }
}
