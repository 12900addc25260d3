import Headgate
import NIOCore

/// Requests of one loop that wait because as many as may are worked on: a few, briefly, in the order in
/// which they came. Those that would wait in vain are refused at once, which costs next to nothing.
/// Confined to its loop.
final class AdmissionQueue {
    private struct Waiter {
        weak var connection: (any AdmissionClient)?
        let sequence: Int
        let cap: InFlightCap?
        let deadline: NIODeadline
    }

    private let loop: any EventLoop
    /// Of the server; nil bounds nothing.
    private let total: InFlightCap?
    private let memory: MemoryPressure?
    private let maximumWaiting: Int
    private let patience: TimeAmount
    private var waiting: [Waiter] = []
    private var isScheduled = false

    /// Places become free on other loops as well, without a word: how often to look.
    private static let interval = TimeAmount.milliseconds(5)

    init(_ loop: any EventLoop, _ configuration: ServerConfiguration) {
        self.loop = loop
        total = configuration.inFlightCap
        memory = configuration.memoryPressure
        maximumWaiting = configuration.waitingPerLoop
        patience = configuration.waitingTime
    }

    /// Whether requests of this pipeline need a place at all.
    @inline(__always)
    func bounds(_ pipeline: Pipeline) -> Bool {
        total != nil || pipeline.inFlightCap != nil
    }

    /// Why a request whose head has just come cannot even wait; nil when it can.
    func refusal(_ pipeline: Pipeline) -> GatewayFailure? {
        if let memory, memory.isHigh { return .outOfMemory }
        guard bounds(pipeline), waiting.count >= maximumWaiting,
            total?.isFull ?? false || pipeline.inFlightCap?.isFull ?? false
        else { return nil }
        return .overloaded
    }

    /// Starts a request of `connection`, now or when there is a place, or refuses it.
    func request(_ connection: any AdmissionClient, _ sequence: Int, _ cap: InFlightCap?) {
        // Whoever waits for the same place comes first.
        if !waiting.contains(where: { $0.cap === cap }), enter(cap) {
            connection.admitted(sequence)
        } else if waiting.count < maximumWaiting {
            waiting.append(Waiter(connection: connection, sequence: sequence, cap: cap, deadline: .now() + patience))
            schedule()
        } else {
            connection.notAdmitted(sequence)
        }
    }

    /// A request that was admitted is done.
    func leave(_ cap: InFlightCap?) {
        cap?.leave()
        total?.leave()
        guard !waiting.isEmpty else { return }
        loop.assumeIsolated().execute { self.admitWaiting() }
    }

    private func enter(_ cap: InFlightCap?) -> Bool {
        guard total?.enter() ?? true else { return false }
        if cap?.enter() ?? true { return true }
        total?.leave()
        return false
    }

    private func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        loop.assumeIsolated().scheduleTask(in: Self.interval) {
            self.isScheduled = false
            self.admitWaiting()
            if !self.waiting.isEmpty { self.schedule() }
        }
    }

    private func admitWaiting() {
        let now = NIODeadline.now()
        let all = waiting
        waiting = []
        var full: [InFlightCap?] = []
        var remaining: [Waiter] = []
        for waiter in all {
            // The client may have gone meanwhile.
            guard let connection = waiter.connection, connection.isWaiting(waiter.sequence) else { continue }
            if waiter.deadline <= now {
                connection.notAdmitted(waiter.sequence)
            } else if !full.contains(where: { $0 === waiter.cap }), enter(waiter.cap) {
                connection.admitted(waiter.sequence)
            } else {
                full.append(waiter.cap)
                remaining.append(waiter)
            }
        }
        // Starting some may have brought others.
        waiting = remaining + waiting
    }
}

/// Somebody whose requests wait, each known to it by a number.
protocol AdmissionClient: AnyObject {
    /// The request has a place, and gives it back by ``AdmissionQueue/leave(_:)``.
    func admitted(_ sequence: Int)
    func notAdmitted(_ sequence: Int)
    /// Whether the request is still there and unanswered.
    func isWaiting(_ sequence: Int) -> Bool
}

extension GatewayFailure {
    /// As many requests as may are worked on, and as many as may wait for them.
    static let overloaded = unavailable(
        "as many requests as may are worked on, and none was done in time",
        "overloaded",
    )

    /// The process holds as much memory as it may.
    static let outOfMemory = unavailable("the memory is used up to its limit", "memory-pressure")

    private static func unavailable(_ cause: String, _ reason: StaticString) -> GatewayFailure {
        var failure = GatewayFailure(
            .default5XX,
            status: 503,
            message: "Service Unavailable",
            cause: cause,
            reason: reason,
        )
        failure.retryAfterSeconds = 1
        return failure
    }
}
