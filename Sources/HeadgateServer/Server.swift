import Dispatch
import Headgate
import HeadgateHTTP
import NIOCore
import NIOPosix

/// Serves the pipelines of a `CurrentGeneration` over HTTP/1.1, and over HTTP/2 where TLS has chosen it: one `Lane` for
/// each event loop.
///
/// ```swift
/// let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
/// let server = try await Server.start(serving: generation, on: group, ServerConfiguration(port: 0))
/// print(server.address)
/// await server.drain(deadline: .seconds(30))
/// ```
///
/// The group is the caller's; a dispatcher that uses the same one calls backends on the loops that own
/// the clients' connections.
public final class Server: Sendable {
    /// Where it listens, with the port that was taken.
    public let address: SocketAddress
    private let listener: any Channel
    private let scheme: String
    private let homes: [ServerHome]
    private let batchers: [AccessBatcher]
    private let logQueue: DispatchQueue

    private init(
        _ listener: any Channel,
        _ address: SocketAddress,
        _ scheme: String,
        _ homes: [ServerHome],
        _ batchers: [AccessBatcher],
        _ logQueue: DispatchQueue,
    ) {
        self.listener = listener
        self.address = address
        self.scheme = scheme
        self.homes = homes
        self.batchers = batchers
        self.logQueue = logQueue
    }

    /// Binds and begins to serve.
    /// - Parameters:
    ///   - observer: takes what there is to say about answered requests, for logs and metrics.
    ///   - makeLane: makes the lane of a loop, by its number from 0.
    /// - Throws: the operating system's error when the address cannot be bound.
    public static func start(
        serving current: CurrentGeneration,
        on group: any EventLoopGroup,
        _ configuration: ServerConfiguration = ServerConfiguration(),
        observer: (any AccessObserver)? = nil,
        makeLane: (Int) -> Lane = { Lane(name: "headgate.lane.\($0)") },
    ) async throws -> Server {
        let logQueue = DispatchQueue(label: "headgate.access-log", qos: .utility)
        let loops = LoopGuard()
        var homes: [ServerHome] = []
        var batchers: [AccessBatcher] = []
        for (number, loop) in group.makeIterator().enumerated() {
            let batcher = observer.map { AccessBatcher($0, queue: logQueue) }
            if let batcher { batchers.append(batcher) }
            homes.append(
                ServerHome(
                    eventLoop: loop,
                    configuration: configuration,
                    lane: makeLane(number),
                    current: current,
                    loops: loops,
                    observer: batcher,
                )
            )
        }
        let byLoop = Dictionary(uniqueKeysWithValues: homes.map { (ObjectIdentifier($0.eventLoop), $0) })
        let limit = ConnectionLimit.perLoop(configuration.connectionsPerLoop, loops: homes.count)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(clamping: configuration.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let home = byLoop[ObjectIdentifier(channel.eventLoop)],
                        home.connections.load(ordering: .relaxed) < limit
                    else { throw TooManyConnections() }
                    let pipeline = channel.pipeline.syncOperations
                    let connection = ServerConnection(home)
                    try configuration.tls?.addHandlers(
                        to: pipeline,
                        for: connection,
                        deadline: configuration.headerTimeout,
                    )
                    try pipeline.addHandler(connection)
                }
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
        guard let address = listener.localAddress else {
            try? await listener.close()
            throw ChannelError.unknownLocalAddress
        }
        return Server(listener, address, configuration.tls == nil ? "http" : "https", homes, batchers, logQueue)
    }

    /// `http://127.0.0.1:8080`, or `https` with TLS.
    public var url: String {
        let host = address.ipAddress ?? "127.0.0.1"
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(scheme)://\(name):\(address.port ?? 0)"
    }

    /// Requests that are being worked on.
    public var requestsInFlight: Int {
        homes.reduce(0) { $0 + $1.inFlight.load(ordering: .relaxed) }
    }

    /// Open connections of clients.
    public var openConnections: Int {
        homes.reduce(0) { $0 + $1.connections.load(ordering: .relaxed) }
    }

    /// Records of requests that no observer got, because they came faster than these took them.
    public var recordsDropped: Int {
        batchers.reduce(0) { $0 + $1.dropped.load(ordering: .relaxed) }
    }

    /// Begins to measure how long loops and lanes keep others waiting.
    func probeStalls() -> [StallProbe] { homes.map { StallProbe($0) } }

    /// Stops: no new connections, requests in flight are finished, what is left after `deadline` is cut
    /// off. A connection without a request may still bring one that was on its way.
    /// - Returns: whether everything came to its end in time.
    @discardableResult
    public func drain(deadline: TimeAmount = .seconds(30)) async -> Bool {
        try? await listener.close()
        let ends = homes.map { home in home.eventLoop.flatSubmit { home.drain() } }
        let all = EventLoopFuture.andAllComplete(ends, on: listener.eventLoop)
        let timely = listener.eventLoop.makePromise(of: Bool.self)
        all.whenComplete { _ in timely.succeed(true) }
        let timer = listener.eventLoop.scheduleTask(in: deadline) { timely.succeed(false) }
        let isTimely = (try? await timely.futureResult.get()) ?? false
        timer.cancel()
        if !isTimely {
            for home in homes { home.eventLoop.execute { home.abort() } }
            _ = try? await all.get()
        }
        await flushAccess()
        return isTimely
    }

    private func flushAccess() async {
        for (home, batcher) in zip(homes, batchers) {
            try? await home.eventLoop.submit { batcher.flush() }.get()
        }
        // A log that nobody reads any more does not hold up the end.
        let written = listener.eventLoop.makePromise(of: Void.self)
        let timer = listener.eventLoop.scheduleTask(in: .seconds(2)) { written.succeed() }
        logQueue.async { written.succeed() }
        try? await written.futureResult.get()
        timer.cancel()
    }
}

/// A connection that is closed before a byte of it is read.
private struct TooManyConnections: Error {}
