import Foundation
import Headgate
import NIOCore
import NIOPosix
import Testing

@testable import HeadgateServer

/// Servers are values of their own: several live in one process, and what has ended leaves nothing.
@Suite struct LifecycleTests {
    @Test func twoAtATimeAHundredTimes() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let descriptors = openDescriptors()
        for round in 0..<100 {
            let servers = try await [start("first \(round)", on: group), start("second \(round)", on: group)]
            let ports = servers.map { $0.address.port ?? 0 }
            #expect(try await Wire(port: ports[0]).ask("/a").body == "first \(round)")
            #expect(try await Wire(port: ports[1]).ask("/a").body == "second \(round)")
            for server in servers { #expect(await server.drain(deadline: .seconds(5))) }
            for port in ports { #expect(throws: (any Error).self) { try Wire(port: port) } }
        }
        #if os(Linux)
        #expect(openDescriptors() <= descriptors + 8)
        #endif
        try await group.shutdownGracefully()
    }

    private func start(_ text: String, on group: any EventLoopGroup) async throws -> Server {
        let stage = PipelineStage(
            label: "s",
            kind: "test",
            phase: .any,
            built: BuiltStage(Answer(text), explanation: ""),
        )
        let pipeline = Pipeline(name: "a", routes: [try Route(parsing: "GET /a")], stages: [stage])
        return try await Server.start(
            serving: CurrentGeneration(Generation(number: 1, pipelines: [pipeline])),
            on: group,
            ServerConfiguration(port: 0, drainGrace: .zero),
        )
    }

    private func openDescriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }
}
