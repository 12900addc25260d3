import Headgate
import NIOCore

@testable import HeadgateHTTP

/// A moment, in milliseconds.
func at(_ milliseconds: Int) -> NIODeadline {
    .uptimeNanoseconds(1_000_000_000 + UInt64(milliseconds) * 1_000_000)
}

extension LinkTarget {
    static func test(_ name: String, weight: Int = 1) -> LinkTarget {
        LinkTarget(.name(name, port: 80), name: name, host: name, weight: weight)
    }
}

extension LinkState {
    static func test(
        _ targets: [LinkTarget],
        slowStart: Int = 0,
        health: HealthCheckSettings? = nil,
        ejection: EjectionSettings = EjectionSettings(),
        policy: CallPolicy = CallPolicy(),
    ) -> LinkState {
        let definition = LinkDefinition(
            name: "test",
            targets: [],
            health: health,
            ejection: ejection,
            slowStartMilliseconds: slowStart,
            policy: policy,
        )
        var state = LinkState(definition, random: RandomSource(seed: 7))
        state.use(targets)
        return state
    }

    /// How many of so many calls, none of which runs any longer, each target gets.
    mutating func spread(_ calls: Int, at now: NIODeadline, sticky: ((Int) -> UInt64)? = nil) -> [String: Int] {
        var counts: [String: Int] = [:]
        for call in 0..<calls {
            guard let target = choose(now, sticky: sticky?(call)) else { continue }
            counts[target.name, default: 0] += 1
            _ = ended(target, succeeded: nil, now)
        }
        return counts
    }

    mutating func fail(_ target: LinkTarget, times: Int, at now: NIODeadline) -> TargetHealth.Change? {
        var change: TargetHealth.Change?
        for _ in 0..<times { change = ended(target, succeeded: false, now) ?? change }
        return change
    }
}
