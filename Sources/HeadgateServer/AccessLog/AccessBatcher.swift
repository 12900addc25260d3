import Dispatch
import NIOCore

/// Keeps records of one loop until there are enough of them, or until a moment has passed, and gives
/// them to the observer on a queue of its own: neither a request nor a loop ever waits for a log.
final class AccessBatcher: @unchecked Sendable {
    private let observer: any AccessObserver
    private let queue: DispatchQueue
    private var records: [AccessRecord] = []
    private var isScheduled = false

    private static let batch = 128
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
        queue.async { [observer, batch] in observer.observe(batch) }
    }
}
