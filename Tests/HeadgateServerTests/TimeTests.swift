import Headgate
import HeadgateHTTP
import NIOCore
import Testing

@testable import HeadgateServer

/// Clients that are slow, silent or deaf are given up; those that are on their way when the server
/// stops are not.
@Suite struct TimeTests {
    static func configuration(_ change: (inout ServerConfiguration) -> Void) -> ServerConfiguration {
        var configuration = TestServer.configuration
        change(&configuration)
        return configuration
    }

    @Test func aHeadThatDoesNotComeIsA408() async throws {
        let configuration = Self.configuration { $0.headerTimeout = .milliseconds(200) }
        try await TestServer.serving(["GET /": Answer("here")], configuration) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            // The time is for all of the head: a byte now and then does not prolong it.
            await wire.drip("aaaaaaaaaa", milliseconds: 50)
            let response = try await wire.response()
            #expect(response.status == 408)
            #expect(try await wire.rest() == "")
        }
    }

    @Test func aPayloadThatDoesNotComeIsA408() async throws {
        let gate = Gate("never")
        let configuration = Self.configuration { $0.bodyTimeout = .milliseconds(200) }
        try await TestServer.serving(["POST /": gate], configuration) { server in
            let wire = try server.connect()
            try await wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
            #expect(try await wire.response().status == 408)
            #expect(try await wire.rest() == "")
            #expect(gate.arrived == 0)
        }
    }

    @Test func aPayloadThatDripsIsA408() async throws {
        let configuration = Self.configuration {
            $0.bodyRate = 1000
            $0.bodyGrace = .milliseconds(200)
        }
        try await TestServer.serving(["POST /": Answer.echo], configuration) { server in
            let wire = try server.connect()
            try await wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            await wire.drip("aaaaaaaaaa", milliseconds: 50)
            #expect(try await wire.response().status == 408)
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        let configuration = Self.configuration { $0.idleTimeout = .milliseconds(150) }
        try await TestServer.serving(["GET /": Answer("here")], configuration) { server in
            #expect(try await server.rest() == "")
            let used = try server.connect()
            #expect(try await used.ask("/").body == "here")
            #expect(try await used.rest() == "")
        }
    }

    @Test func workIsNotIdleness() async throws {
        let gate = Gate("late")
        let configuration = Self.configuration {
            $0.idleTimeout = .milliseconds(500)
            $0.headerTimeout = .milliseconds(500)
            $0.bodyTimeout = .milliseconds(500)
        }
        try await TestServer.serving(["POST /": gate], configuration) { server in
            let wire = try server.connect()
            try await wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
            try await Task.sleep(for: .milliseconds(1200))
            gate.open()
            #expect(try await wire.response().body == "late")
        }
    }

    @Test func aClientThatTakesNothingIsGivenUp() async throws {
        let source = Source(pieces: 4096)
        let configuration = Self.configuration { $0.writeTimeout = .milliseconds(200) }
        try await TestServer.serving(["GET /": source], configuration) { server in
            let wire = try server.connect(receiveBuffer: 32_768)
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await eventually { source.abandoned == 1 }
            #expect(source.abandoned == 1)
            await eventually { server.server.openConnections == 0 }
            #expect(server.server.openConnections == 0)
        }
    }

    @Test func aClientThatReadsSlowlyIsServed() async throws {
        let source = Source(pieces: 512)
        let configuration = Self.configuration { $0.writeTimeout = .seconds(1) }
        try await TestServer.serving(["GET /": source], configuration) { server in
            let wire = try server.connect(receiveBuffer: 65_536)
            try await wire.send("GET / HTTP/1.0\r\n\r\n")
            // Much longer than the time for a client that takes nothing.
            for _ in 0..<8 {
                try await wire.skip(64 * Source.pieceSize)
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(try await wire.rest().utf8.count < 1000)
        }
    }

    // MARK: Stopping

    @Test func drainingFinishesWhatRuns() async throws {
        let gate = Gate("finished")
        try await TestServer.serving(["GET /": gate, "GET /idle": Answer("idle")]) { server in
            let idle = try server.connect()
            #expect(try await idle.ask("/idle").body == "idle")
            let busy = try server.connect()
            try await busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await eventually { gate.arrived == 1 }
            async let clean = server.server.drain(deadline: .seconds(5))
            #expect(try await idle.rest() == "")
            gate.open()
            let response = try await busy.response()
            #expect(response.body == "finished")
            #expect(response["connection"] == "close")
            #expect(await clean)
            #expect(throws: Wire.Fault.notConnected) { try Wire(port: server.port) }
        }
    }

    @Test func aRequestOnItsWayWhileDrainingIsServed() async throws {
        let configuration = Self.configuration { $0.drainGrace = .seconds(3) }
        try await TestServer.serving(["GET /": Answer("served")], configuration) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHo")
            await eventually { server.server.openConnections == 1 }
            async let clean = server.server.drain(deadline: .seconds(9))
            await eventually { (try? Wire(port: server.port)) == nil }
            try await Task.sleep(for: .milliseconds(50))
            try await wire.send("st: x\r\n\r\n")
            let response = try await wire.response()
            #expect(response.body == "served")
            #expect(response["connection"] == "close")
            #expect(await clean)
        }
    }

    @Test func drainingCutsOffWhatTakesTooLong() async throws {
        let gate = Gate("never")
        try await TestServer.serving(["GET /": gate]) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await eventually { gate.arrived == 1 }
            #expect(await server.server.drain(deadline: .milliseconds(100)) == false)
            #expect(gate.cancelled == 1)
            #expect(try await wire.rest() == "")
        }
    }
}
