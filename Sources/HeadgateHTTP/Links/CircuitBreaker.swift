import Headgate
import NIOCore

/// Refuses calls for a while when too many have failed, so that a backend that is down costs nobody
/// anything and gets the time to come back. Closed lets all through, open none, half-open a few.
struct CircuitBreaker {
    enum State: String, Sendable { case closed, open, halfOpen = "half-open" }

    private static let buckets = 10

    private let settings: BreakerSettings
    private(set) var state = State.closed
    private var openUntil = NIODeadline.uptimeNanoseconds(0)
    private var probesRunning = 0
    private var probesSucceeded = 0
    /// Results by tenths of the window.
    private var results = [(slot: UInt64, calls: Int, failures: Int)](repeating: (0, 0, 0), count: Self.buckets)

    init(_ settings: BreakerSettings) {
        self.settings = settings
    }

    /// Whether a call may run; if so, its end must be told by ``ended(succeeded:_:)``.
    mutating func admit(_ now: NIODeadline) -> Bool {
        switch state {
        case .closed:
            return true
        case .open:
            guard now >= openUntil else { return false }
            state = .halfOpen
            probesRunning = 1
            probesSucceeded = 0
            return true
        case .halfOpen:
            guard probesRunning + probesSucceeded < settings.probes else { return false }
            probesRunning += 1
            return true
        }
    }

    /// How long it refuses at least.
    func remaining(_ now: NIODeadline) -> TimeAmount {
        state == .open && openUntil > now ? openUntil - now : .seconds(1)
    }

    /// - Parameter succeeded: nil for a call that was given up and proves nothing.
    mutating func ended(succeeded: Bool?, _ now: NIODeadline) {
        switch state {
        case .open:
            // It ran already when the breaker opened.
            return
        case .halfOpen:
            probesRunning = max(probesRunning - 1, 0)
            guard let succeeded else { return }
            if !succeeded {
                open(now)
                return
            }
            probesSucceeded += 1
            if probesSucceeded >= settings.probes { close() }
        case .closed:
            guard let succeeded else { return }
            record(succeeded, now)
            if !succeeded, isOverThreshold(now) { open(now) }
        }
    }

    private mutating func open(_ now: NIODeadline) {
        state = .open
        openUntil = now + .milliseconds(Int64(settings.openMilliseconds))
    }

    private mutating func close() {
        state = .closed
        for index in results.indices { results[index] = (0, 0, 0) }
    }

    private func slot(_ now: NIODeadline) -> UInt64 {
        let width = UInt64(max(settings.windowMilliseconds, Self.buckets)) * 1_000_000 / UInt64(Self.buckets)
        return now.uptimeNanoseconds / width
    }

    private mutating func record(_ succeeded: Bool, _ now: NIODeadline) {
        let slot = slot(now)
        let index = Int(slot % UInt64(Self.buckets))
        if results[index].slot != slot { results[index] = (slot, 0, 0) }
        results[index].calls += 1
        if !succeeded { results[index].failures += 1 }
    }

    private func isOverThreshold(_ now: NIODeadline) -> Bool {
        let slot = slot(now)
        var calls = 0
        var failures = 0
        for result in results where result.slot + UInt64(Self.buckets) > slot {
            calls += result.calls
            failures += result.failures
        }
        return calls >= settings.minimumRequests && failures * 100 >= calls * settings.failurePercent
    }
}
