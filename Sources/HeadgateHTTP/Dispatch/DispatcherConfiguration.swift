import NIOCore

/// How backends are called: bounds and times, each per event loop where it counts connections.
public struct DispatcherConfiguration: Sendable {
    /// Connections to one endpoint, on one event loop.
    public var connectionsPerEndpoint: Int
    /// Calls that wait for a connection to one endpoint, on one event loop; more fail at once.
    public var waitingPerEndpoint: Int
    /// Time to connect, TLS not included; the call's own deadline counts as well.
    public var connectTimeout: TimeAmount
    /// How long an unused connection is kept. A backend's `Keep-Alive: timeout` counts as well.
    public var idleTimeout: TimeAmount
    /// The largest response that is buffered, in bytes; a larger one is a 502. API Gateway's limit by default.
    public var responseLimit: Int
    /// Bounds of response heads.
    public var limits: MessageLimits
    /// A PEM file of certificate authorities that are trusted beside the system's.
    public var certificateAuthorities: String?

    /// A configuration; what is left out takes the defaults of `headgate serve`.
    public init(
        connectionsPerEndpoint: Int = 512,
        waitingPerEndpoint: Int = 1024,
        connectTimeout: TimeAmount = .seconds(5),
        idleTimeout: TimeAmount = .seconds(60),
        responseLimit: Int = 10_485_760,
        limits: MessageLimits = .response,
        certificateAuthorities: String? = nil,
    ) {
        self.connectionsPerEndpoint = connectionsPerEndpoint
        self.waitingPerEndpoint = waitingPerEndpoint
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.responseLimit = responseLimit
        self.limits = limits
        self.certificateAuthorities = certificateAuthorities
    }
}
