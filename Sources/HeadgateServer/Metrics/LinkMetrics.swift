import Headgate
import HeadgateHTTP
import Metrics
import Synchronization

/// The series of links, made when they are first needed.
final class LinkMetrics: Sendable {
    private struct State {
        var counters: [String: Counter] = [:]
        var meters: [String: Meter] = [:]
        var registry: LinkRegistry?
    }

    private static let standings = ["healthy", "unhealthy", "ejected", "probing"]

    private let factory: any MetricsFactory
    private let state = Mutex(State())

    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    func watch(_ registry: LinkRegistry) {
        state.withLock { $0.registry = registry }
    }

    var statuses: [LinkStatus] {
        state.withLock { $0.registry }?.statuses ?? []
    }

    func observe(_ use: LinkUse) {
        state.withLock { state in
            count("headgate_link_calls_total", use.link, use.outcome, &state)
            for attempt in use.attempts { count("headgate_link_attempts_total", use.link, attempt.outcome, &state) }
        }
    }

    /// What is so at this moment; set when somebody asks.
    func update() {
        let statuses = statuses
        state.withLock { state in
            for link in statuses {
                for standing in Self.standings {
                    let count = link.targets.reduce(0) { $0 + ($1.standing == standing ? 1 : 0) }
                    set("headgate_link_targets", [("link", link.name), ("standing", standing)], count, &state)
                }
                set("headgate_link_calls_in_flight", [("link", link.name)], link.inFlight, &state)
                if let breaker = link.breaker {
                    set("headgate_link_breaker_open", [("link", link.name)], breaker == "closed" ? 0 : 1, &state)
                }
            }
        }
    }

    private func count(_ label: String, _ link: String, _ outcome: LinkUse.Outcome, _ state: inout State) {
        let key = "\(label)/\(outcome.rawValue)/\(link)"
        if let counter = state.counters[key] {
            counter.increment()
            return
        }
        let counter = Counter(
            label: label,
            dimensions: [("link", link), ("outcome", outcome.rawValue)],
            factory: factory,
        )
        state.counters[key] = counter
        counter.increment()
    }

    private func set(_ label: String, _ labels: [(String, String)], _ value: Int, _ state: inout State) {
        let key = label + labels.map { "/" + $0.1 }.joined()
        let meter = state.meters[key] ?? Meter(label: label, dimensions: labels, factory: factory)
        state.meters[key] = meter
        meter.set(value)
    }
}
