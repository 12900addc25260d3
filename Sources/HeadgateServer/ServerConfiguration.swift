import Headgate
import HeadgateHTTP
import NIOCore

/// Where the server listens and what it bears. The defaults are API Gateway's limits where it has any.
public struct ServerConfiguration: Sendable {
    /// Address or name to listen on.
    public var host: String
    /// 0 takes any free port.
    public var port: Int
    /// TLS for the clients; nil serves plain HTTP.
    public var tls: ServerTLS?
    /// Connections that the operating system keeps until they are accepted.
    public var backlog: Int
    /// The largest request payload in bytes, for pipelines that have no limit of their own; more is a 413.
    public var payloadLimit: Int
    /// Bounds of request heads.
    public var limits: MessageLimits
    /// Whether `%2F` may stand in a path: it is routed and passed on as a part of its segment.
    public var allowsEncodedSlash: Bool
    /// Open connections on one event loop; more are closed at once. nil takes half of what the limit
    /// of file descriptors leaves to the loop, the other half being for backends.
    public var connectionsPerLoop: Int?
    /// Requests of one connection that are worked on at the same time; further ones are not read.
    public var pipelinedRequests: Int
    /// Bounds the requests of all connections that are worked on at the same time; nil bounds none.
    public var inFlightCap: InFlightCap?
    /// Refuses requests while the process holds too much memory; nil never does.
    public var memoryPressure: MemoryPressure?
    /// Requests on one event loop that may wait for their turn under such a bound, or a pipeline's.
    public var waitingPerLoop: Int
    /// How long they may, before they are answered with 503 and `Retry-After`.
    public var waitingTime: TimeAmount
    /// Time for a head, from its first byte to its last.
    public var headerTimeout: TimeAmount
    /// Time for a buffered body from first to last byte, and for a streamed one between two pieces.
    public var bodyTimeout: TimeAmount
    /// The least average rate of a body in bytes a second, once ``bodyGrace`` is over.
    public var bodyRate: Int
    /// How long a body may come slower than ``bodyRate``.
    public var bodyGrace: TimeAmount
    /// How long a connection without a request is kept.
    public var idleTimeout: TimeAmount
    /// How long a client may take nothing of its response.
    public var writeTimeout: TimeAmount
    /// How long a request goes on after the client has closed its side: long enough for those who only
    /// stopped sending, short enough for those who are gone, which cannot be told apart.
    public var halfCloseGrace: TimeAmount
    /// While draining, how long an idle connection may still bring a request that was on its way.
    public var drainGrace: TimeAmount

    /// A configuration; what is left out takes the defaults, which are safe in front of strangers.
    public init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        tls: ServerTLS? = nil,
        backlog: Int = 1024,
        payloadLimit: Int = 10_485_760,
        limits: MessageLimits = MessageLimits(),
        allowsEncodedSlash: Bool = true,
        connectionsPerLoop: Int? = nil,
        pipelinedRequests: Int = 64,
        inFlightCap: InFlightCap? = nil,
        memoryPressure: MemoryPressure? = nil,
        waitingPerLoop: Int = 128,
        waitingTime: TimeAmount = .milliseconds(500),
        headerTimeout: TimeAmount = .seconds(10),
        bodyTimeout: TimeAmount = .seconds(60),
        bodyRate: Int = 240,
        bodyGrace: TimeAmount = .seconds(5),
        idleTimeout: TimeAmount = .seconds(60),
        writeTimeout: TimeAmount = .seconds(30),
        halfCloseGrace: TimeAmount = .seconds(2),
        drainGrace: TimeAmount = .seconds(1),
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.backlog = backlog
        self.payloadLimit = payloadLimit
        self.limits = limits
        self.allowsEncodedSlash = allowsEncodedSlash
        self.connectionsPerLoop = connectionsPerLoop
        self.pipelinedRequests = pipelinedRequests
        self.inFlightCap = inFlightCap
        self.memoryPressure = memoryPressure
        self.waitingPerLoop = waitingPerLoop
        self.waitingTime = waitingTime
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.bodyRate = bodyRate
        self.bodyGrace = bodyGrace
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
        self.halfCloseGrace = halfCloseGrace
        self.drainGrace = drainGrace
    }
}
