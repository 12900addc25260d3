import Headgate
import HeadgateHTTP
import NIOCore
import Synchronization

/// One event loop of the server with what its connections share: their lane, the generation that
/// serves, buffers. Confined to the loop but for its counters.
final class ServerHome: EventLoopHome, @unchecked Sendable {
    let configuration: ServerConfiguration
    let lane: Lane
    /// Of the requests: `http` or `https`.
    let scheme: String
    let sweep: DeadlineSweep
    let admission: AdmissionQueue
    /// Shared by all loops of the server.
    let loops: LoopGuard
    private let current: CurrentGeneration
    private var generation: Generation
    private var generationVersion: Int
    private let observer: AccessBatcher?

    /// Responses are written here; a buffer that the socket has taken at once is used again.
    private var scratch = ByteBuffer()
    private static let keptScratch = 65_536

    /// Exchanges of this tick that need the lane.
    private var departing: [Exchange] = []
    /// Connections whose responses are written when the batch that is being delivered is done.
    private var finished: [ServerConnection] = []
    /// A batch of exchanges is being delivered.
    private(set) var isDelivering = false
    /// Connections with many streams whose answers go out when that is done.
    private var gates: [FlushGate] = []

    private var dateSecond: Int64 = -1
    private var dateLine: [UInt8] = []

    private(set) var isDraining = false
    private var drained: EventLoopPromise<Void>?

    /// Requests that are being worked on; read by the admin listener.
    let inFlight = Atomic<Int>(0)
    let connections = Atomic<Int>(0)

    init(
        eventLoop: any EventLoop,
        configuration: ServerConfiguration,
        lane: Lane,
        current: CurrentGeneration,
        loops: LoopGuard,
        observer: AccessBatcher?,
    ) {
        self.configuration = configuration
        self.lane = lane
        scheme = configuration.tls == nil ? "http" : "https"
        self.current = current
        self.loops = loops
        self.observer = observer
        generationVersion = current.version
        generation = current.value
        admission = AdmissionQueue(eventLoop, configuration)
        sweep = DeadlineSweep(loop: eventLoop, granularity: .milliseconds(100))
        super.init(eventLoop: eventLoop)
    }

    // MARK: The generation

    /// What serves now: a copy, compared with the holder's version by one load a request.
    @inline(__always)
    func serving() -> Generation {
        let version = current.version
        if version != generationVersion {
            generationVersion = version
            generation = current.value
        }
        return generation
    }

    // MARK: To the lane and back

    override func handOver(_ exchange: Exchange) {
        departing.append(exchange)
        guard departing.count == 1 else { return }
        // Runs when this tick's reads are done: all that they brought goes over in one hop.
        eventLoop.execute {
            let batch = self.departing
            self.departing.removeAll(keepingCapacity: true)
            self.lane.submit(batch)
        }
    }

    override func deliver(_ batch: [Exchange]) {
        eventLoop.execute {
            self.isDelivering = true
            for exchange in batch { exchange.continueAtHome() }
            self.isDelivering = false
            self.writeFinished()
            if !self.gates.isEmpty { self.openGates() }
        }
    }

    /// A response of `connection` can be written: now, or with the others of the batch.
    @inline(__always)
    func responseReady(_ connection: ServerConnection) {
        if isDelivering { finished.append(connection) } else { connection.writeResponses() }
    }

    private func writeFinished() {
        guard !finished.isEmpty else { return }
        var batch: [ServerConnection] = []
        swap(&batch, &finished)
        for connection in batch { connection.writeResponses() }
        batch.removeAll(keepingCapacity: true)
        if finished.isEmpty { swap(&batch, &finished) }
    }

    func hold(_ gate: FlushGate) {
        gates.append(gate)
    }

    private func openGates() {
        var held: [FlushGate] = []
        swap(&held, &gates)
        for gate in held { gate.open() }
    }

    // MARK: Shared by the connections

    /// `Date: …` with its line end, made once a second.
    @inline(__always)
    func date() -> [UInt8] {
        let second = lane.clock.epochMilliseconds() / 1000
        if second != dateSecond {
            dateSecond = second
            dateLine = Array("Date: ".utf8) + HTTPDate.bytes(second) + [0x0D, 0x0A]
        }
        return dateLine
    }

    func takeScratch() -> ByteBuffer {
        var buffer = ByteBuffer()
        swap(&buffer, &scratch)
        if buffer.capacity > Self.keptScratch { return ByteBuffer() }
        buffer.clear()
        return buffer
    }

    func giveBack(_ buffer: ByteBuffer) {
        scratch = buffer
    }

    @inline(__always)
    var observesAccess: Bool { observer != nil }

    func record(_ record: AccessRecord) {
        observer?.add(record, on: self)
    }

    // MARK: Connections

    func opened(_ connection: some ClientConnection) {
        connections.wrappingAdd(1, ordering: .relaxed)
        sweep.add(connection)
    }

    func closed(_ connection: some ClientConnection) {
        sweep.remove(connection)
        let others = connections.wrappingSubtract(1, ordering: .relaxed).newValue
        if isDraining, others == 0 { drained?.succeed() }
    }

    /// Lets every connection end with what it is doing.
    /// - Returns: succeeds when the last one is closed.
    func drain() -> EventLoopFuture<Void> {
        if let drained { return drained.futureResult }
        let promise = eventLoop.makePromise(of: Void.self)
        drained = promise
        isDraining = true
        forEachConnection { $0.drain() }
        if connections.load(ordering: .relaxed) == 0 { promise.succeed() }
        return promise.futureResult
    }

    /// Closes what is still open.
    func abort() {
        isDraining = true
        forEachConnection { $0.abort() }
    }

    private func forEachConnection(_ body: (any ClientConnection) -> Void) {
        var all: [any ClientConnection] = []
        sweep.forEach { if let connection = $0 as? any ClientConnection { all.append(connection) } }
        for connection in all { body(connection) }
    }
}
