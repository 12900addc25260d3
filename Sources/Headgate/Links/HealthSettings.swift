/// How a link asks its targets whether they are well.
public struct HealthCheckSettings: Sendable, Equatable {
    /// What is asked for with GET; nil is content with a connection.
    public var path: String?
    /// The `Host` field of the question; nil takes the target's own name.
    public var host: String?
    /// Whether the question goes over TLS, with the link's settings for it.
    public var usesTLS: Bool
    /// From one question to the next.
    public var intervalMilliseconds: Int
    /// For one answer; what takes longer is a bad one.
    public var timeoutMilliseconds: Int
    /// Good answers in a row that bring a target back.
    public var healthyAfter: Int
    /// Bad answers in a row that take a target out.
    public var unhealthyAfter: Int

    /// Questions as they are asked by default: a connection every five seconds.
    public init(
        path: String? = nil,
        host: String? = nil,
        usesTLS: Bool = false,
        intervalMilliseconds: Int = 5000,
        timeoutMilliseconds: Int = 1000,
        healthyAfter: Int = 2,
        unhealthyAfter: Int = 2,
    ) {
        self.path = path
        self.host = host
        self.usesTLS = usesTLS
        self.intervalMilliseconds = intervalMilliseconds
        self.timeoutMilliseconds = timeoutMilliseconds
        self.healthyAfter = healthyAfter
        self.unhealthyAfter = unhealthyAfter
    }
}

/// How calls that fail take a target out.
public struct EjectionSettings: Sendable, Equatable {
    /// Failures in a row; nil never takes a target out.
    public var failures: Int?
    /// How long the first time; each further time in a row twice as long.
    public var durationMilliseconds: Int
    /// However often it has failed, a target is out for no longer than this.
    public var maximumMilliseconds: Int
    /// With fewer targets in a hundred that are well, all are used whatever is known of them.
    public var panicPercent: Int

    /// Three failures in a row take a target out unless told otherwise.
    public init(
        failures: Int? = 3,
        durationMilliseconds: Int = 5000,
        maximumMilliseconds: Int = 120_000,
        panicPercent: Int = 25,
    ) {
        self.failures = failures
        self.durationMilliseconds = durationMilliseconds
        self.maximumMilliseconds = maximumMilliseconds
        self.panicPercent = panicPercent
    }
}
