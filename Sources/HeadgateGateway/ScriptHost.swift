import Headgate
import HeadgateLua
import Logging
import Metrics
import Synchronization

/// What the gateway does for scripts: their log lines go to its logger, their numbers to its metrics, their
/// secrets come from its environment and its folder of secrets.
final class ScriptHost: LuaHost {
    let scriptNetworks: [AddressRange]
    private let logger: Logger
    private let metrics: (any MetricsFactory)?
    private let secrets: SecretFiles
    /// Series that there are, by metric; more are counted under `other`.
    private let series = Mutex<[String: Set<[String]>]>([:])

    private static let mostSeries = 200

    init(_ options: GatewayOptions) {
        logger = options.logger
        metrics = options.metrics
        secrets = SecretFiles(
            environment: options.environment,
            directory: options.secretsDirectory,
            clock: options.clock,
        )
        scriptNetworks = options.scriptNetworks
    }

    func log(_ entry: LuaLogEntry) {
        let level: Logger.Level =
            switch entry.level {
            case .debug: .debug
            case .info: .info
            case .warn: .warning
            case .error: .error
            }
        guard level >= logger.logLevel else { return }
        var metadata: Logger.Metadata = ["pipeline": "\(entry.pipeline)"]
        if let stage = entry.stage { metadata["stage"] = "\(stage)" }
        if let requestID = entry.requestID { metadata["requestId"] = "\(requestID)" }
        if let location = entry.location { metadata["at"] = "\(location)" }
        for field in entry.fields where metadata[field.name] == nil { metadata[field.name] = "\(field.value)" }
        logger.log(level: level, "\(entry.message)", metadata: metadata)
    }

    func secret(_ name: String) -> [UInt8]? { secrets[name] }

    func record(_ measurement: LuaMeasurement) {
        let label = "headgate_script_" + measurement.name
        var dimensions = [("pipeline", measurement.pipeline), ("stage", measurement.stage)]
        dimensions += measurement.labels.map { ($0.name, isKnown(label, measurement) ? $0.value : "other") }
        let factory = metrics ?? MetricsSystem.factory
        switch measurement.kind {
        case .count:
            FloatingPointCounter(label: label, dimensions: dimensions, factory: factory).increment(
                by: measurement.value
            )
        case .gauge: Gauge(label: label, dimensions: dimensions, factory: factory).record(measurement.value)
        case .observation: Recorder(label: label, dimensions: dimensions, factory: factory).record(measurement.value)
        }
    }

    /// Whether a metric has or may get a series with these labels: values of requests must not fill the memory.
    private func isKnown(_ label: String, _ measurement: LuaMeasurement) -> Bool {
        let values = measurement.labels.map(\.value)
        return series.withLock { series in
            if series[label]?.contains(values) ?? false { return true }
            guard series[label]?.count ?? 0 < Self.mostSeries else { return false }
            series[label, default: []].insert(values)
            return true
        }
    }
}
