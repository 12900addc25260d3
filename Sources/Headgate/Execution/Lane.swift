import Dispatch
import Synchronization

/// One serial Dispatch queue on which stages run. Lanes share nothing mutable, so stages need no locks;
/// what belongs to a lane (a Lua state, buffers) lives in its ``storage``.
public final class Lane: @unchecked Sendable {
    /// For logs, and as the queue's label.
    public let name: String
    /// The queue. Its work is the lane's own; others hand over exchanges or turns instead.
    public let queue: DispatchQueue
    /// What the lane takes the time from.
    public let clock: any GatewayClock
    /// Things of this lane, by their type; touched on the lane only.
    public var storage: [ObjectIdentifier: any Sendable] = [:]
    /// Seeds the exchanges that start on this lane; touched by the home that feeds it.
    private let seeds: Mutex<RandomSource>

    private struct Inbox {
        var exchanges: [Exchange] = []
        /// Turns of stages that share the lane with others, oldest first.
        var turns = Turns()
        var isScheduled = false
    }

    private let inbox = Mutex(Inbox())
    private var outbox: [Exchange] = []
    private var outboxHome: (any ExchangeHome)?
    private static let key = DispatchSpecificKey<ObjectIdentifier>()

    /// A lane with a queue of its own.
    /// - Parameters:
    ///   - clock: replaced by tests.
    ///   - random: seeds every exchange of the lane; with a fixed seed, identifiers are the same in every run.
    public init(name: String, clock: any GatewayClock = SystemClock(), random: RandomSource = RandomSource()) {
        self.name = name
        self.clock = clock
        queue = DispatchQueue(label: name)
        seeds = Mutex(random)
        queue.setSpecific(key: Self.key, value: ObjectIdentifier(self))
    }

    /// Whether the caller runs on this lane.
    public var isCurrent: Bool {
        DispatchQueue.getSpecific(key: Self.key) == ObjectIdentifier(self)
    }

    /// A source of random numbers of its own for one exchange.
    public func makeRandom() -> RandomSource {
        RandomSource(seed: seeds.withLock { $0.next() })
    }

    /// Takes over a batch of exchanges and runs their stages; one hop however many they are.
    public func submit(_ batch: [Exchange]) {
        let mustSchedule = inbox.withLock { inbox in
            inbox.exchanges.append(contentsOf: batch)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    func submit(_ exchange: Exchange) {
        let mustSchedule = inbox.withLock { inbox in
            inbox.exchanges.append(exchange)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Runs `turn` on this lane, after the exchanges that wait now and the turns before it. Between two
    /// turns the exchanges that came meanwhile are served: this is how a stage that computes for long
    /// goes on in slices, and how one that waited is woken.
    public func takeTurn(_ turn: @escaping @Sendable () -> Void) {
        let mustSchedule = inbox.withLock { inbox in
            inbox.turns.append(turn)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    private func drain() {
        while true {
            let (batch, turn) = inbox.withLock { inbox -> ([Exchange], (@Sendable () -> Void)?) in
                let turn = inbox.turns.next()
                if inbox.exchanges.isEmpty {
                    if turn == nil { inbox.isScheduled = false }
                    return ([], turn)
                }
                return (exchangeContents(of: &inbox.exchanges), turn)
            }
            if batch.isEmpty, turn == nil { return }
            for exchange in batch { Executor.continueOnLane(exchange) }
            flush()
            turn?()
        }
    }

    private func exchangeContents(of list: inout [Exchange]) -> [Exchange] {
        var taken: [Exchange] = []
        taken.reserveCapacity(list.count)
        swap(&taken, &list)
        return taken
    }

    /// Keeps an exchange that needs its home until the end of the batch.
    func sendHome(_ exchange: Exchange, _ home: any ExchangeHome) {
        if let current = outboxHome, current !== home { flush() }
        outboxHome = home
        outbox.append(exchange)
    }

    private func flush() {
        guard let home = outboxHome, !outbox.isEmpty else { return }
        let batch = exchangeContents(of: &outbox)
        outboxHome = nil
        home.deliver(batch)
    }
}

/// A queue of closures whose front is taken without moving the rest.
private struct Turns {
    private var waiting: [(@Sendable () -> Void)?] = []
    private var front = 0

    mutating func append(_ turn: @escaping @Sendable () -> Void) {
        waiting.append(turn)
    }

    mutating func next() -> (@Sendable () -> Void)? {
        guard front < waiting.count else { return nil }
        let turn = waiting[front]
        waiting[front] = nil
        front += 1
        if front == waiting.count || front >= 1024 {
            waiting.removeSubrange(..<front)
            front = 0
        }
        return turn
    }
}
