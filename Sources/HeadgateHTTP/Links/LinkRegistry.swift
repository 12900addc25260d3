import Headgate
import Logging
import NIOCore
import Synchronization

/// The links that there are now, found by their names. A reload changes only those whose definition has
/// changed; the others keep what they know of their targets.
public final class LinkRegistry: LinkChecker {
    private struct Tables {
        var current: [String: Link] = [:]
        /// Of the generation before: its last exchanges may still look for them.
        var former: [String: Link] = [:]
        var isActive = false
    }

    private let tables = Mutex(Tables())
    private let count = Atomic<Int>(0)
    private let group: any EventLoopGroup
    private let tls: BackendTLS
    private let logger: Logger
    private let seed: UInt64?

    init(group: any EventLoopGroup, tls: BackendTLS, logger: Logger, seed: UInt64?) {
        self.group = group
        self.tls = tls
        self.logger = logger
        self.seed = seed
    }

    /// Changes whenever links do.
    var version: Int { count.load(ordering: .acquiring) }

    func link(_ name: String) -> Link? {
        tables.withLock { $0.current[name] ?? $0.former[name] }
    }

    var isEmpty: Bool { tables.withLock { $0.current.isEmpty } }

    /// Whether a link can be made of a definition: its files are there and can be read.
    /// - Returns: what is wrong, or nil.
    public func fault(in definition: LinkDefinition) -> String? {
        do {
            _ = try LinkConnector(definition, tls: tls)
            return nil
        } catch {
            return String(describing: error)
        }
    }

    /// Takes these links in place of those that there were.
    public func replace(by definitions: [LinkDefinition]) {
        let (started, stopped) = tables.withLock { tables -> ([Link], [Link]) in
            var links: [String: Link] = [:]
            var new: [Link] = []
            for definition in definitions {
                if let known = tables.current[definition.name], known.definition == definition {
                    links[definition.name] = known
                    continue
                }
                do {
                    let link = try makeLink(definition)
                    links[definition.name] = link
                    new.append(link)
                } catch {
                    // Judged when the files were read; only a file that went since comes here.
                    logger.error("the link \(definition.name) cannot be used: \(error)")
                    links[definition.name] = tables.current[definition.name]
                }
            }
            let gone = tables.current.values.filter { old in links[old.name] !== old }
            tables.former = tables.current
            tables.current = links
            return (tables.isActive ? new : [], gone)
        }
        count.wrappingAdd(1, ordering: .releasing)
        for link in stopped { link.stop() }
        for link in started { link.activate(on: group) }
    }

    private func makeLink(_ definition: LinkDefinition) throws -> Link {
        let random = seed.map { RandomSource(seed: $0 &+ StableHash.of(definition.name)) } ?? RandomSource()
        return try Link(definition, tls: tls, random: random) { [logger] event in Self.log(event, logger) }
    }

    /// Begins to resolve names and to check health; before, nothing is sent to anybody.
    public func activate() {
        let links = tables.withLock { tables in
            tables.isActive = true
            return Array(tables.current.values)
        }
        for link in links { link.activate(on: group) }
    }

    /// Stops resolving and checking; calls that run go on.
    public func stop() {
        for link in tables.withLock({ Array($0.current.values) }) { link.stop() }
    }

    /// How the links are at this moment, by name.
    public var statuses: [LinkStatus] {
        let links = tables.withLock { Array($0.current.values) }
        let now = NIODeadline.now()
        return links.map { $0.status(now) }.sorted { $0.name < $1.name }
    }

    private static func log(_ event: LinkEvent, _ logger: Logger) {
        switch event {
        case .health(let link, let target, let change, let reason):
            switch change {
            case .wentDown: logger.warning("link \(link): \(target) is not well: \(reason)")
            case .ejected: logger.warning("link \(link): \(target) gets no calls for a while: \(reason)")
            case .cameBack: logger.notice("link \(link): \(target) is back")
            }
        case .breaker(let link, let state):
            logger.warning("link \(link): the circuit breaker is \(state.rawValue)")
        case .targets(let link, let targets):
            logger.info("link \(link): targets are now \(targets.joined(separator: ", "))")
        case .unresolved(let link, let host, let reason):
            logger.warning("link \(link): \(host) cannot be resolved: \(reason)")
        }
    }
}
