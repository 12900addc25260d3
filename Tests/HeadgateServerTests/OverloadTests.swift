import Headgate
import HeadgateHTTP
import NIOCore
import Synchronization
import Testing

@testable import HeadgateServer

/// As many requests as may are worked on; a few wait, the others are told to come again, at once.
@Suite struct OverloadTests {
    static func configuration(total: Int? = nil, waiting: Int, patience: TimeAmount = .seconds(20))
        -> ServerConfiguration
    {
        var configuration = TestServer.configuration
        configuration.inFlightCap = total.map { InFlightCap($0) }
        configuration.waitingPerLoop = waiting
        configuration.waitingTime = patience
        return configuration
    }

    static let get = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func someRunSomeWaitAndTheOthersAreRefused() async throws {
        let gate = Gate("done")
        try await TestServer.serving(["GET /slow": gate], Self.configuration(total: 2, waiting: 3)) { server in
            let wires = try (0..<8).map { _ in try server.connect() }
            for wire in wires {
                try await wire.send(Self.get)
                // One after the other, so that it is known who waits.
                let count = server.server.requestsInFlight
                await eventually { server.server.requestsInFlight != count || gate.arrived == 2 }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(gate.arrived == 2)
            for wire in wires[5...] {
                let response = try await wire.response()
                #expect(response.status == 503)
                #expect(response["retry-after"] == "1")
                #expect(response.body == "{\"message\": \"Service Unavailable\"}")
                #expect(response["connection"] == "keep-alive")
            }
            gate.open()
            for wire in wires[..<5] { #expect(try await wire.response().body == "done") }
            // All places are free again.
            for wire in wires { #expect(try await wire.ask("/slow").body == "done") }
        }
    }

    @Test func nobodyWaitsForEver() async throws {
        let gate = Gate("done")
        let configuration = Self.configuration(total: 1, waiting: 9, patience: .milliseconds(100))
        try await TestServer.serving(["ANY /slow": gate], configuration) { server in
            let first = try server.connect()
            try await first.send(Self.get)
            await eventually { gate.arrived == 1 }
            let second = try server.connect()
            #expect(try await second.ask("/slow", method: "POST", body: "some payload").status == 503)
            gate.open()
            #expect(try await first.response().body == "done")
            #expect(try await second.ask("/slow").body == "done")
        }
    }

    @Test func aFloodedPipelineLeavesTheOthersAlone() async throws {
        let gate = Gate("done")
        let stages: [(String, any Stage, InFlightCap?)] = [
            ("GET /slow", gate, InFlightCap(1)), ("GET /fast", Answer("fast"), nil),
        ]
        let pipelines = try stages.map { route, stage, cap in
            Pipeline(
                name: route,
                routes: [try Route(parsing: route)],
                stages: [
                    PipelineStage(label: "s", kind: "test", phase: .any, built: BuiltStage(stage, explanation: ""))
                ],
                inFlightCap: cap,
            )
        }
        try await TestServer.serving(pipelines, Self.configuration(waiting: 1)) { server in
            let wires = try (0..<6).map { _ in try server.connect() }
            for wire in wires { try await wire.send(Self.get) }
            for _ in 0..<10 { #expect(try await server.ask("/fast").body == "fast") }
            await eventually { server.server.requestsInFlight == 2 }
            #expect(server.server.requestsInFlight == 2)
            #expect(gate.arrived == 1)
            gate.open()
            var statuses: [Int] = []
            for wire in wires { statuses.append(try await wire.response().status) }
            #expect(statuses.sorted() == [200, 200, 503, 503, 503, 503])
        }
    }

    @Test func thoseWhoLeaveGiveTheirPlaceBack() async throws {
        let gate = Gate("done")
        try await TestServer.serving(["GET /slow": gate], Self.configuration(total: 1, waiting: 9)) { server in
            let running = try server.connect()
            try await running.send(Self.get)
            await eventually { gate.arrived == 1 }
            let waiting = try server.connect()
            try await waiting.send(Self.get)
            await eventually { server.server.requestsInFlight == 2 }
            waiting.reset()
            await eventually { server.server.requestsInFlight == 1 }
            let last = try server.connect()
            try await last.send(Self.get)
            running.reset()
            await eventually { gate.arrived == 2 }
            gate.open()
            #expect(try await last.response().body == "done")
        }
    }

    @Test func memoryIsHighFromTheLimitUntilThereIsRoom() {
        let heard = Mutex<[Bool]>([])
        let pressure = MemoryPressure(limit: 100 << 40) { isHigh, _ in heard.withLock { $0.append(isHigh) } }
        for (resident, isHigh) in [(99, false), (100, true), (96, true), (95, true), (94, false), (99, false)] {
            pressure.look(resident << 40)
            #expect(pressure.isHigh == isHigh, "\(resident)")
        }
        pressure.look(nil)
        #expect(heard.withLock { $0 } == [true, false])
        #if os(Linux)
        #expect((1 << 20..<1 << 40).contains(MemoryPressure.residentBytes ?? 0))
        #endif
    }

    @Test func noRequestIsTakenWhileMemoryIsHigh() async throws {
        var configuration = TestServer.configuration
        let pressure = MemoryPressure(limit: 1)
        configuration.memoryPressure = pressure
        try await TestServer.serving(["ANY /a": Answer("well")], configuration) { server in
            await eventually { pressure.isHigh }
            let wire = try server.connect()
            let refused = try await wire.ask("/a", method: "POST", body: "a payload")
            #expect(refused.status == 503)
            #expect(refused["retry-after"] == "1")
            #expect(try await wire.ask("/a").status == 503)
        }
    }
}
