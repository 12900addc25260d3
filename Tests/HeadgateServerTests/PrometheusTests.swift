import CoreMetrics
import Testing

@testable import HeadgateServer

/// The text that Prometheus fetches, to the byte.
@Suite struct PrometheusTests {
    @Test func textFormat() {
        let registry = PrometheusRegistry(buckets: [0.1, 1])
        let requests = Counter(
            label: "requests_total",
            dimensions: [("path", "/a\"b\\c\nd"), ("code", "2xx")],
            factory: registry,
        )
        requests.increment()
        requests.increment(by: 2)
        requests.increment(by: -5)
        Meter(label: "open.connections", dimensions: [], factory: registry).set(2.5)
        let duration = Timer(label: "seconds", dimensions: [("p", "x")], factory: registry)
        duration.recordMilliseconds(50)
        duration.recordMilliseconds(100)
        duration.recordSeconds(7)
        #expect(
            registry.text() == """
                # TYPE open_connections gauge
                open_connections 2.5
                # TYPE requests_total counter
                requests_total{code="2xx",path="/a\\"b\\\\c\\nd"} 3
                # TYPE seconds histogram
                seconds_bucket{p="x",le="0.1"} 2
                seconds_bucket{p="x",le="1"} 2
                seconds_bucket{p="x",le="+Inf"} 3
                seconds_sum{p="x"} 7.15
                seconds_count{p="x"} 3
                # TYPE headgate_metrics_series_refused gauge
                headgate_metrics_series_refused 0

                """
        )
    }

    @Test func seriesAreBounded() {
        let registry = PrometheusRegistry(maximumSeries: 3)
        for number in 0..<10 {
            Counter(label: "c", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        let text = registry.text()
        #expect(text.contains("c{n=\"2\"} 1\n"))
        #expect(!text.contains("c{n=\"3\"}"))
        #expect(text.contains("headgate_metrics_series_refused 7\n"))
    }

    @Test func oneNameIsOneKind() {
        let registry = PrometheusRegistry()
        Counter(label: "same", dimensions: [], factory: registry).increment()
        Meter(label: "same", dimensions: [], factory: registry).set(9)
        #expect(registry.text().contains("same 1\n"))
        #expect(!registry.text().contains("same 9\n"))
    }
}
