import Headgate
import HeadgateHTTP
import Metrics
import Synchronization

/// The gateway's metrics, by pipeline, class of status and reason of failure: all of them sets that
/// the operator's files bound, never values of a request.
///
/// | metric | kind | labels |
/// | --- | --- | --- |
/// | `headgate_requests_total` | counter | `pipeline`, `status` (`2xx` … `5xx`, `gone` when the client went away) |
/// | `headgate_request_duration_seconds` | histogram | `pipeline` |
/// | `headgate_backend_duration_seconds` | histogram | `pipeline` |
/// | `headgate_failures_total` | counter | `pipeline`, `stage`, `reason` |
/// | `headgate_request_bytes_total`, `headgate_response_bytes_total` | counter | `pipeline` |
/// | `headgate_link_calls_total`, `headgate_link_attempts_total` | counter | `link`, `outcome` (`LinkUse.Outcome`) |
/// | `headgate_link_targets` | gauge | `link`, `standing` (`healthy`, `unhealthy`, `ejected`, `probing`) |
/// | `headgate_link_calls_in_flight`, `headgate_link_breaker_open` | gauge | `link` |
/// | `headgate_reloads_total` | counter | `outcome` (`replaced`, `kept`) |
/// | `headgate_requests_in_flight`, `headgate_connections_open` | gauge | |
/// | `headgate_pipelines`, `headgate_generation` | gauge | |
/// | `headgate_longest_stall_seconds` | gauge | `on` (`loop`, `lane`): the longest since the start that one kept others waiting |
/// | `headgate_memory_resident_bytes` | gauge | |
/// | `headgate_records_dropped` | gauge | requests that are in no log and no metric, because the log was not read |
public final class GatewayMetrics: AccessObserver {
    /// What Prometheus fetches.
    public let registry: PrometheusRegistry
    private let factory: any MetricsFactory
    private let pipelines = Mutex<[String: PipelineMetrics]>([:])
    private let links: LinkMetrics
    private let inFlight: Meter
    private let connections: Meter
    private let pipelineCount: Meter
    private let generationNumber: Meter
    private let loopStall: Meter
    private let laneStall: Meter
    private let resident: Meter
    private let dropped: Meter

    /// - Parameter others: further backends of swift-metrics that get everything, too.
    public init(registry: PrometheusRegistry = PrometheusRegistry(), others: [any MetricsFactory] = []) {
        self.registry = registry
        let factory: any MetricsFactory =
            others.isEmpty ? registry : MultiplexMetricsHandler(factories: [registry] + others)
        self.factory = factory
        links = LinkMetrics(factory)
        inFlight = Meter(label: "headgate_requests_in_flight", dimensions: [], factory: factory)
        connections = Meter(label: "headgate_connections_open", dimensions: [], factory: factory)
        pipelineCount = Meter(label: "headgate_pipelines", dimensions: [], factory: factory)
        generationNumber = Meter(label: "headgate_generation", dimensions: [], factory: factory)
        loopStall = Meter(label: "headgate_longest_stall_seconds", dimensions: [("on", "loop")], factory: factory)
        laneStall = Meter(label: "headgate_longest_stall_seconds", dimensions: [("on", "lane")], factory: factory)
        dropped = Meter(label: "headgate_records_dropped", dimensions: [], factory: factory)
        resident = Meter(label: "headgate_memory_resident_bytes", dimensions: [], factory: factory)
    }

    /// Counts the requests of a batch.
    public func observe(_ records: [AccessRecord]) {
        pipelines.withLock { pipelines in
            var last: PipelineMetrics?
            // By index, because iterating copies every record.
            for index in records.indices {
                if let use = records[index].linkUse { links.observe(use) }
                let name = records[index].pipeline
                if let last, last.name == name {
                    last.observe(records[index])
                    continue
                }
                let metrics = pipelines[name] ?? PipelineMetrics(name, factory)
                pipelines[name] = metrics
                metrics.observe(records[index])
                last = metrics
            }
        }
    }

    /// Tells about these links from now on.
    public func watch(_ registry: LinkRegistry) {
        links.watch(registry)
    }

    /// The links at this moment.
    var linkStatuses: [LinkStatus] { links.statuses }

    /// The files were loaded anew: into a new generation, or in vain.
    public func reloaded(succeeded: Bool) {
        Counter(
            label: "headgate_reloads_total",
            dimensions: [("outcome", succeeded ? "replaced" : "kept")],
            factory: factory,
        ).increment()
    }

    /// What is so at this moment; set when somebody asks.
    func update(_ server: Server, _ generation: Generation, _ probes: [StallProbe]) {
        loopStall.set(probes.map(\.loopSeconds).max() ?? 0)
        laneStall.set(probes.map(\.laneSeconds).max() ?? 0)
        dropped.set(server.recordsDropped)
        resident.set(MemoryPressure.residentBytes ?? 0)
        links.update()
        inFlight.set(server.requestsInFlight)
        connections.set(server.openConnections)
        pipelineCount.set(generation.pipelines.count)
        generationNumber.set(generation.number)
    }
}

/// The series of one pipeline, made when they are first needed. Used under the owner's lock.
private final class PipelineMetrics: @unchecked Sendable {
    let name: String
    private let factory: any MetricsFactory
    private let duration: Timer
    private let bytesIn: Counter
    private let bytesOut: Counter
    private var backend: Timer?
    private var requests: [Int: Counter] = [:]
    private var failures: [String: Counter] = [:]

    init(_ name: String, _ factory: any MetricsFactory) {
        self.name = name
        self.factory = factory
        let labels = [("pipeline", name)]
        duration = Timer(label: "headgate_request_duration_seconds", dimensions: labels, factory: factory)
        bytesIn = Counter(label: "headgate_request_bytes_total", dimensions: labels, factory: factory)
        bytesOut = Counter(label: "headgate_response_bytes_total", dimensions: labels, factory: factory)
    }

    func observe(_ record: AccessRecord) {
        requests(record.status / 100).increment()
        duration.recordMicroseconds(record.durationMicroseconds)
        if record.bytesReceived > 0 { bytesIn.increment(by: record.bytesReceived) }
        if record.bytesSent > 0 { bytesOut.increment(by: record.bytesSent) }
        if let microseconds = record.backendMicroseconds {
            let timer =
                backend
                ?? Timer(
                    label: "headgate_backend_duration_seconds",
                    dimensions: [("pipeline", name)],
                    factory: factory,
                )
            backend = timer
            timer.recordMicroseconds(microseconds)
        }
        if let failure = record.failure { failures(failure).increment() }
    }

    private func requests(_ statusClass: Int) -> Counter {
        if let counter = requests[statusClass] { return counter }
        let status = statusClass == 0 ? "gone" : "\(statusClass)xx"
        let counter = Counter(
            label: "headgate_requests_total",
            dimensions: [("pipeline", name), ("status", status)],
            factory: factory,
        )
        requests[statusClass] = counter
        return counter
    }

    private func failures(_ failure: GatewayFailure) -> Counter {
        let stage = failure.stage ?? ""
        let key = "\(failure.reason)/\(stage)"
        if let counter = failures[key] { return counter }
        let counter = Counter(
            label: "headgate_failures_total",
            dimensions: [("pipeline", name), ("reason", "\(failure.reason)"), ("stage", stage)],
            factory: factory,
        )
        failures[key] = counter
        return counter
    }
}
