/// A token bucket: one request takes one token; tokens come back at a steady rate, up to the bucket's size
/// (API Gateway's rate and burst limits).
struct TokenBucket: Sendable {
    /// Tokens a second.
    let rate: Double
    /// The bucket's size.
    let burst: Double
    private var tokens: Double
    private var filledAt: Int64

    /// - Parameters:
    ///   - rateLimit: requests a second; nil or negative does not limit, 0 lets nothing through.
    ///   - burstLimit: requests at once; nil or negative takes one second's rate.
    ///   - now: monotonic microseconds.
    /// - Returns: nil where nothing is limited.
    init?(rateLimit: Double?, burstLimit: Int?, at now: Int64) {
        let rate = rateLimit.flatMap { $0 < 0 ? nil : $0 }
        let burst = burstLimit.flatMap { $0 < 0 ? nil : Double($0) }
        guard rate != nil || burst != nil else { return nil }
        self.rate = rate ?? Self.accountRate
        self.burst = rate == 0 ? 0 : burst ?? max(1, self.rate)
        tokens = self.burst
        filledAt = now
    }

    /// The account's limit, where only a burst was given.
    private static let accountRate = 10_000.0

    /// Whether there is a token, which is then gone.
    mutating func take(at now: Int64) -> Bool {
        let elapsed = Double(max(0, now - filledAt)) / 1_000_000
        filledAt = max(filledAt, now)
        tokens = min(burst, tokens + elapsed * rate)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
