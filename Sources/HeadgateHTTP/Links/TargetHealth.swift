import Headgate
import NIOCore

/// Whether a target gets calls: what its health checks say, and what its calls say. A value that is told,
/// and answers; it knows the time only from its caller.
struct TargetHealth {
    enum Standing: String, Sendable {
        case healthy
        /// Bad health checks.
        case unhealthy
        /// Calls failed in a row; for a while it gets none.
        case ejected
        /// The while is over: one call at a time shows whether it is well again.
        case probing
    }

    /// What has changed, for the log.
    enum Change: Equatable {
        case wentDown, ejected, cameBack
    }

    /// nil until the first check.
    private var isChecked: Bool?
    private var streak = 0
    private var failures = 0
    /// Times in a row.
    private(set) var ejections = 0
    private(set) var ejectedUntil: NIODeadline?
    private(set) var isProbed = false
    /// When it came back; nil for one that was never away.
    private(set) var backSince: NIODeadline?

    func standing(_ now: NIODeadline) -> Standing {
        if isChecked == false { return .unhealthy }
        guard let ejectedUntil else { return .healthy }
        return now < ejectedUntil ? .ejected : .probing
    }

    /// Whether it may be chosen.
    func isUsable(_ now: NIODeadline) -> Bool {
        switch standing(now) {
        case .healthy: true
        case .unhealthy, .ejected: false
        case .probing: !isProbed
        }
    }

    /// Nothing needs to be looked at before it is chosen.
    func isPlain(_ now: NIODeadline, slowStart: TimeAmount) -> Bool {
        guard isChecked != false, ejectedUntil == nil else { return false }
        guard let backSince else { return true }
        return now - backSince >= slowStart
    }

    /// The part of its weight that it gets, 0.1…1: all of it, or less for a while after it came back.
    func share(_ now: NIODeadline, slowStart: TimeAmount) -> Double {
        guard let backSince, slowStart > .zero else { return 1 }
        let part = Double((now - backSince).nanoseconds) / Double(slowStart.nanoseconds)
        return min(max(part, 0.1), 1)
    }

    // MARK: Calls

    mutating func chosen(_ now: NIODeadline) {
        if standing(now) == .probing { isProbed = true }
    }

    /// A call was given up before it said anything about the target.
    mutating func abandoned() {
        isProbed = false
    }

    mutating func succeeded(_ now: NIODeadline) -> Change? {
        failures = 0
        isProbed = false
        guard let until = ejectedUntil, now >= until else { return nil }
        ejectedUntil = nil
        ejections = 0
        backSince = now
        return .cameBack
    }

    /// - Parameter random: 0..<1; spreads the ends of ejections.
    mutating func failed(_ now: NIODeadline, _ settings: EjectionSettings, random: Double) -> Change? {
        guard let limit = settings.failures else { return nil }
        failures += 1
        let wasProbe = isProbed
        isProbed = false
        if let until = ejectedUntil {
            // Calls that ran already when it was taken out say nothing new.
            guard wasProbe, now >= until else { return nil }
        } else if failures < limit {
            return nil
        }
        ejections += 1
        failures = 0
        let doubled = min(settings.durationMilliseconds << min(ejections - 1, 16), settings.maximumMilliseconds)
        ejectedUntil = now + .milliseconds(Int64(Double(doubled) * (1 + random / 10)))
        return wasProbe ? nil : .ejected
    }

    // MARK: Health checks

    /// The first check decides alone, later ones by their number in a row. A target that passes is no
    /// longer ejected: the check has shown what a probe would show.
    mutating func checked(_ isGood: Bool, _ now: NIODeadline, _ settings: HealthCheckSettings) -> Change? {
        guard let known = isChecked else {
            isChecked = isGood
            return isGood ? nil : .wentDown
        }
        if known == isGood {
            streak = 0
            return nil
        }
        streak += 1
        guard streak >= (isGood ? settings.healthyAfter : settings.unhealthyAfter) else { return nil }
        streak = 0
        isChecked = isGood
        guard isGood else { return .wentDown }
        failures = 0
        ejections = 0
        ejectedUntil = nil
        isProbed = false
        backSince = now
        return .cameBack
    }
}
