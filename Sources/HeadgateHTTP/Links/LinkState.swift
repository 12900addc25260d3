import Headgate
import NIOCore

/// Everything about a link that calls share, decided without a socket: a value that is asked which target
/// a call goes to, and told how it went. Its owner holds a lock around it, and gives it time and randomness.
struct LinkState {
    struct Member {
        let target: LinkTarget
        var health = TargetHealth()
        /// Calls that run.
        var outstanding = 0
    }

    /// Why a call may not run.
    enum Refusal: Error, Equatable {
        case overloaded(limit: Int)
        case open(seconds: Int)
    }

    private let definition: LinkDefinition
    private let slowStart: TimeAmount
    private(set) var members: [Member] = []
    private(set) var breaker: CircuitBreaker?
    private(set) var inFlight = 0
    private var budget: RetryBudget
    private var random: RandomSource
    private var haveEqualWeights = true
    /// No member needs a second look before it is chosen. Wrong in one direction only.
    private var areAllPlain = true

    init(_ definition: LinkDefinition, random: RandomSource) {
        self.definition = definition
        self.random = random
        slowStart = .milliseconds(Int64(definition.slowStartMilliseconds))
        breaker = definition.policy.breaker.map { CircuitBreaker($0) }
        budget = RetryBudget(percent: definition.policy.retries.budgetPercent)
    }

    /// Replaces the targets; those that were there before keep what is known of them.
    mutating func use(_ targets: [LinkTarget]) {
        members = targets.map { target in members.first { $0.target === target } ?? Member(target: target) }
        haveEqualWeights = targets.allSatisfy { $0.weight == targets[0].weight }
        areAllPlain = false
    }

    // MARK: Calls

    /// Lets a call in; its end must be told by ``leave(succeeded:_:)``.
    mutating func enter(_ now: NIODeadline) throws(Refusal) {
        if let limit = definition.policy.limits.inFlight, inFlight >= limit { throw .overloaded(limit: limit) }
        if breaker != nil, !(breaker?.admit(now) ?? true) {
            let wait = breaker?.remaining(now) ?? .seconds(1)
            throw .open(seconds: Int(max((wait.nanoseconds + 999_999_999) / 1_000_000_000, 1)))
        }
        inFlight += 1
        budget.deposit()
    }

    /// - Parameter succeeded: nil for a call that proves nothing.
    /// - Returns: the breaker's state, when this has changed it.
    mutating func leave(succeeded: Bool?, _ now: NIODeadline) -> CircuitBreaker.State? {
        inFlight -= 1
        let before = breaker?.state
        breaker?.ended(succeeded: succeeded, now)
        return breaker?.state == before ? nil : breaker?.state
    }

    mutating func mayRetry(_ now: NIODeadline) -> Bool {
        budget.withdraw(now)
    }

    /// The target of an attempt; its end must be told by ``ended(_:_:_:)``. nil when all have been tried.
    /// - Parameters:
    ///   - tried: targets that this call has been to.
    ///   - sticky: a hash of what is to keep its target.
    mutating func choose(_ now: NIODeadline, tried: [LinkTarget] = [], sticky: UInt64? = nil) -> LinkTarget? {
        guard let index = index(now, tried, sticky) else { return nil }
        members[index].outstanding += 1
        members[index].health.chosen(now)
        return members[index].target
    }

    /// - Parameter succeeded: nil for an attempt that was given up and proves nothing.
    mutating func ended(_ target: LinkTarget, succeeded: Bool?, _ now: NIODeadline) -> TargetHealth.Change? {
        guard let index = members.firstIndex(where: { $0.target === target }) else { return nil }
        members[index].outstanding = max(members[index].outstanding - 1, 0)
        switch succeeded {
        case true?:
            return members[index].health.succeeded(now)
        case false?:
            let part = Double(random.next() >> 11) / 9_007_199_254_740_992
            areAllPlain = false
            return members[index].health.failed(now, definition.ejection, random: part)
        case nil:
            members[index].health.abandoned()
            return nil
        }
    }

