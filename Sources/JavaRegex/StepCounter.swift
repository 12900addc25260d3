import Synchronization

/// Adds up the steps of all calls whose ``MatchLimits`` name it, so that a caller who makes many calls can bound them
/// together. Any number of threads may use it.
public final class StepCounter: Sendable {
    private let steps = Atomic<Int>(0)

    /// A counter at zero.
    public init() {}

    /// The steps since the last call of this function; what follows counts from zero.
    public func take() -> Int { steps.exchange(0, ordering: .relaxed) }

    func add(_ count: Int) { steps.add(max(0, count), ordering: .relaxed) }
}
