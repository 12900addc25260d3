import Headgate
import NIOCore

/// Looks after a link's targets: resolves their names and asks for their health, again and again, on one
/// loop. Confined to it.
final class LinkUpkeep: @unchecked Sendable {
    private weak var link: Link?
    private let definition: LinkDefinition
    private let loop: any EventLoop
    private var tasks: [RepeatedTask] = []
    private var isStopped = false
    /// A resolver that hangs is asked once, not once in every interval.
    private var isResolving = false

    init(_ link: Link, on loop: any EventLoop) {
        self.link = link
        definition = link.definition
        self.loop = loop
    }

    func start() {
        loop.execute { [self] in
            guard !isStopped else { return }
            let names = LinkTargets.names(definition)
            if !names.isEmpty {
                repeatEvery(definition.refreshMilliseconds) { $0.resolve(names) }
            }
            if let health = definition.health {
                repeatEvery(health.intervalMilliseconds) { $0.check(health) }
            }
        }
    }

    func stop() {
        loop.execute { [self] in
            isStopped = true
            for task in tasks { task.cancel() }
            tasks = []
        }
    }

    private func repeatEvery(_ milliseconds: Int, _ work: @escaping @Sendable (LinkUpkeep) -> Void) {
        let delay = TimeAmount.milliseconds(Int64(milliseconds))
        tasks.append(
            loop.scheduleRepeatedTask(initialDelay: .zero, delay: delay) { [weak self] task in
                guard let self, link != nil else {
                    task.cancel()
                    return
                }
                work(self)
            }
        )
    }

    // MARK: Names

    /// getaddrinfo tells no time to live, so names are asked for again after the link's `refresh`.
    private func resolve(_ names: [(host: String, port: Int)]) {
        guard !isResolving else { return }
        isResolving = true
        GuardedResolver.queue.async { [self] in
            var found: [String: [SocketAddress]] = [:]
            var faults: [(host: String, reason: String)] = []
            for (host, port) in names where found[host] == nil {
                switch GuardedResolver.addresses(of: host, port) {
                case .success(let addresses): found[host] = addresses.map(\.socket)
                case .failure(let error): faults.append((host, error.reason))
                }
            }
            loop.execute { [found, faults] in self.resolved(found, faults) }
        }
    }

    private func resolved(_ found: [String: [SocketAddress]], _ faults: [(host: String, reason: String)]) {
        isResolving = false
        guard let link, !isStopped else { return }
        for fault in faults { link.couldNotResolve(fault.host, fault.reason) }
        let before = link.targets
        let targets = LinkTargets.resolved(definition, found, before: before)
        guard !targets.elementsEqual(before, by: ===) else { return }
        link.use(targets)
        // Nobody waits for the next round to hear of a target that has just appeared.
        if let health = definition.health { check(health, targets.filter { new in !before.contains { $0 === new } }) }
    }

    // MARK: Health

    private func check(_ settings: HealthCheckSettings, _ targets: [LinkTarget]? = nil) {
        guard let link, !isStopped else { return }
        for target in targets ?? link.targets {
            HealthCheck(settings, link.connector, target, on: loop).run().whenComplete { [weak link] result in
                switch result {
                case .success: link?.checked(target, fault: nil, .now())
                case .failure(let error): link?.checked(target, fault: HealthCheck.reason(error), .now())
                }
            }
        }
    }
}
