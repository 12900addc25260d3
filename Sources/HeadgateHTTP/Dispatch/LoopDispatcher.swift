import Headgate
import NIOCore

/// The dispatcher's part on one event loop: pools by endpoint, and what they share. Confined to the loop.
final class LoopDispatcher: @unchecked Sendable {
    let loop: any EventLoop
    let configuration: DispatcherConfiguration
    let tls: BackendTLS
    let sweep: DeadlineSweep
    let links: LinkRegistry
    /// How many loops there are, to share out what is bounded for all of them.
    private let loopCount: Int
    /// Links that were looked up, until links change.
    private var knownLinks: [String: Link] = [:]
    private var linksVersion = -1
    /// The link and the pools of the calls before, found without hashing.
    private var recentLink: Link?
    private var recentTargets: [EndpointPool] = []
    private static let keptTargets = 8
    /// Requests are written here; a buffer that the socket has taken at once is used again.
    var scratch = ByteBuffer()
    private var pools: [EndpointPool.Key: EndpointPool] = [:]
    /// The pool of the call before, found without hashing.
    private var recent: EndpointPool?
    private var isShutDown = false

    /// A scratch buffer that one large request has made larger than this is given back.
    private static let keptScratch = 65_536

    init(
        loop: any EventLoop,
        configuration: DispatcherConfiguration,
        tls: BackendTLS,
        links: LinkRegistry,
        loopCount: Int,
    ) {
        self.loop = loop
        self.configuration = configuration
        self.tls = tls
        self.links = links
        self.loopCount = max(loopCount, 1)
        sweep = DeadlineSweep(loop: loop, granularity: .milliseconds(10))
    }

    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        guard let endpoint = request.endpoint else {
            completion(.failure(DispatchFault.noEndpoint.failure(nil)))
            return
        }
        guard !isShutDown else {
            completion(.failure(DispatchFault.shutDown.failure(endpoint)))
            return
        }
        if let name = request.link {
            perform(request, through: name, endpoint, for: exchange, streaming: streaming, completion)
            return
        }
        let call = BackendCall(request, to: endpoint, streaming: streaming, now: .now(), completion: completion)
        let pool = pool(
            EndpointPool.Key(
                endpoint: endpoint,
                verifiesCertificate: request.verifiesCertificate,
                addressPolicy: request.addressPolicy,
            )
        )
        // The exchange lets go of this when the call completes. Held weakly, the call would cost more to count.
        exchange.onCancel { [loop] in
            // Never within the call's own work: cancelling closes what that may be reading from.
            loop.execute {
                if let connection = call.connection { connection.cancel(call) } else { pool.cancel(call) }
            }
        }
        pool.start(call)
    }

    private func perform(
        _ request: IntegrationRequest,
        through name: String,
        _ endpoint: Endpoint,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        guard let link = link(name) else {
            let failure = GatewayFailure.internalError("no link is called \(name.quotedForMessage)", reason: "no-link")
            completion(.failure(failure))
            return
        }
        let call = LinkCall(
            request,
            through: link,
            to: endpoint,
            for: exchange,
            streaming: streaming,
            self,
            completion,
        )
        exchange.onCancel { [loop] in
            loop.execute { call.cancel() }
        }
        call.start()
    }

    private func link(_ name: String) -> Link? {
        let version = links.version
        if version != linksVersion {
            linksVersion = version
            knownLinks = [:]
            recentLink = nil
            recentTargets = []
        }
        if let recentLink, recentLink.name == name { return recentLink }
        if let link = knownLinks[name] {
            recentLink = link
            return link
        }
        guard let link = links.link(name) else { return nil }
        link.activate(on: loop)
        knownLinks[name] = link
        recentLink = link
        return link
    }

    /// The connections of one of a link's targets.
    func pool(
        to target: LinkTarget,
        of link: Link,
        _ request: IntegrationRequest,
        _ endpoint: Endpoint,
    ) -> EndpointPool {
        for pool in recentTargets
        where pool.target === target && pool.key.verifiesCertificate == request.verifiesCertificate
            && pool.key.endpoint == endpoint
        {
            return pool
        }
        let key = EndpointPool.Key(
            endpoint: endpoint,
            verifiesCertificate: request.verifiesCertificate,
            addressPolicy: .any,
            target: ObjectIdentifier(target),
        )
        let pool = pools[key] ?? EndpointPool(key, self, link: link, target: target)
        pools[key] = pool
        if recentTargets.count >= Self.keptTargets { recentTargets.removeFirst() }
        recentTargets.append(pool)
        return pool
    }

    /// This loop's part of a bound, at least 1.
    func share(_ bound: Int) -> Int {
        max((bound + loopCount - 1) / loopCount, 1)
    }

    private func pool(_ key: EndpointPool.Key) -> EndpointPool {
        if let recent, recent.key == key { return recent }
        if let pool = pools[key] {
            recent = pool
            return pool
        }
        let pool = EndpointPool(key, self)
        pools[key] = pool
        recent = pool
        return pool
    }

    /// Endpoints may come from data, so pools that have nothing left are forgotten.
    func removeIfUnused(_ pool: EndpointPool) {
        guard pool.isUnused, pools[pool.key] === pool else { return }
        pools[pool.key] = nil
        if recent === pool { recent = nil }
        recentTargets.removeAll { $0 === pool }
        sweep.remove(pool)
    }

    /// The scratch buffer, empty.
    func takeScratch() -> ByteBuffer {
        var buffer = ByteBuffer()
        swap(&buffer, &scratch)
        if buffer.capacity > Self.keptScratch { return ByteBuffer() }
        buffer.clear()
        return buffer
    }

    /// Fails what waits and closes every connection.
    func shutDown() {
        isShutDown = true
        for pool in pools.values { pool.shutDown() }
        var connections: [BackendConnection] = []
        sweep.forEach { if let connection = $0 as? BackendConnection { connections.append(connection) } }
        for connection in connections { connection.shutDown() }
    }
}
