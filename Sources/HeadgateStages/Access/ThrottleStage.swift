import Headgate
import Synchronization

/// Limits how many requests a method serves: API Gateway's `throttlingRateLimit` and `throttlingBurstLimit`.
public final class ThrottleStage: SynchronousStage {
    private static let rateLimit = Field(
        optional: "rateLimit",
        FieldType<Double>.requestRate,
        "Requests a second; 0 lets none through.",
    )
    private static let burstLimit = Field(
        optional: "burstLimit",
        FieldType<Int>.integer(-1...1_000_000_000),
        "Requests at once; one second's by default.",
    )

    /// `throttle`: requests a second and at once, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "throttle",
        phase: .authorize,
        summary: "Answers with 429 when there are more requests than the method may have.",
        documentation: """
            A token bucket: each request takes a token, tokens come back at `rateLimit` a second, and there are never more \
            than `burstLimit`. It is shared by all clients, and counts in this process.
            """,
        example: "throttle: {rateLimit: 100, burstLimit: 20}",
        fields: [rateLimit, burstLimit],
    ) { settings, _ in
        let (rate, burst) = (try settings[rateLimit], try settings[burstLimit])
        let explanation = [rate.map { "\($0) requests a second" }, burst.map { "\($0) at once" }].compactMap { $0 }
        return BuiltStage(
            ThrottleStage(rateLimit: rate, burstLimit: burst),
            explanation: explanation.isEmpty ? "no limit" : explanation.joined(separator: ", "),
        )
    }

    private let rateLimit: Double?
    private let burstLimit: Int?
    /// Made by the first request, whose lane has the clock.
    private let bucket = Mutex<TokenBucket?>(nil)

    /// A limit of its own; nil and negative values do not limit, and a burst of nil takes one second's rate.
    public init(rateLimit: Double?, burstLimit: Int?) {
        self.rateLimit = rateLimit
        self.burstLimit = burstLimit
    }

    /// False: requests are counted, not read.
    public var readsPayload: Bool { false }

    /// Takes a token.
    /// - Throws: 429 `Too Many Requests` where there is none left.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        let now = exchange.lane.clock.monotonicMicroseconds()
        let isAllowed = bucket.withLock { bucket in
            if bucket == nil { bucket = TokenBucket(rateLimit: rateLimit, burstLimit: burstLimit, at: now) }
            return bucket?.take(at: now) ?? true
        }
        guard isAllowed else { throw GatewayFailure.throttled("the throttle of \(exchange.pipeline.name)") }
        return .proceed
    }
}
