import CoreMetrics
import Synchronization

/// Collects metrics in memory for Prometheus to fetch: a backend for swift-metrics.
///
/// ```swift
/// let registry = PrometheusRegistry()
/// MetricsSystem.bootstrap(registry)
/// print(registry.text())
/// ```
///
/// The number of series is bounded: what would come on top of ``maximumSeries`` is counted in one
/// series and otherwise left out, so that a label that takes its values from requests by mistake costs
/// a fixed amount of memory.
public final class PrometheusRegistry: MetricsFactory {
    /// Names of series: a metric with its labels.
    struct Key: Hashable {
        let name: String
        let labels: String
    }

    private struct State {
        var series: [Key: any PrometheusSeries] = [:]
        var refused = 0
    }

    /// How many series are kept; a metric with other labels is another series.
    public let maximumSeries: Int
    private let buckets: [Double]
    private let state = Mutex(State())

    /// - Parameter buckets: upper bounds of the histograms' buckets, ascending; those of timers in seconds.
    public init(maximumSeries: Int = 20_000, buckets: [Double] = PrometheusRegistry.latencyBuckets) {
        self.maximumSeries = maximumSeries
        self.buckets = buckets
    }

    /// From half a millisecond to half a minute, the longest that an integration takes.
    public static let latencyBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    /// Everything in Prometheus's text format, version 0.0.4, in the order of the names.
    public func text() -> String {
        let (series, refused) = state.withLock { ($0.series, $0.refused) }
        var out = ""
        var last = ""
        for (key, value) in series.sorted(by: { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }) {
            if key.name != last {
                last = key.name
                out += "# TYPE \(key.name) \(value.kind)\n"
            }
            value.write(name: key.name, labels: key.labels, into: &out)
        }
        out += "# TYPE headgate_metrics_series_refused gauge\nheadgate_metrics_series_refused \(refused)\n"
        return out
    }

    // MARK: swift-metrics

    /// A counter; dimensions are Prometheus's labels. The same name and labels give the same series.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, orElse: PrometheusCounter()) { PrometheusCounter() }
    }

    /// A gauge; dimensions are Prometheus's labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, orElse: PrometheusGauge()) { PrometheusGauge() }
    }

    /// A histogram if it aggregates, else a gauge that shows the last value.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if !aggregate { return series(label, dimensions, orElse: PrometheusGauge()) { PrometheusGauge() } }
        return series(label, dimensions, orElse: PrometheusHistogram(buckets)) { PrometheusHistogram(buckets) }
    }

    /// A histogram in seconds, with the registry's buckets.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, orElse: PrometheusHistogram(buckets)) { PrometheusHistogram(buckets) }
    }

    /// Forgets the series, so that the name may begin anew.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Forgets the series, so that the name may begin anew.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Forgets the series, so that the name may begin anew.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Forgets the series, so that the name may begin anew.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func series<Series: PrometheusSeries>(
        _ label: String,
        _ dimensions: [(String, String)],
        orElse detached: @autoclosure () -> Series,
        make: () -> Series,
    ) -> Series {
        let key = Key(name: PrometheusText.name(label), labels: PrometheusText.labels(dimensions))
        return state.withLock { state in
            if let found = state.series[key] as? Series { return found }
            guard state.series[key] == nil, state.series.count < maximumSeries else {
                state.refused += 1
                return detached()
            }
            let new = make()
            state.series[key] = new
            return new
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            guard let key = state.series.first(where: { $0.value === handler })?.key else { return }
            state.series[key] = nil
        }
    }
}
