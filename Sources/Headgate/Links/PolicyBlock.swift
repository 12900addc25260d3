/// How a policy is written: `retries`, `limits`, `breaker` and `hedgeAfter`, of a link or below `policy` of a
/// stage that calls a backend.
public enum PolicyBlock {
    private static let retries = Field(
        "retries",
        FieldType.record(retryRecord),
        default: RetrySettings(),
        "Makes a call again that failed, where that is safe: nothing of it was sent, or its method is idempotent (GET, HEAD, "
            + "OPTIONS, PUT, DELETE, TRACE) and its body is still here; and nothing of a response has gone to the client.",
    )
    private static let limits = Field(
        "limits",
        FieldType.record(limitRecord),
        default: LimitSettings(),
        "Bounds; more is answered with 503 and `Retry-After`.",
    )
    private static let breaker = Field(
        optional: "breaker",
        FieldType.record(breakerRecord),
        "Refuses all calls for a while, with 503 and `Retry-After`, when too many have failed. `breaker: {}` takes the defaults.",
    )
    private static let hedgeAfter = Field(
        optional: "hedgeAfter",
        FieldType<Int>.duration(1...60_000),
        "Makes a second call beside one that has no answer after this time, of idempotent methods without a streamed body; "
            + "the first answer counts. It costs what a retry costs. Off unless it is set.",
    )

    /// The four keys, for a record that holds a policy among others.
    public static let fields: [any AnyField] = [retries, limits, breaker, hedgeAfter]

    /// The policy among the settings of a record that has ``fields``.
    public static func policy(_ settings: Settings) throws -> CallPolicy {
        CallPolicy(
            retries: try settings[retries],
            limits: try settings[limits],
            breaker: try settings[breaker],
            hedgeAfterMilliseconds: try settings[hedgeAfter],
        )
    }

    /// A policy by itself.
    public static let record = Record<CallPolicy>(
        "policy",
        "What becomes of calls of the backend that fail, and how many there may be.",
        fields: fields,
    ) { settings in
        try policy(settings)
    }

    // MARK: Retries

    private static let attempts = Field(
        "attempts",
        FieldType<Int>.integer(1...10),
        default: 3,
        shown: "3",
        "Attempts in all; 1 makes no call twice.",
    )
    private static let budget = Field(
        "budget",
        FieldType<Int>.integer(0...100, unit: "percent"),
        default: 20,
        shown: "20",
        "Retries in a hundred requests, so that a backend in trouble does not get a multiple of its load; ten a second are "
            + "always allowed. 0 allows none.",
    )
    private static let perTryTimeout = Field(
        optional: "perTryTimeout",
        FieldType<Int>.duration(10...900_000),
        "For one attempt; without it an attempt has all the time that there is.",
    )
    private static let deadline = Field(
        optional: "deadline",
        FieldType<Int>.duration(10...900_000),
        "For all attempts together. The integration's `timeoutInMillis` counts in any case.",
    )
    private static let statuses = Field(
        "statuses",
        FieldType<[Int]>.list(of: .integer(500...599)),
        default: [502, 503, 504],
        shown: "[502, 503, 504]",
        "Statuses that are as good as no answer. The last attempt's goes to the client.",
    )

    private static let retryRecord = Record<RetrySettings>(
        "retries",
        "When a call is made again.",
        fields: [attempts, budget, perTryTimeout, deadline, statuses],
        shorthand: "attempts",
    ) { settings in
        RetrySettings(
            attempts: try settings[attempts],
            budgetPercent: try settings[budget],
            perTryTimeoutMilliseconds: try settings[perTryTimeout],
            deadlineMilliseconds: try settings[deadline],
            statuses: try settings[statuses],
        )
    }

    // MARK: Limits

    private static let connections = Field(
        optional: "connections",
        FieldType<Int>.integer(1...100_000),
        "Connections to one target, shared out evenly among the event loops, each of which has one at least.",
    )
    private static let pending = Field(
        optional: "pending",
        FieldType<Int>.integer(0...100_000),
        "Calls that wait for a connection to one target, shared out likewise.",
    )
    private static let inFlight = Field(
        optional: "inFlight",
        FieldType<Int>.integer(1...1_000_000),
        "Calls that run at the same time.",
    )

    private static let limitRecord = Record<LimitSettings>(
        "limits",
        "Bounds.",
        fields: [connections, pending, inFlight],
    ) { settings in
        LimitSettings(
            connections: try settings[connections],
            pending: try settings[pending],
            inFlight: try settings[inFlight],
        )
    }

    // MARK: Breaker

    private static let failures = Field(
        "failures",
        FieldType<Int>.integer(1...100, unit: "percent"),
        default: 50,
        shown: "50",
        "The part of the calls in the window that must have failed, retries and all.",
    )
    private static let minimumRequests = Field(
        "minimumRequests",
        FieldType<Int>.integer(1...1_000_000),
        default: 20,
        shown: "20",
        "Fewer calls prove nothing.",
    )
    private static let window = Field(
        "window",
        FieldType<Int>.duration(100...600_000),
        default: 10_000,
        shown: "10s",
        "How far it looks back.",
    )
    private static let openFor = Field(
        "openFor",
        FieldType<Int>.duration(100...600_000),
        default: 5000,
        shown: "5s",
        "How long it refuses calls.",
    )
    private static let probes = Field(
        "probes",
        FieldType<Int>.integer(1...1000),
        default: 3,
        shown: "3",
        "Calls that are let through then. When all of them succeed it closes, when one fails it opens again.",
    )

    private static let breakerRecord = Record<BreakerSettings>(
        "breaker",
        "The circuit breaker.",
        fields: [failures, minimumRequests, window, openFor, probes],
        shorthand: "failures",
    ) { settings in
        BreakerSettings(
            failurePercent: try settings[failures],
            minimumRequests: try settings[minimumRequests],
            windowMilliseconds: try settings[window],
            openMilliseconds: try settings[openFor],
            probes: try settings[probes],
        )
    }
}
