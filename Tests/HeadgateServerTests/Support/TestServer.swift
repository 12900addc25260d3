import Headgate
import HeadgateHTTP
import NIOCore
import NIOPosix
import Synchronization

@testable import HeadgateServer

/// A server on a free port of loopback, with a stage for each route.
struct TestServer {
    let server: Server
    let records: Records

    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    var port: Int { server.address.port ?? 0 }

    func connect(receiveBuffer: Int32? = nil) throws -> Wire {
        try Wire(port: port, receiveBuffer: receiveBuffer)
    }

    /// One request on a connection of its own.
    func ask(_ target: String, method: String = "GET", fields: String = "", body: String? = nil) async throws
        -> Wire.Response
    {
        try await connect().ask(target, method: method, fields: fields, body: body)
    }

    /// What comes on a connection over which nothing is sent.
    func rest() async throws -> String {
        try await connect().rest()
    }

    /// Times that keep tests quick where they do not matter.
    static var configuration: ServerConfiguration {
        ServerConfiguration(port: 0, drainGrace: .milliseconds(50))
    }

    /// Serves while `body` runs; what is still connected afterwards is cut off.
    static func serving(
        _ routes: KeyValuePairs<String, any Stage>,
        _ configuration: ServerConfiguration = configuration,
        payloadLimit: Int? = nil,
        observer: (any AccessObserver)? = nil,
        _ body: (TestServer) async throws -> Void,
    ) async throws {
        try await serving(try pipelines(routes, payloadLimit), configuration, observer: observer, body)
    }

    static func serving(
        _ pipelines: [Pipeline],
        _ configuration: ServerConfiguration = configuration,
        observer: (any AccessObserver)? = nil,
        _ body: (TestServer) async throws -> Void,
    ) async throws {
        let records = Records()
        let server = try await Server.start(
            serving: CurrentGeneration(Generation(number: 1, pipelines: pipelines)),
            on: group,
            configuration,
            observer: ObserverGroup((observer.map { [$0] } ?? []) + [records]),
        )
        do {
            try await body(TestServer(server: server, records: records))
        } catch {
            await server.drain(deadline: .milliseconds(20))
            throw error
        }
        await server.drain(deadline: .milliseconds(20))
    }

    static func pipelines(_ routes: KeyValuePairs<String, any Stage>, _ payloadLimit: Int? = nil) throws -> [Pipeline] {
        try routes.enumerated().map { number, route in
            Pipeline(
                name: "p\(number)",
                routes: [try Route(parsing: route.key)],
                stages: [
                    PipelineStage(
                        label: "s",
                        kind: "test",
                        phase: .any,
                        built: BuiltStage(route.value, explanation: ""),
                    )
                ],
                payloadLimit: payloadLimit,
            )
        }
    }
}

/// Keeps what was observed.
final class Records: AccessObserver {
    private let all = Mutex<[AccessRecord]>([])

    var list: [AccessRecord] { all.withLock { $0 } }

    func observe(_ records: [AccessRecord]) {
        all.withLock { $0 += records }
    }

    /// All of them, once there are so many; whatever there is after five seconds.
    func wait(for count: Int) async -> [AccessRecord] {
        await eventually { self.list.count >= count }
        return list
    }
}

/// Waits until `condition` is true, five seconds at most.
@discardableResult
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<500 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}
