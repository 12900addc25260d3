import Headgate
import NIOCore
import Testing

@testable import HeadgateHTTP

/// Calls that go well, connections that are used again, and what is never sent.
@Suite struct DispatcherTests {
    static func answer(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func connectionsAreUsedAgain() async throws {
        let upstream = try await ScriptedUpstream(.send(Self.answer("hello")))
        let calls = try Calls()
        for number in 0..<5 {
            #expect(
                await calls.outcome("POST", "/\(number)", to: upstream.port, body: "b\(number)")
                    == .answered(200, "hello")
            )
        }
        #expect(upstream.received.map(\.connection) == [1, 1, 1, 1, 1])
        #expect(upstream.received.map(\.body) == ["b0", "b1", "b2", "b3", "b4"])
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab",
        // Bytes behind the response belong to nobody.
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    ])
    func someConnectionsAreNot(_ answer: String) async throws {
        let upstream = try await ScriptedUpstream(.send(answer))
        let calls = try Calls()
        for _ in 0..<3 { #expect(await calls.outcome(to: upstream.port) == .answered(200, "ab")) }
        #expect(upstream.received.map(\.connection) == [1, 2, 3])
    }

    @Test func bytesThatNobodyAskedForEndTheConnection() async throws {
        let upstream = try await ScriptedUpstream(.send(Self.answer("one")))
        let calls = try Calls()
        #expect(await calls.outcome(to: upstream.port) == .answered(200, "one"))
        let late = try await ScriptedUpstream(.drip(Self.answer("two") + Self.answer("poison")))
        #expect(await calls.outcome(to: late.port) == .answered(200, "two"))
        await eventually { late.openConnections == 0 }
        #expect(late.openConnections == 0)
    }

    @Test func interimResponsesArePassedOver() async throws {
        let hints =
            "HTTP/1.1 100 Continue\r\n\r\n"
            + String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", count: 50)
        let upstream = try await ScriptedUpstream(.send(hints + Self.answer("final")))
        #expect(try await Calls().outcome(to: upstream.port) == .answered(200, "final"))
    }

    @Test func bodilessResponsesEndWithTheirHead() async throws {
        let upstream = try await ScriptedUpstream(
            .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
            .send("HTTP/1.1 204 No Content\r\nContent-Length: 99\r\n\r\n"),
            .send("HTTP/1.1 304 Not Modified\r\n\r\n"),
            .send(Self.answer("well")),
        )
        let calls = try Calls()
        #expect(await calls.outcome("HEAD", to: upstream.port) == .answered(200, ""))
        #expect(await calls.outcome(to: upstream.port) == .answered(204, ""))
        #expect(await calls.outcome(to: upstream.port) == .answered(304, ""))
        #expect(await calls.outcome(to: upstream.port) == .answered(200, "well"))
        #expect(upstream.connections == 1)
    }

    @Test func everyPieceOfAResponseIsTheSameResponse() async throws {
        let chunked =
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"
        let upstream = try await ScriptedUpstream(.drip(chunked))
        #expect(try await Calls().outcome(to: upstream.port) == .answered(201, "abcde"))
    }

    @Test func aResponseMayEndWithItsConnection() async throws {
        let upstream = try await ScriptedUpstream(.sendAndClose("HTTP/1.1 200 OK\r\n\r\nall of it"))
        #expect(try await Calls().outcome(to: upstream.port) == .answered(200, "all of it"))
    }

    // MARK: Dead connections

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
    func aDeadConnectionCostsAnIdempotentCallNothing(_ method: String) async throws {
        let upstream = try await ScriptedUpstream(
            .send("HTTP/1.1 204 OK\r\n\r\n"),
            .sendAndClose(""),
            .send("HTTP/1.1 204 OK\r\n\r\n"),
        )
        let calls = try Calls()
        #expect(await calls.outcome(method, to: upstream.port) == .answered(204, ""))
        #expect(await calls.outcome(method, "/two", to: upstream.port) == .answered(204, ""))
        #expect(upstream.received.map(\.connection) == [1, 1, 2])
    }

    @Test(arguments: ["POST", "PATCH", "X-CUSTOM"])
    func othersAreNeverSentTwice(_ method: String) async throws {
        let upstream = try await ScriptedUpstream(
            .send(Self.answer("one")),
            .sendAndClose(""),
            .send(Self.answer("two")),
        )
        let calls = try Calls()
        #expect(await calls.outcome(method, to: upstream.port, body: "a") == .answered(200, "one"))
        #expect(await calls.outcome(method, to: upstream.port, body: "b") == .failed(502, "integration-closed"))
        #expect(upstream.received.map(\.body) == ["a", "b"])
    }

    @Test func aCallIsRepeatedOnceOnly() async throws {
        let upstream = try await ScriptedUpstream(.send(Self.answer("one")), .sendAndClose(""))
        let calls = try Calls()
        #expect(await calls.outcome(to: upstream.port) == .answered(200, "one"))
        #expect(await calls.outcome(to: upstream.port) == .failed(502, "integration-closed"))
        #expect(upstream.received.count == 3)
    }

    @Test func aCallWhoseAnswerHasBegunIsNotRepeated() async throws {
        let upstream = try await ScriptedUpstream(.send(Self.answer("one")), .sendAndClose("HTTP/1.1 200 OK\r\n"))
        let calls = try Calls()
        #expect(await calls.outcome(to: upstream.port) == .answered(200, "one"))
        #expect(await calls.outcome(to: upstream.port) == .failed(502, "integration-truncated"))
        #expect(upstream.received.count == 2)
    }

    @Test func aNewConnectionThatFailsIsNotRepeated() async throws {
        let upstream = try await ScriptedUpstream(.sendAndClose(""))
        #expect(try await Calls().outcome(to: upstream.port) == .failed(502, "integration-closed"))
        #expect(upstream.received.count == 1)
    }

    // MARK: Bounds

    @Test func callsBeyondTheConnectionsWait() async throws {
        let upstream = try await ScriptedUpstream(.send(Self.answer("hello")))
        let calls = try Calls(DispatcherConfiguration(connectionsPerEndpoint: 2, waitingPerEndpoint: 100))
        let outcomes = await withTaskGroup(of: Calls.Outcome.self) { group in
            for _ in 0..<20 { group.addTask { await calls.outcome(to: upstream.port) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: .answered(200, "hello"), count: 20))
        #expect(upstream.connections <= 2)
    }

    @Test func callsBeyondTheQueueFailAtOnce() async throws {
        let upstream = try await ScriptedUpstream(.nothing)
        let calls = try Calls(DispatcherConfiguration(connectionsPerEndpoint: 1, waitingPerEndpoint: 1))
        let outcomes = await withTaskGroup(of: Calls.Outcome.self) { group in
            for _ in 0..<5 { group.addTask { await calls.outcome(to: upstream.port, timeout: 400) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == .failed(503, "integration-overloaded") }.count == 3)
        #expect(outcomes.filter { $0 == .failed(504, "integration-timeout") }.count == 2)
    }

    @Test func aCancelledCallEndsItsConnection() async throws {
        let upstream = try await ScriptedUpstream(.nothing)
        let outcome = try await Calls().outcome(to: upstream.port, timeout: 5000, cancellingAfter: .milliseconds(100))
        #expect(outcome == .failed(504, "client-gone"))
        await eventually { upstream.openConnections == 0 }
        #expect(upstream.openConnections == 0)
    }

    // MARK: What is never sent

    @Test func framingFollowsFromTheBody() async throws {
        let upstream = try await ScriptedUpstream(.send(Self.answer("")))
        var headers = Headers()
        for (name, value) in [
            ("Content-Length", "3"), ("transfer-encoding", "chunked"), ("Connection", "close"), ("TE", "trailers"),
            ("Proxy-Connection", "close"), ("X-A", "kept"),
        ] { headers.setUnchecked(name, value) }
        _ = try await Calls().outcome("POST", "/a", to: upstream.port, headers: headers, body: "hello")
        _ = try await Calls().outcome("GET", "/b", to: upstream.port)
        _ = try await Calls().outcome("POST", "/c", to: upstream.port)
        let host = "Host: 127.0.0.1:\(upstream.port)"
        #expect(
            upstream.received.map(\.head) == [
                "POST /a HTTP/1.1\r\n\(host)\r\nX-A: kept\r\nContent-Length: 5",
                "GET /b HTTP/1.1\r\n\(host)",
                "POST /c HTTP/1.1\r\n\(host)\r\nContent-Length: 0",
            ]
        )
    }

    @Test(arguments: [
        ("GET /x HTTP/1.1\r\nX: y\r\n\r\nGET", "/", "X-A", "a"),
        ("GET ", "/", "X-A", "a"),
        ("", "/", "X-A", "a"),
        ("GET", "/a b", "X-A", "a"),
        ("GET", "/a\r\nX: y", "X-A", "a"),
        ("GET", "/a\u{E9}", "X-A", "a"),
        ("GET", "http://other/", "X-A", "a"),
        ("GET", "*", "X-A", "a"),
        ("GET", "/", "X-A", "a\r\nX-B: b"),
        ("GET", "/", "X-A", "a\0"),
        ("GET", "/", "X-A: a\r\nX-B", "b"),
        ("GET", "/", "", "b"),
        ("GET", "/", "Host", "a\r\nX-B: b"),
    ])
    func nothingThatSplitsARequestIsSent(_ method: String, _ path: String, _ name: String, _ value: String) async throws
    {
        let upstream = try await ScriptedUpstream(.send(Self.answer("ok")))
        let calls = try Calls()
        var headers = Headers()
        headers.setUnchecked(name, value)
        #expect(
            await calls.outcome(method, path, to: upstream.port, headers: headers)
                == .failed(500, "integration-request")
        )
        #expect(await calls.outcome(to: upstream.port) == .answered(200, "ok"))
        #expect(upstream.received.map(\.line) == ["GET / HTTP/1.1"])
    }

    @Test func aCallWithoutABackendIsAnInternalError() async throws {
        guard case .failure(let failure as GatewayFailure) = try await Calls().perform(IntegrationRequest()) else {
            Issue.record("nobody has answered something")
            return
        }
        #expect(failure.status == 500)
    }

    // MARK: Streams

    @Test func aStreamedResponseIsGivenAsItComes() async throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let body = String(repeating: "x", count: 200_000)
        let upstream = try await ScriptedUpstream(
            .send(head + String(200_000, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n")
        )
        let calls = try Calls()
        for _ in 0..<2 {
            guard case .success(let response) = await calls.perform(to: upstream.port, streaming: true),
                case .stream(let stream) = response.body
            else {
                Issue.record("the response was not streamed")
                return
            }
            #expect(try await stream.collect(upTo: 1 << 20).count == 200_000)
        }
        #expect(upstream.connections == 1)
    }

    @Test func anEarlyAnswerIsHeardAndTheRestOfTheRequestIsNotSent() async throws {
        let upstream = try await ScriptedUpstream(
            .send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\ntoo"),
            answersHeads: true,
        )
        let producer = EndlessProducer(Calls.group.next())
        let result = try await Calls().perform("POST", to: upstream.port, body: .stream(producer.stream))
        guard case .success(let response) = result else {
            Issue.record("the early answer was not heard: \(result)")
            return
        }
        #expect(response.status == 413)
        #expect(response.body.text == "too")
        await eventually { producer.isAbandoned }
        #expect(producer.isAbandoned)
        await eventually { upstream.openConnections == 0 }
        #expect(upstream.openConnections == 0)
    }
}

/// The payload of a client that never ends.
final class EndlessProducer: BodyProducer, @unchecked Sendable {
    private let loop: any EventLoop
    private var isWanted = false
    private let abandoned = Flag()
    private(set) lazy var stream = LoopBodyStream(eventLoop: loop, expectedLength: nil, producer: self)

    init(_ loop: any EventLoop) { self.loop = loop }

    var isAbandoned: Bool { abandoned.isSet }

    func produceBody() {
        isWanted = true
        produce()
    }

    func pauseBody() { isWanted = false }

    func abandonBody() { abandoned.set() }

    private func produce() {
        guard isWanted, !isAbandoned else { return }
        stream.push(ByteBuffer(string: "some of it"))
        loop.scheduleTask(in: .milliseconds(1)) { self.produce() }
    }
}
