import Headgate
import NIOCore
import Synchronization

/// A link while it is used: its targets, shared by all loops, and those who look after them.
final class Link: Sendable {
    let definition: LinkDefinition
    let connector: LinkConnector
    private let state: Mutex<LinkState>
    private let upkeep: Mutex<LinkUpkeep?>
    private let report: @Sendable (LinkEvent) -> Void

    /// - Parameter tls: of backends, for a link without settings of its own.
    /// - Throws: when the files of its TLS settings cannot be used.
    init(
        _ definition: LinkDefinition,
        tls: BackendTLS,
        random: RandomSource = RandomSource(),
        report: @escaping @Sendable (LinkEvent) -> Void = { _ in },
    ) throws {
        self.definition = definition
        self.report = report
        connector = try LinkConnector(definition, tls: tls)
        var state = LinkState(definition, random: random)
        state.use(LinkTargets.initial(definition))
        self.state = Mutex(state)
        upkeep = Mutex(nil)
    }

    var name: String { definition.name }

    // MARK: Calls

    func enter(_ now: NIODeadline) throws(LinkState.Refusal) {
        let refusal = state.withLock { state -> LinkState.Refusal? in
            do throws(LinkState.Refusal) {
                try state.enter(now)
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
    }

    func leave(succeeded: Bool?, _ now: NIODeadline) {
        if let changed = state.withLock({ $0.leave(succeeded: succeeded, now) }) {
            report(.breaker(link: name, changed))
        }
    }

    func mayRetry(_ now: NIODeadline) -> Bool {
        state.withLock { $0.mayRetry(now) }
    }

    func choose(_ now: NIODeadline, tried: [LinkTarget], sticky: UInt64?) -> LinkTarget? {
        state.withLock { $0.choose(now, tried: tried, sticky: sticky) }
    }

    func ended(_ target: LinkTarget, succeeded: Bool?, _ now: NIODeadline) {
        tell(state.withLock { $0.ended(target, succeeded: succeeded, now) }, target, "calls fail")
    }

    // MARK: Upkeep

    /// Begins to resolve names and to check health, once.
    func activate(on group: any EventLoopGroup) {
        let started = upkeep.withLock { upkeep -> LinkUpkeep? in
            guard upkeep == nil else { return nil }
            let new = LinkUpkeep(self, on: group.next())
            upkeep = new
            return new
        }
        started?.start()
    }

    func stop() {
        upkeep.withLock { $0 }?.stop()
    }

    var targetCount: Int { state.withLock { $0.members.count } }

    var targets: [LinkTarget] {
        state.withLock { $0.members.map(\.target) }
    }

    /// The names have led to other addresses.
    func use(_ targets: [LinkTarget]) {
        let gone = state.withLock { state in
            let gone = state.members.map(\.target).filter { old in !targets.contains { $0 === old } }
            state.use(targets)
            return gone
        }
        for target in gone { target.dropConnections() }
        report(.targets(link: name, targets.map(\.name)))
    }

    func checked(_ target: LinkTarget, fault: String?, _ now: NIODeadline) {
        tell(state.withLock { $0.checked(target, isGood: fault == nil, now) }, target, fault ?? "")
    }

    func couldNotResolve(_ host: String, _ reason: String) {
        report(.unresolved(link: name, host: host, reason: reason))
    }

    private func tell(_ change: TargetHealth.Change?, _ target: LinkTarget, _ reason: String) {
        guard let change else { return }
        if change != .cameBack { target.dropConnections() }
        report(.health(link: name, target: target.name, change, reason: reason))
    }

    // MARK: What operators see

    func status(_ now: NIODeadline) -> LinkStatus {
        state.withLock { state in
            LinkStatus(
                name: name,
                inFlight: state.inFlight,
                breaker: state.breaker?.state.rawValue,
                targets: state.members.map { member in
                    LinkStatus.Target(
                        name: member.target.name,
                        standing: member.health.standing(now).rawValue,
                        outstanding: member.outstanding,
                    )
                },
            )
        }
    }
}

/// What is worth a line in the log.
enum LinkEvent: Sendable, Equatable {
    case health(link: String, target: String, TargetHealth.Change, reason: String)
    case breaker(link: String, CircuitBreaker.State)
    case targets(link: String, [String])
    case unresolved(link: String, host: String, reason: String)
}

/// A link at one moment.
public struct LinkStatus: Sendable {
    /// A target of a link at one moment.
    public struct Target: Sendable {
        /// As the file names it, or the address that the name led to.
        public let name: String
        /// `healthy`, `unhealthy`, `ejected` or `probing`.
        public let standing: String
        /// Calls that run.
        public let outstanding: Int
    }

    /// As the file names it.
    public let name: String
    /// Calls that run, over all targets.
    public let inFlight: Int
    /// `closed`, `open` or `half-open`; nil without a breaker.
    public let breaker: String?
    /// What calls go to, host names resolved.
    public let targets: [Target]
}
