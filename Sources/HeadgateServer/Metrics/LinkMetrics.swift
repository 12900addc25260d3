import Headgate
import HeadgateHTTP
import Metrics
import Synchronization

/// The series of links, made when they are first needed.
final class LinkMetrics: Sendable {
    private struct State {
        var counters: [String: LinkCounters] = [:]
        var meters: [String: Meter] = [:]
        var registry: LinkRegistry?
    }

    /// The counters of one link, by outcome: most links know one or two outcomes.
    private struct LinkCounters {
        var calls: [(outcome: LinkUse.Outcome, counter: Counter)] = []
        var attempts: [(outcome: LinkUse.Outcome, counter: Counter)] = []
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
            count(use, in: &state.counters[use.link, default: LinkCounters()])
        }
    }

    private func count(_ use: LinkUse, in counters: inout LinkCounters) {
        counter("headgate_link_calls_total", use.link, use.outcome, in: &counters.calls).increment()
        for attempt in use.attempts {
            counter("headgate_link_attempts_total", use.link, attempt.outcome, in: &counters.attempts).increment()
        }
    }

    private func counter(
        _ label: String,
        _ link: String,
        _ outcome: LinkUse.Outcome,
        in known: inout [(outcome: LinkUse.Outcome, counter: Counter)],
    ) -> Counter {
        if let found = known.first(where: { $0.outcome == outcome }) { return found.counter }
        let counter = Counter(
            label: label,
            dimensions: [("link", link), ("outcome", outcome.rawValue)],
            factory: factory,
        )
        known.append((outcome, counter))
        return counter
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

    private func set(_ label: String, _ labels: [(String, String)], _ value: Int, _ state: inout State) {
        let key = label + labels.map { "/" + $0.1 }.joined()
        let meter = state.meters[key] ?? Meter(label: label, dimensions: labels, factory: factory)
        state.meters[key] = meter
        meter.set(value)
    }
}
