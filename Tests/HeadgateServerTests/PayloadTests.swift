import Headgate
import HeadgateHTTP
import NIOCore
import Testing

@testable import HeadgateServer

/// Payloads in both directions: framings, `Expect`, streams, and the pace of the slower side.
@Suite struct PayloadTests {
    static let routes: KeyValuePairs<String, any Stage> = ["ANY /echo": Answer.echo, "ANY /stream": StreamEcho()]

    @Test func chunksAreReadAsOnePayload() async throws {
        try await TestServer.serving(Self.routes) { server in
            let wire = try server.connect()
            try await wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in ["5;name=value\r\nhello", "\r\n", "1\r\n \r\n", "5\r\nworld\r\n0\r\nX-Trailer: a\r\n", "\r\n"]
            {
                try await wire.send(piece)
            }
            #expect(try await wire.response().body == "POST hello world")
            #expect(try await wire.ask("/echo").body == "GET ")
        }
    }

    @Test func aStreamedPayloadComesBackInTheFramingThatItHas() async throws {
        try await TestServer.serving(Self.routes) { server in
            let wire = try server.connect()
            try await wire.send("POST /stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            #expect(try await wire.bytes(15) == "HTTP/1.1 200 OK")
            try await wire.send("2\r\nde\r\n0\r\n\r\n")
            wire.finishSending()
            let rest = try await wire.rest()
            #expect(rest.contains("\r\nTransfer-Encoding: chunked\r\n"))
            #expect(rest.hasSuffix("\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
        }
    }

    @Test func http10GetsStreamsUntilTheEndOfTheConnection() async throws {
        try await TestServer.serving(["GET /": Source(pieces: 3)]) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let response = try await wire.response()
            #expect(response["connection"] == "close")
            #expect(response["transfer-encoding"] == nil)
            #expect(response.body.utf8.count == 3 * Source.pieceSize)
        }
    }

    @Test func streamsAreChunkedOrHaveTheirLength() async throws {
        let length = 3 * Source.pieceSize
        try await TestServer.serving(["GET /a": Source(pieces: 3), "ANY /b": Source(pieces: 3, announced: length)]) {
            server in
            let wire = try server.connect()
            let chunked = try await wire.ask("/a")
            #expect(chunked["transfer-encoding"] == "chunked")
            #expect(chunked.body.utf8.count == length)
            let plain = try await wire.ask("/b")
            #expect(plain["content-length"] == "\(length)")
            #expect(plain.body.utf8.count == length)
            let head = try await wire.ask("/b", method: "HEAD")
            #expect(head["content-length"] == "\(length)")
            #expect(try await wire.ask("/a").body.utf8.count == length)
        }
    }

    @Test(arguments: [
        Source(pieces: 2, end: .fail), Source(pieces: 2, announced: 1 << 20),
        Source(pieces: 2, announced: 1 << 20, end: .fail),
    ])
    func aStreamThatBreaksOffIsNeverAWholeResponse(_ source: Source) async throws {
        try await TestServer.serving(["GET /": source]) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await #expect(throws: Wire.Fault.self) { try await wire.response() }
        }
    }

    @Test func theClientSetsThePace() async throws {
        let source = Source(pieces: 4096)
        try await TestServer.serving(["GET /": source, "GET /other": Answer("other")]) { server in
            let wire = try server.connect(receiveBuffer: 32_768)
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await eventually { source.made > 0 }
            try await Task.sleep(for: .milliseconds(200))
            let made = source.made
            // 64 MiB are there to be sent; what the system's buffers hold is a small part of them.
            #expect(made < 1024)
            try await Task.sleep(for: .milliseconds(100))
            #expect(source.made == made)
            #expect(try await server.ask("/other").body == "other")
            try await wire.skip(4096 * Source.pieceSize)
            #expect(source.made > made)
        }
    }

    @Test func aClientThatLeavesEndsTheStream() async throws {
        let source = Source(pieces: 4096)
        try await TestServer.serving(["GET /": source]) { server in
            let wire = try server.connect(receiveBuffer: 32_768)
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await eventually { source.made > 0 }
            wire.reset()
            await eventually { source.abandoned == 1 }
            #expect(source.abandoned == 1)
        }
    }

    // MARK: Expect

    @Test func continueIsSaidToThoseWhoWaitForIt() async throws {
        try await TestServer.serving(["ANY /echo": Answer.echo, "ANY /late": LateEcho()]) { server in
            let wire = try server.connect()
            for target in ["/echo", "/late"] {
                try await wire.send(
                    "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                )
                #expect(try await wire.bytes(25) == "HTTP/1.1 100 Continue\r\n\r\n", "\(target)")
                try await wire.send("hello")
                #expect(try await wire.response().body.hasSuffix("hello"))
            }
        }
    }

    @Test func aRefusedRequestIsNotToldToContinue() async throws {
        var configuration = TestServer.configuration
        configuration.payloadLimit = 4
        try await TestServer.serving(["POST /echo": Answer.echo], configuration) { server in
            for (target, status) in [("/nowhere", 403), ("/echo", 413)] {
                let wire = try server.connect()
                try await wire.send(
                    "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                )
                let response = try await wire.response()
                #expect(response.status == status)
                #expect(response["connection"] == "close")
                #expect(try await wire.rest() == "")
            }
        }
    }

    @Test func anUnknownExpectationIsA417() async throws {
        try await TestServer.serving(Self.routes) { server in
            let wire = try server.connect()
            #expect(try await wire.ask("/echo", fields: "Expect: 200-ok\r\n").status == 417)
            #expect(try await wire.rest() == "")
        }
    }
}
