import Synchronization

/// Bounds how many requests are worked on at the same time, so that a slow backend or a flood costs its
/// own pipeline and not the others. Counted over all loops.
public final class InFlightCap: Sendable {
    /// At least 1.
    public let limit: Int
    private let running = Atomic<Int>(0)

    /// A bound; less than one counts as one.
    public init(_ limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Whether nobody can enter at this moment.
    public var isFull: Bool { running.load(ordering: .relaxed) >= limit }

    /// Takes a place if one is free; whoever got it gives it back by ``leave()``, once.
    public func enter() -> Bool {
        if running.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    /// Gives a place back that ``enter()`` gave.
    public func leave() {
        running.wrappingSubtract(1, ordering: .relaxed)
    }
}
