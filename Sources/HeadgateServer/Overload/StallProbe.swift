import Dispatch
import Headgate
import NIOCore
import Synchronization

/// Measures how long an event loop and its lane keep others waiting: whether something that runs on them runs too long.
/// Every few milliseconds each has to do nothing at a given moment, and how late it does so is noted.
final class StallProbe: @unchecked Sendable {
    /// Shorter stalls than this may fall between two looks.
    static let interval = TimeAmount.milliseconds(20)

    private weak var home: ServerHome?
    private var due = NIODeadline.now()
    private let loopNanoseconds = Atomic<Int64>(0)
    private let laneNanoseconds = Atomic<Int64>(0)
    /// The lane has not come to the last look; how late it is shows when it does.
    private let isLaneAsked = Atomic<Bool>(false)

    init(_ home: ServerHome) {
        self.home = home
        home.eventLoop.execute { self.schedule() }
    }

    /// The longest stall of the loop so far, in seconds.
    var loopSeconds: Double { Double(loopNanoseconds.load(ordering: .relaxed)) / 1e9 }
    /// The longest stall of the lane so far, in seconds.
    var laneSeconds: Double { Double(laneNanoseconds.load(ordering: .relaxed)) / 1e9 }

    private func schedule() {
        guard let home else { return }
        due = .now() + Self.interval
        home.eventLoop.assumeIsolated().scheduleTask(in: Self.interval) { self.look() }
    }

    private func look() {
        guard let home else { return }
        let now = NIODeadline.now()
        note((now - due).nanoseconds, in: loopNanoseconds)
        if !isLaneAsked.exchange(true, ordering: .relaxed) {
            home.lane.queue.async {
                self.note((NIODeadline.now() - now).nanoseconds, in: self.laneNanoseconds)
                self.isLaneAsked.store(false, ordering: .relaxed)
            }
        }
        schedule()
    }

    private func note(_ nanoseconds: Int64, in longest: borrowing Atomic<Int64>) {
        _ = longest.max(nanoseconds, ordering: .relaxed)
    }
}
