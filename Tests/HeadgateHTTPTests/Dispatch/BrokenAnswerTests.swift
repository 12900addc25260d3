import Headgate
import NIOCore
import Testing

@testable import HeadgateHTTP

/// Whatever a backend does: the answer is whole, or it is a 502 or a 504, and what comes after is clean.
@Suite struct BrokenAnswerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let action: ScriptedUpstream.Action
        let expected: Calls.Outcome

        init(_ description: String, _ action: ScriptedUpstream.Action, _ status: Int, _ reason: String) {
            testDescription = description
            self.action = action
            expected = .failed(status, reason)
        }
    }

    static let ok = "HTTP/1.1 200 OK\r\n"

    static func fields(_ count: Int) -> String { (0..<count).map { "X-\($0): v\r\n" }.joined() }

    static let closing = [
        Case("no answer", .sendAndClose(""), 502, "integration-closed"),
        Case("half a status line", .sendAndClose("HTTP/1.1 20"), 502, "integration-truncated"),
        Case("half a head", .sendAndClose(ok + "X-A: "), 502, "integration-truncated"),
        Case("2 bytes of 10", .sendAndClose(ok + "Content-Length: 10\r\n\r\nab"), 502, "integration-truncated"),
        Case("2 bytes of 10, reset", .sendAndReset(ok + "Content-Length: 10\r\n\r\nab"), 502, "integration-truncated"),
        Case(
            "chunks without an end",
            .sendAndClose(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
            502,
            "integration-truncated",
        ),
        Case(
            "chunks without the last line",
            .sendAndClose(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"),
            502,
            "integration-truncated",
        ),
        Case("interim only", .sendAndClose("HTTP/1.1 103 Early Hints\r\n\r\n"), 502, "integration-truncated"),
    ]

    static let malformed: [Case] = [
        ("garbage", "I am a teapot\r\n\r\n"),
        ("zeros", String(repeating: "\0", count: 64)),
        ("TLS alert", "\u{15}\u{03}\u{03}\u{00}\u{02}"),
        ("HTTP/0.9", "<html>hello</html>"),
        ("HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("status 099", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"),
        ("status 600", "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"),
        ("status 1000", "HTTP/1.1 1000 High\r\nContent-Length: 0\r\n\r\n"),
        ("status abc", "HTTP/1.1 abc Odd\r\nContent-Length: 0\r\n\r\n"),
        ("unasked upgrade", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        ("many interim responses", String(repeating: "HTTP/1.1 103 Hints\r\n\r\n", count: 101)),
        ("two framings", ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        ("two lengths", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
        ("length +2", ok + "Content-Length: +2\r\n\r\nab"),
        ("chunked twice", ok + "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        ("gzip only", ok + "Transfer-Encoding: gzip\r\n\r\nab"),
        ("chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        ("bad chunk size", ok + "Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n"),
        ("chunk longer than announced", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"),
        ("bare LF after a chunk size", ok + "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n"),
        ("bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nab"),
        ("folded line", ok + "X-A: a\r\n b\r\nContent-Length: 2\r\n\r\nab"),
        ("NUL in a field", ok + "X-A: a\0b\r\nContent-Length: 2\r\n\r\nab"),
        ("blank before the colon", ok + "X-A : a\r\nContent-Length: 2\r\n\r\nab"),
        ("field of 100 KiB", ok + "X: " + String(repeating: "v", count: 102_400) + "\r\nContent-Length: 2\r\n\r\nab"),
        ("5000 fields", ok + fields(5000) + "Content-Length: 2\r\n\r\nab"),
        ("length in a trailer", ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nContent-Length: 2\r\n\r\n"),
    ].map { Case($0.0, .send($0.1), 502, "integration-malformed") }

    static let stalling = [
        Case("says nothing", .nothing, 504, "integration-timeout"),
        Case("half a head", .send(ok + "X-A: "), 504, "integration-timeout"),
        Case("half a body", .send(ok + "Content-Length: 10\r\n\r\nab"), 504, "integration-timeout"),
        Case(
            "byte after byte",
            .drip(ok + "X-A: " + String(repeating: "v", count: 4000)),
            504,
            "integration-timeout",
        ),
        Case("endless body", .endless(ok + "\r\n"), 504, "integration-timeout"),
    ]

    @Test(arguments: closing + malformed + stalling)
    func isAFailureAndItsConnectionIsNotUsedAgain(_ broken: Case) async throws {
        let upstream = try await ScriptedUpstream(broken.action, .send(Self.ok + "Content-Length: 4\r\n\r\nwell"))
        let calls = try Calls()
        #expect(await calls.outcome(to: upstream.port, timeout: 300) == broken.expected)
        #expect(await calls.outcome(to: upstream.port) == .answered(200, "well"))
        #expect(upstream.received.map(\.connection) == [1, 2])
        await eventually { upstream.openConnections == 1 }
        #expect(upstream.openConnections == 1)
    }

    @Test func nobodyListens() async throws {
        let port = try await Calls.closedPort()
        #expect(try await Calls().outcome(to: port) == .failed(504, "integration-connect"))
    }

    @Test func noSuchHost() async throws {
        var request = IntegrationRequest(endpoint: Endpoint(scheme: .http, host: "no-such-host.invalid"))
        request.timeoutMilliseconds = 3000
        guard case .failure(let failure as GatewayFailure) = try await Calls().perform(request) else {
            Issue.record("a host that does not exist has answered")
            return
        }
        #expect(failure.status == 504)
    }

    @Test func aResponseAboveTheLimitIsRefused() async throws {
        let chunk = Self.ok + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: "a\r\n0123456789\r\n", count: 3)
        for answer in [
            Self.ok + "Content-Length: 21\r\n\r\n", chunk, Self.ok + "\r\n" + String(repeating: "x", count: 21),
        ] {
            let upstream = try await ScriptedUpstream(.send(answer))
            let calls = try Calls(DispatcherConfiguration(responseLimit: 20))
            #expect(await calls.outcome(to: upstream.port) == .failed(502, "integration-response-too-large"))
            await eventually { upstream.openConnections == 0 }
            #expect(upstream.openConnections == 0)
        }
    }

    @Test func anEndlessResponseIsRefused() async throws {
        let upstream = try await ScriptedUpstream(.endless(Self.ok + "\r\n" + String(repeating: "x", count: 65_536)))
        let calls = try Calls(DispatcherConfiguration(responseLimit: 1 << 20))
        #expect(
            await calls.outcome(to: upstream.port, timeout: 5000) == .failed(502, "integration-response-too-large")
        )
    }

    @Test(arguments: [BrokenAnswerTests.closing[3], BrokenAnswerTests.closing[4], BrokenAnswerTests.closing[5]])
    func aStreamedBodyThatIsCutOffFails(_ broken: Case) async throws {
        let upstream = try await ScriptedUpstream(broken.action)
        let result = try await Calls().perform(to: upstream.port, streaming: true)
        guard case .success(let response) = result, case .stream(let stream) = response.body else {
            // It came in one piece with its end, and was found broken before anything was passed on.
            guard case .failure(let failure as GatewayFailure) = result else {
                Issue.record("a complete response was made of a broken one: \(result)")
                return
            }
            #expect(failure.status == 502)
            return
        }
        await #expect(throws: GatewayFailure.self) { try await stream.collect(upTo: 100) }
    }
}
