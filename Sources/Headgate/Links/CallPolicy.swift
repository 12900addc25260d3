/// What becomes of calls that fail, and how many there may be: of a link, or of one pipeline's backend.
public struct CallPolicy: Sendable, Equatable {
    /// When a call is made once more; three attempts by default.
    public var retries: RetrySettings
    /// How many calls there may be, beside the gateway's own bounds.
    public var limits: LimitSettings
    /// nil lets every call through.
    public var breaker: BreakerSettings?
    /// After how many milliseconds without an answer a second call is made beside the first; nil never.
    public var hedgeAfterMilliseconds: Int?

    /// A policy; without arguments calls are tried three times, within the gateway's own bounds.
    public init(
        retries: RetrySettings = RetrySettings(),
        limits: LimitSettings = LimitSettings(),
        breaker: BreakerSettings? = nil,
        hedgeAfterMilliseconds: Int? = nil,
    ) {
        self.retries = retries
        self.limits = limits
        self.breaker = breaker
        self.hedgeAfterMilliseconds = hedgeAfterMilliseconds
    }
}

extension CallPolicy {
    /// `up to 3 attempts, at most 100 in flight, with a circuit breaker`.
    public var summary: String {
        var parts = [retries.attempts == 1 ? "one attempt" : "up to \(retries.attempts) attempts"]
        if let most = retries.perTryTimeoutMilliseconds { parts.append("\(most) ms each") }
        if let most = limits.inFlight { parts.append("at most \(most) in flight") }
        if breaker != nil { parts.append("with a circuit breaker") }
        if let after = hedgeAfterMilliseconds { parts.append("hedged after \(after) ms") }
        return parts.joined(separator: ", ")
    }
}

/// When a call is made once more. Only what is safe is: a request of which nothing was sent, or one whose
/// method is idempotent (RFC 9110 section 9.2.2) and whose body is still here; never once a part of a
/// response has gone to the client.
public struct RetrySettings: Sendable, Equatable {
    /// Attempts in all, the first one included; 1 never repeats.
    public var attempts: Int
    /// Retries in a hundred requests, beside ten a second that are always allowed.
    public var budgetPercent: Int
    /// For one attempt, in milliseconds; nil leaves an attempt all the time that there is.
    public var perTryTimeoutMilliseconds: Int?
    /// For all attempts, in milliseconds; nil takes the integration's `timeoutInMillis`, which counts in any case.
    public var deadlineMilliseconds: Int?
    /// Statuses that are as good as no answer.
    public var statuses: [Int]

    /// When a call is repeated; the defaults are those of the file format.
    public init(
        attempts: Int = 3,
        budgetPercent: Int = 20,
        perTryTimeoutMilliseconds: Int? = nil,
        deadlineMilliseconds: Int? = nil,
        statuses: [Int] = [502, 503, 504],
    ) {
        self.attempts = attempts
        self.budgetPercent = budgetPercent
        self.perTryTimeoutMilliseconds = perTryTimeoutMilliseconds
        self.deadlineMilliseconds = deadlineMilliseconds
        self.statuses = statuses
    }
}

/// Bounds; nil members are the gateway's own.
public struct LimitSettings: Sendable, Equatable {
    /// Connections to one target, shared out evenly among the event loops.
    public var connections: Int?
    /// Calls that wait for a connection to one target, shared out likewise; more are refused.
    public var pending: Int?
    /// Calls that run at the same time; more are refused at once.
    public var inFlight: Int?

    /// Bounds; the gateway's own unless told otherwise.
    public init(connections: Int? = nil, pending: Int? = nil, inFlight: Int? = nil) {
        self.connections = connections
        self.pending = pending
        self.inFlight = inFlight
    }
}

/// When all calls are refused for a while, because so many have failed.
public struct BreakerSettings: Sendable, Equatable {
    /// The part of the calls that must have failed, in a hundred.
    public var failurePercent: Int
    /// Fewer calls in the window prove nothing.
    public var minimumRequests: Int
    /// How far back calls count.
    public var windowMilliseconds: Int
    /// How long calls are refused before some are let through on trial.
    public var openMilliseconds: Int
    /// Calls that try, when the time is over, whether all is well again; each of them must succeed.
    public var probes: Int

    /// A breaker; the defaults are those of the file format.
    public init(
        failurePercent: Int = 50,
        minimumRequests: Int = 20,
        windowMilliseconds: Int = 10_000,
        openMilliseconds: Int = 5000,
        probes: Int = 3,
    ) {
        self.failurePercent = failurePercent
        self.minimumRequests = minimumRequests
        self.windowMilliseconds = windowMilliseconds
        self.openMilliseconds = openMilliseconds
        self.probes = probes
    }
}
