import NIOCore

/// When to give a client up: for a head or a body that does not come, for a connection on which
/// nothing happens, for a response that is not taken. A value that is told what happens and asked when.
struct ConnectionTimers: Equatable {
    enum Phase: Equatable {
        /// Nothing of a request has come.
        case idle
        case head
        /// All of it must come within the time.
        case bufferedBody
        /// Each piece must come within the time.
        case streamedBody
        /// The client need not send anything: we work, or have told it to wait.
        case working
        /// The last response is written; what still comes is thrown away.
        case lingering
    }

    /// What is over when ``readDeadline`` has come.
    private(set) var phase = Phase.idle
    private(set) var readDeadline: NIODeadline
    private(set) var writeDeadline = NIODeadline.distantFuture
    private var bodyBegan = NIODeadline.uptimeNanoseconds(0)
    private var bodyBytes = 0
    private let times: Times

    struct Times: Equatable, Sendable {
        var header: TimeAmount
        var body: TimeAmount
        var bodyRate: Int
        var bodyGrace: TimeAmount
        var idle: TimeAmount
        var write: TimeAmount
        /// How long a client may take to end a connection that we have ended.
        var linger: TimeAmount = .seconds(2)

        init(_ configuration: ServerConfiguration) {
            header = configuration.headerTimeout
            body = configuration.bodyTimeout
            bodyRate = max(configuration.bodyRate, 0)
            bodyGrace = configuration.bodyGrace
            idle = configuration.idleTimeout
            write = configuration.writeTimeout
        }
    }

    init(_ times: Times, now: NIODeadline) {
        self.times = times
        readDeadline = now + times.idle
    }

    var deadline: NIODeadline { min(readDeadline, writeDeadline) }

    /// The phase is `next` from now on. Staying in one does not move its end, but for idleness.
    mutating func enter(_ next: Phase, now: NIODeadline) {
        guard next != phase || next == .idle else { return }
        phase = next
        switch next {
        case .idle: readDeadline = now + times.idle
        case .head: readDeadline = now + times.header
        case .bufferedBody, .streamedBody:
            bodyBegan = now
            bodyBytes = 0
            readDeadline = min(now + times.body, tooSlow)
        case .working: readDeadline = .distantFuture
        case .lingering: readDeadline = now + times.linger
        }
    }

    /// Bytes of a body have come. The deadline is when it would be too slow: when the time is over, or,
    /// after the grace, when the average falls below the rate.
    mutating func receivedBody(_ count: Int, now: NIODeadline) {
        guard phase == .bufferedBody || phase == .streamedBody else { return }
        bodyBytes += count
        let total = (phase == .bufferedBody ? bodyBegan : now) + times.body
        readDeadline = min(total, tooSlow)
    }

    /// The moment at which the bytes so far are too few. Without a rate there is none.
    private var tooSlow: NIODeadline {
        guard times.bodyRate > 0 else { return .distantFuture }
        let (seconds, rest) = bodyBytes.quotientAndRemainder(dividingBy: times.bodyRate)
        let earned =
            TimeAmount.seconds(Int64(min(seconds, 86_400)))
            + .nanoseconds(Int64(rest) * 1_000_000_000 / Int64(times.bodyRate))
        return max(bodyBegan + times.bodyGrace, bodyBegan + earned)
    }

    /// An idle connection may bring one more request within `grace`, not later.
    mutating func hurry(_ grace: TimeAmount, now: NIODeadline) {
        guard phase == .idle else { return }
        readDeadline = min(readDeadline, now + grace)
    }

    /// The client has not taken everything yet, but has made progress, or is new to it.
    mutating func writePending(now: NIODeadline) {
        writeDeadline = now + times.write
    }

    mutating func writeDone() {
        writeDeadline = .distantFuture
    }
}
