import Headgate
import NIOCore
import Synchronization

/// A second listener for operators and their tools, apart from the traffic.
///
/// | path | answer |
/// | --- | --- |
/// | `/livez`, `/live` | 200 while the event loop turns |
/// | `/readyz`, `/ready` | 200 while requests are wanted, 503 otherwise |
/// | `/metrics` | Prometheus's text format |
/// | `/status` | JSON: generation, pipelines with their routes, what runs |
///
/// It is a server like the one it tells about, with pipelines of its own.
public final class AdminServer: Sendable {
    private let server: Server
    private let state: AdminState

    private init(_ server: Server, _ state: AdminState) {
        self.server = server
        self.state = state
    }

    /// - Parameters:
    ///   - port: 0 takes any free port.
    ///   - server: the one that it tells about.
    ///   - current: what that one serves.
    /// - Throws: the operating system's error when the address cannot be bound.
    public static func start(
        host: String = "127.0.0.1",
        port: Int,
        on group: any EventLoopGroup,
        server: Server,
        current: CurrentGeneration,
        metrics: GatewayMetrics,
        clock: any GatewayClock = SystemClock(),
    ) async throws -> AdminServer {
        let state = AdminState(server: server, current: current, metrics: metrics, clock: clock)
        let generation = Generation(number: 1, pipelines: try AdminPipelines.make(state))
        let own = try await Server.start(
            serving: CurrentGeneration(generation),
            on: group,
            ServerConfiguration(host: host, port: port, payloadLimit: 0, idleTimeout: .seconds(30)),
            makeLane: { Lane(name: "headgate.admin.\($0)", clock: clock) },
        )
        return AdminServer(own, state)
    }

    /// Where it listens.
    public var address: SocketAddress { server.address }

    /// `http://127.0.0.1:9090`
    public var url: String { server.url }

    /// What `/readyz` says. True from the start; set to false before draining, so that load balancers
    /// stop sending.
    public var isReady: Bool {
        get { state.isReady.load(ordering: .acquiring) }
        set { state.isReady.store(newValue, ordering: .releasing) }
    }

    /// Closes the listener and its connections.
    public func stop() async {
        await server.drain(deadline: .milliseconds(100))
    }
}

/// What the answers are made from.
final class AdminState: Sendable {
    let server: Server
    let current: CurrentGeneration
    let metrics: GatewayMetrics
    let clock: any GatewayClock
    let startedMicroseconds: Int64
    let isReady = Atomic<Bool>(true)
    let probes: [StallProbe]

    init(server: Server, current: CurrentGeneration, metrics: GatewayMetrics, clock: any GatewayClock) {
        self.server = server
        self.current = current
        self.metrics = metrics
        self.clock = clock
        startedMicroseconds = clock.monotonicMicroseconds()
        probes = server.probeStalls()
    }
}
