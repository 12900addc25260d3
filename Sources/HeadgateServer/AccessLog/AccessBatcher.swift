import Dispatch
import NIOCore
import Synchronization

/// Keeps records of one loop until there are enough of them, or until a moment has passed, and gives
/// them to the observer on a queue of its own: neither a request nor a loop ever waits for a log. While the observer
/// takes none, because its pipe is full or its disk slow, so many are kept and the rest are dropped and counted.
final class AccessBatcher: @unchecked Sendable {
    private let observer: any AccessObserver
    private let queue: DispatchQueue
    private var records: [AccessRecord] = []
    private var isScheduled = false

    /// Batches that the observer has not taken.
    private let waiting = Atomic<Int>(0)
    let dropped = Atomic<Int>(0)

    private static let batch = 128
    private static let mostWaiting = 256
    private static let delay = TimeAmount.milliseconds(100)

    init(_ observer: any AccessObserver, queue: DispatchQueue) {
        self.observer = observer
        self.queue = queue
    }

    /// Called on the home's loop.
    func add(_ record: AccessRecord, on home: ServerHome) {
        records.append(record)
        if records.count >= Self.batch {
            flush()
        } else if !isScheduled {
            isScheduled = true
            home.eventLoop.scheduleTask(in: Self.delay) {
                self.isScheduled = false
                self.flush()
            }
        }
    }

    /// Called on the home's loop.
    func flush() {
        guard !records.isEmpty else { return }
        var batch: [AccessRecord] = []
        batch.reserveCapacity(Self.batch)
        swap(&batch, &records)
        guard waiting.load(ordering: .relaxed) < Self.mostWaiting else {
            dropped.wrappingAdd(batch.count, ordering: .relaxed)
            return
        }
        waiting.wrappingAdd(1, ordering: .relaxed)
        queue.async { [self, batch] in
            observer.observe(batch)
            waiting.wrappingSubtract(1, ordering: .relaxed)
        }
    }
}
