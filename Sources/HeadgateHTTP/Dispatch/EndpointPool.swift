import Headgate
import NIOCore
import NIOPosix

/// The connections of one loop to one endpoint, and the calls that wait for one.
final class EndpointPool: Expirable, @unchecked Sendable {
    struct Key: Hashable {
        let endpoint: Endpoint
        let verifiesCertificate: Bool
        /// Calls that may not go to just any address have connections of their own.
        let addressPolicy: AddressPolicy
        /// Of a link's target; its connections serve no other calls.
        var target: ObjectIdentifier?
    }

    let key: Key
    let dispatcher: LoopDispatcher
    /// Where connections go, in place of the endpoint, and how.
    private let link: Link?
    let target: LinkTarget?
    private var state: PoolState<BackendConnection, BackendCall>
    /// No later than the earliest deadline of those who wait.
    private(set) var deadline = NIODeadline.distantFuture
    var sweepIndex = -1

    init(_ key: Key, _ dispatcher: LoopDispatcher, link: Link? = nil, target: LinkTarget? = nil) {
        self.key = key
        self.dispatcher = dispatcher
        self.link = link
        self.target = target
        let limits = link?.definition.policy.limits
        state = PoolState(
            maximumOpen: limits?.connections.map(dispatcher.share) ?? dispatcher.configuration.connectionsPerEndpoint,
            maximumWaiting: limits?.pending.map(dispatcher.share) ?? dispatcher.configuration.waitingPerEndpoint,
        )
    }

    func start(_ call: BackendCall) {
        switch state.request(call) {
        case .use(let connection):
            guard target == nil || connection.isCurrent else {
                // Its target has been away since; each turn there is one of these less.
                connection.retire()
                start(call)
                return
            }
            connection.start(call)
        case .connect:
            watch(call)
            connect(for: nil)
        case .wait:
            watch(call)
        case .refuse:
            call.fail(.overloaded)
        }
    }

    /// Sends a call once more, over a connection that nothing has gone over yet.
    func repeatOnFreshConnection(_ call: BackendCall) {
        call.attempts += 1
        if state.requestFresh() {
            connect(for: call)
        } else {
            start(call)
        }
    }

    /// Gives up a call that waits.
    func cancel(_ call: BackendCall) {
        _ = state.removeWaiting { $0 === call }
        call.fail(.cancelled)
        dispatcher.removeIfUnused(self)
    }

    func release(_ connection: BackendConnection) {
        if let call = state.released(connection) { connection.start(call) }
    }

    func closed(_ connection: BackendConnection) {
        if state.closed(connection) { connect(for: nil) }
        dispatcher.removeIfUnused(self)
    }

    var isUnused: Bool { state.isEmpty }

    func expire(at now: NIODeadline) {
        for call in state.removeWaiting(where: { $0.deadline <= now }) { call.fail(.timedOut) }
        deadline = state.waiting.reduce(.distantFuture) { min($0, $1.deadline) }
        dispatcher.removeIfUnused(self)
    }

    func shutDown() {
        for call in state.removeWaiting(where: { _ in true }) { call.fail(.shutDown) }
    }

    private func watch(_ call: BackendCall) {
        deadline = min(deadline, call.deadline)
        if sweepIndex < 0 { dispatcher.sweep.add(self) } else { dispatcher.sweep.note(deadline) }
    }

    /// - Parameter call: whom the connection is for; nil for whoever waits longest.
    private func connect(for call: BackendCall?) {
        let connection = BackendConnection(self)
        open(connection).whenComplete { result in
            switch result {
            case .success: self.connected(connection, for: call)
            case .failure(let error): self.connectFailed(.connecting(error), for: call)
            }
        }
    }

    private func open(_ connection: BackendConnection) -> EventLoopFuture<any Channel> {
        let key = key
        let dispatcher = dispatcher
        if let link, let target {
            return link.connector.connect(
                to: target,
                for: key.endpoint,
                verifies: key.verifiesCertificate,
                on: dispatcher.loop,
            ) { channel in
                try channel.pipeline.syncOperations.addHandler(connection)
            }
        }
        var bootstrap = ClientBootstrap(group: dispatcher.loop)
        if key.addressPolicy != .any {
            bootstrap = bootstrap.resolver(GuardedResolver(key.addressPolicy, on: dispatcher.loop))
        }
        return
            bootstrap
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connectTimeout(dispatcher.configuration.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if key.endpoint.scheme == .https {
                        let handler = try dispatcher.tls.makeHandler(
                            host: key.endpoint.host,
                            verifies: key.verifiesCertificate,
                        )
                        try pipeline.addHandler(handler)
                    }
                    try pipeline.addHandler(connection)
                }
            }
            .connect(host: key.endpoint.host, port: key.endpoint.port)
    }

    private func connected(_ connection: BackendConnection, for call: BackendCall?) {
        guard connection.isOpen else {
            // Opened and closed before anybody looked.
            connectFailed(.closed, for: call)
            return
        }
        connection.join()
        if let call {
            if call.isCompleted { release(connection) } else { connection.start(call) }
        } else if let waiter = state.connected(connection) {
            connection.start(waiter)
        }
    }

    private func connectFailed(_ fault: DispatchFault, for call: BackendCall?) {
        if let call {
            state.freshFailed()
            call.fail(fault)
        } else {
            state.connectFailed()?.fail(fault)
        }
        if state.openForWaiting() { connect(for: nil) }
        dispatcher.removeIfUnused(self)
    }
}
