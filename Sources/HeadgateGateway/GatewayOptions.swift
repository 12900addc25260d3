import Headgate
import HeadgateHTTP
import Logging
import Metrics
import NIOCore

/// What a gateway is made with beside its pipelines.
public struct GatewayOptions: Sendable {
    /// Values for `${NAME}` in pipeline files.
    public var environment: [String: String] = [:]
    /// For pipelines that name no deployment stage of their own.
    public var deployment = Deployment()
    /// The name of the deployment stage in place of the one that an API gives itself; nil leaves that.
    public var deploymentStage: String?
    /// How many lanes run stages; with a server one for each event loop. 1 by default.
    public var lanes = 1
    /// Kinds of stage beside the built-in ones; one with the name of a built-in replaces it.
    public var stages: [StageDeclaration] = []
    /// What stages find by type; put a `Dispatcher` here to keep pipelines off the network.
    public var services = StageServices()
    /// The largest request payload in bytes, unless a pipeline says otherwise: 10 MB, as API Gateway's.
    public var payloadLimit = 10 * 1024 * 1024
    /// How backends are called, unless ``services`` holds another dispatcher.
    public var backends = DispatcherConfiguration()
    /// Where backends are called; nil takes the process's own. A server's loops find their connections again.
    public var eventLoops: (any EventLoopGroup)?
    /// Files with `links:` beside the pipelines, or beside the documents.
    public var linkFiles: [String] = []
    /// The folder of plugins; nil takes `plugins` beside the pipelines, if there is one, and an empty text none.
    public var plugins: String?
    /// Loads plugins whose files everybody on the machine may write; a warning says so.
    public var unsafeWritablePlugins = false
    /// Asked when a reload has built a complete new generation: what it finds keeps the old one serving. Called on the
    /// thread that reloads.
    public var acceptReload: (@Sendable () -> [Diagnostic])?
    /// The folder whose files are secrets of scripts; `HEADGATE_SECRET_NAME` in ``environment`` goes before.
    public var secretsDirectory: String?
    /// Addresses beside those of the public internet to which scripts may send requests: `10.0.0.0/8`.
    public var scriptNetworks: [AddressRange] = []
    /// Where scripts' metrics go; nil takes the process's own.
    public var metrics: (any MetricsFactory)?
    /// Where stages take the time from; a test may hold it.
    public var clock: any GatewayClock = SystemClock()
    /// Makes identifiers and everything else that is random the same in every run; nil takes the system's randomness.
    public var seed: UInt64?
    /// Where stages, reloads and failures are logged.
    public var logger = Logger(label: "headgate")

    /// The defaults: one lane, the network, the system's clock and randomness.
    public init() {}
}
