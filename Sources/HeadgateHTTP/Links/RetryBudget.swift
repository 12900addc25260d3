import NIOCore

/// Bounds retries by the requests that there are, so that a backend in trouble does not get a multiple of
/// its load: every request adds a part of a token, every retry takes a whole one.
struct RetryBudget {
    /// Retries that are allowed however few requests there are, in a second.
    static let perSecond = 10.0
    /// Tokens are kept for no longer than so many seconds of their making, and at most so many.
    private static let most = 100.0

    private let share: Double
    private var tokens = Self.perSecond
    private var refilled: NIODeadline?

    init(percent: Int) {
        share = Double(percent) / 100
    }

    mutating func deposit() {
        tokens = min(tokens + share, Self.most)
    }

    /// Takes what a retry costs, if it is there.
    mutating func withdraw(_ now: NIODeadline) -> Bool {
        if let refilled, now > refilled, tokens < Self.perSecond {
            let seconds = Double((now - refilled).nanoseconds) / 1_000_000_000
            tokens = min(tokens + seconds * Self.perSecond, Self.perSecond)
        }
        refilled = now
        guard share > 0, tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