    /// A health check of a target has ended.
    mutating func checked(_ target: LinkTarget, isGood: Bool, _ now: NIODeadline) -> TargetHealth.Change? {
        guard let settings = definition.health, let index = members.firstIndex(where: { $0.target === target }) else {
            return nil
        }
        areAllPlain = false
        return members[index].health.checked(isGood, now, settings)
    }

    // MARK: Choosing

    private mutating func index(_ now: NIODeadline, _ tried: [LinkTarget], _ sticky: UInt64?) -> Int? {
        if !areAllPlain { areAllPlain = members.allSatisfy { $0.health.isPlain(now, slowStart: slowStart) } }
        if areAllPlain, tried.isEmpty, sticky == nil, haveEqualWeights { return quickIndex() }
        let ignoresHealth = isPanicking(now)
        var candidates: [(index: Int, weight: Double)] = []
        for (index, member) in members.enumerated() where !tried.contains(where: { $0 === member.target }) {
            guard ignoresHealth || member.health.isUsable(now) else { continue }
            candidates.append((index, Double(member.target.weight) * member.health.share(now, slowStart: slowStart)))
        }
        if let sticky { return Self.rendezvous(candidates, members, sticky) }
        return twoChoices(candidates)
    }

    /// All are alike: two at random, and of these the one with less to do.
    private mutating func quickIndex() -> Int? {
        let count = UInt64(members.count)
        guard count > 1 else { return count == 1 ? 0 : nil }
        let word = random.next()
        let first = Int((word >> 32) % count)
        // Another than the first.
        let second = (first + 1 + Int((word & 0xFFFF_FFFF) % (count - 1))) % members.count
        return members[second].outstanding < members[first].outstanding ? second : first
    }

    private mutating func twoChoices(_ candidates: [(index: Int, weight: Double)]) -> Int? {
        guard candidates.count > 1 else { return candidates.first?.index }
        let first = weighted(candidates)
        let others = candidates.enumerated().filter { $0.offset != first }.map(\.element)
        let one = candidates[first]
        let other = others[weighted(others)]
        // With nothing to do they are equal, and the weighted draw alone decides.
        let load = Double(members[one.index].outstanding) / one.weight
        let otherLoad = Double(members[other.index].outstanding) / other.weight
        return otherLoad < load ? other.index : one.index
    }

    /// A place in a list that is not empty, by weight.
    private mutating func weighted(_ candidates: [(index: Int, weight: Double)]) -> Int {
        let total = candidates.reduce(0) { $0 + $1.weight }
        var rest = Double(random.next() >> 11) / 9_007_199_254_740_992 * total
        for (place, candidate) in candidates.enumerated() {
            rest -= candidate.weight
            if rest < 0 { return place }
        }
        return candidates.count - 1
    }

    /// Highest random weight (Thaler and Ravishankar): what a target has stays with it when others come and go.
    private static func rendezvous(
        _ candidates: [(index: Int, weight: Double)],
        _ members: [Member],
        _ sticky: UInt64,
    ) -> Int? {
        candidates.max {
            score(members[$0.index].target, $0.weight, sticky) < score(members[$1.index].target, $1.weight, sticky)
        }?
        .index
    }

    private static func score(_ target: LinkTarget, _ weight: Double, _ sticky: UInt64) -> Double {
        let word = StableHash.mixed(target.stableHash ^ sticky)
        let uniform = (Double(word >> 11) + 0.5) / 9_007_199_254_740_992
        return -weight / logarithm(uniform)
    }

    /// Whether so few are well that what is known of them is no help any more.
    private func isPanicking(_ now: NIODeadline) -> Bool {
        let well = members.reduce(0) { count, member in
            switch member.health.standing(now) {
            case .healthy, .probing: count + 1
            case .unhealthy, .ejected: count
            }
        }
        return well == 0 || well * 100 < members.count * definition.ejection.panicPercent
    }
}

#if canImport(Glibc)
import func Glibc.log
#elseif canImport(Musl)
import func Musl.log
#else
import func Darwin.log
#endif

private func logarithm(_ value: Double) -> Double { log(value) }
