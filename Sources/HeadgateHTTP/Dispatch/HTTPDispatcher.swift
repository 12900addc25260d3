import Headgate
import Logging
import NIOCore

/// Calls backends over HTTP/1.1, with and without TLS: the dispatcher of the server and of embedders
/// who bring none of their own.
///
/// Connections are kept alive on the event loop that owns the client's connection, so a call needs no
/// thread but the client's. An exchange without such a home gets a loop of the group.
public final class HTTPDispatcher: Dispatcher {
    private let loops: [ObjectIdentifier: LoopDispatcher]
    private let group: any EventLoopGroup
    /// What requests that name a link go through.
    public let links: LinkRegistry

    /// - Parameters:
    ///   - group: the server's, so that its loops are found again.
    ///   - logger: told what becomes of links' targets.
    ///   - seed: makes the choice of targets the same in every run; nil takes the system's randomness.
    /// - Throws: when the file of certificate authorities cannot be read.
    public init(
        group: any EventLoopGroup,
        configuration: DispatcherConfiguration = DispatcherConfiguration(),
        logger: Logger = Logger(label: "headgate"),
        seed: UInt64? = nil,
    ) throws {
        let tls = try BackendTLS(certificateAuthorities: configuration.certificateAuthorities)
        let links = LinkRegistry(group: group, tls: tls, logger: logger, seed: seed)
        var loops: [ObjectIdentifier: LoopDispatcher] = [:]
        let count = group.makeIterator().reduce(0) { count, _ in count + 1 }
        for loop in group.makeIterator() {
            loops[ObjectIdentifier(loop)] = LoopDispatcher(
                loop: loop,
                configuration: configuration,
                tls: tls,
                links: links,
                loopCount: count,
            )
        }
        self.links = links
        self.loops = loops
        self.group = group
    }

    /// Sends on the exchange's own loop where it has one, and completes there.
    public func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let home = exchange.home as? EventLoopHome
        guard let home, let local = loops[ObjectIdentifier(home.eventLoop)], home.eventLoop.inEventLoop else {
            perform(request, for: exchange, awayFrom: home, completion)
            return
        }
        if case .stream(let stream) = request.body, (stream as? LoopBodyStream)?.eventLoop !== home.eventLoop {
            collect(stream, of: request, for: exchange, on: local, streaming: streaming, completion)
            return
        }
        local.perform(request, for: exchange, streaming: streaming, completion)
    }

    /// Closes all connections; calls that run fail.
    public func shutDown() async {
        links.stop()
        for local in loops.values {
            try? await local.loop.submit { local.shutDown() }.get()
        }
    }

    /// For exchanges whose home is not one of our loops: on any loop, buffered.
    private func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        awayFrom home: EventLoopHome?,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        guard let local = loops[ObjectIdentifier(group.next())] else {
            completion(.failure(DispatchFault.shutDown.failure(request.endpoint)))
            return
        }
        let complete: @Sendable (Result<IntegrationResponse, any Error>) -> Void = { result in
            if let home { home.eventLoop.execute { completion(result) } } else { completion(result) }
        }
        if case .stream(let stream) = request.body {
            collect(stream, of: request, for: exchange, on: local, streaming: false, complete)
        } else {
            local.loop.execute { local.perform(request, for: exchange, streaming: false, complete) }
        }
    }

    /// Reads a body that comes from elsewhere before the call starts.
    private func collect(
        _ stream: any BodyStream,
        of request: IntegrationRequest,
        for exchange: Exchange,
        on local: LoopDispatcher,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let limit = local.configuration.responseLimit
        Task {
            do {
                var request = request
                request.body = .bytes(try await stream.collect(upTo: limit))
                local.loop.execute { [request] in
                    local.perform(request, for: exchange, streaming: streaming, completion)
                }
            } catch {
                local.loop.execute { completion(.failure(error)) }
            }
        }
    }
}
