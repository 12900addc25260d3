import Headgate
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Opens connections to a link's targets, over the way that the link prescribes: from an address, out of an
/// interface, through a proxy, with its own TLS.
struct LinkConnector: Sendable {
    private let route: LinkRoute
    private let source: SocketAddress?
    private let tls: BackendTLS
    private let serverName: String?
    private let verifies: Bool
    let timeout: TimeAmount

    /// - Parameter tls: for a link without settings of its own.
    /// - Throws: when the link's TLS files or its source address cannot be used.
    init(_ definition: LinkDefinition, tls: BackendTLS) throws {
        route = definition.route
        source = try definition.route.source.map { try SocketAddress(ipAddress: $0, port: 0) }
        self.tls = try definition.tls.map { try BackendTLS($0) } ?? tls
        serverName = definition.tls?.serverName
        verifies = definition.tls?.verifies ?? true
        timeout = .milliseconds(Int64(definition.connectTimeoutMilliseconds))
    }

    /// - Parameters:
    ///   - endpoint: what the URI says: whether there is TLS, and with whom.
    ///   - verifies: false where the integration does without, too.
    ///   - finish: puts the last handler behind TLS; called once the way to the target is there.
    func connect(
        to target: LinkTarget,
        for endpoint: Endpoint,
        verifies: Bool = true,
        timeout: TimeAmount? = nil,
        on loop: any EventLoop,
        _ finish: @escaping @Sendable (any Channel) throws -> Void,
    ) -> EventLoopFuture<any Channel> {
        let timeout = timeout ?? self.timeout
        let secured: @Sendable (any Channel) throws -> Void = { channel in
            if endpoint.scheme == .https {
                let handler = try tls.makeHandler(
                    host: serverName ?? endpoint.host,
                    verifies: verifies && self.verifies,
                )
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            try finish(channel)
        }
        guard let proxy = route.proxy else {
            return dial(target, endpoint, bootstrap(timeout, on: loop, isSocket: target.isUnixSocket, secured))
        }
        guard let destination = Self.destination(target, endpoint) else {
            return loop.makeFailedFuture(ProxyFault("a Unix socket cannot be reached through a proxy"))
        }
        return tunnel(proxy, to: destination, timeout, on: loop, secured)
    }

    private func bootstrap(
        _ timeout: TimeAmount,
        on loop: any EventLoop,
        isSocket: Bool = false,
        _ prepare: @escaping @Sendable (any Channel) throws -> Void,
    ) -> ClientBootstrap {
        var bootstrap = ClientBootstrap(group: loop).connectTimeout(timeout)
        if isSocket { return bootstrap.channelInitializer { channel in Self.prepared(channel, prepare) } }
        bootstrap = bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1)
        if let source { bootstrap = bootstrap.bind(to: source) }
        let interface = route.interface
        return bootstrap.channelInitializer { channel in
            guard let interface else { return Self.prepared(channel, prepare) }
            return InterfaceName.bind(channel, to: interface).flatMap { Self.prepared(channel, prepare) }
        }
    }

    private static func prepared(
        _ channel: any Channel,
        _ prepare: @Sendable (any Channel) throws -> Void,
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture { try prepare(channel) }
    }

    private func dial(
        _ target: LinkTarget,
        _ endpoint: Endpoint,
        _ bootstrap: ClientBootstrap,
    ) -> EventLoopFuture<any Channel> {
        switch target.address {
        case .socket(let address): bootstrap.connect(to: address)
        case .name(let host, let port): bootstrap.connect(host: host, port: port)
        case .uri: bootstrap.connect(host: endpoint.host, port: endpoint.port)
        }
    }

    // MARK: Proxies

    private static func destination(_ target: LinkTarget, _ endpoint: Endpoint) -> ProxyDestination? {
        switch target.address {
        case .socket(let address):
            guard let host = address.ipAddress, let port = address.port else { return nil }
            return ProxyDestination(host: host, port: port)
        case .name(let host, let port):
            return ProxyDestination(host: host, port: port)
        case .uri:
            return ProxyDestination(host: endpoint.host, port: endpoint.port)
        }
    }

    private func tunnel(
        _ proxy: LinkRoute.Proxy,
        to destination: ProxyDestination,
        _ timeout: TimeAmount,
        on loop: any EventLoop,
        _ secured: @escaping @Sendable (any Channel) throws -> Void,
    ) -> EventLoopFuture<any Channel> {
        let handshake: any ProxyHandshake & Sendable
        let address: LinkRoute.ProxyAddress
        switch proxy {
        case .connect(let at):
            address = at
            handshake = ConnectHandshake(to: destination, through: at, loop.makePromise())
        case .socks5(let at):
            address = at
            handshake = SOCKSHandshake(to: destination, through: at, loop.makePromise())
        }
        let timer = loop.scheduleTask(in: timeout) {
            handshake.opened.fail(ProxyFault("the proxy \(address.host):\(address.port) did not answer in time"))
        }
        let opened = bootstrap(timeout, on: loop) { channel in
            try channel.pipeline.syncOperations.addHandler(handshake)
        }.connect(host: address.host, port: address.port)
        opened.whenFailure { handshake.opened.fail(ProxyFault(connecting: $0, address)) }
        handshake.opened.futureResult.whenComplete { _ in timer.cancel() }
        handshake.opened.futureResult.whenFailure { _ in opened.whenSuccess { $0.close(promise: nil) } }
        return handshake.opened.futureResult.flatMap { opened }.flatMapThrowing { channel in
            let pipeline = channel.pipeline.syncOperations
            pipeline.removeHandler(handshake, promise: nil)
            do {
                try secured(channel)
            } catch {
                channel.close(promise: nil)
                throw error
            }
            return channel
        }
    }
}

extension LinkTarget {
    var isUnixSocket: Bool {
        if case .socket(.unixDomainSocket) = address { return true }
        return false
    }
}

/// Binds sockets to a network interface (SO_BINDTODEVICE), so that they leave by it whatever the routes say.
enum InterfaceName {
    /// Of IFNAMSIZ, with the zero at its end.
    static let longest = 15

    static func bind(_ channel: any Channel, to name: String) -> EventLoopFuture<Void> {
        #if os(Linux)
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        var bytes: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &bytes) { memory in
            for (index, byte) in name.utf8.prefix(longest).enumerated() { memory[index] = byte }
        }
        return options.unsafeSetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: CInt(SO_BINDTODEVICE)),
            value: InterfaceBytes(bytes: bytes),
        )
        #else
        return channel.eventLoop.makeFailedFuture(ProxyFault("interfaces cannot be chosen on this system"))
        #endif
    }

    private struct InterfaceBytes: Sendable {
        var bytes: (UInt64, UInt64)
    }
}
