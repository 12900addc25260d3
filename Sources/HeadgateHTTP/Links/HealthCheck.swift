import Headgate
import NIOCore

/// One question to one target: a connection, or `GET` of a path that is answered with 200…399.
struct HealthCheck {
    private let settings: HealthCheckSettings
    private let connector: LinkConnector
    private let target: LinkTarget
    private let loop: any EventLoop

    init(_ settings: HealthCheckSettings, _ connector: LinkConnector, _ target: LinkTarget, on loop: any EventLoop) {
        self.settings = settings
        self.connector = connector
        self.target = target
        self.loop = loop
    }

    /// Fails with the reason why the target is not well.
    func run() -> EventLoopFuture<Void> {
        let timeout = TimeAmount.milliseconds(Int64(settings.timeoutMilliseconds))
        let answered = loop.makePromise(of: Void.self)
        let host = settings.host ?? target.host
        let endpoint = Endpoint(scheme: settings.usesTLS ? .https : .http, host: Self.hostName(host))
        let question = settings.path.map { HealthQuestion(path: $0, host: host, answered) }
        let timer = loop.scheduleTask(in: timeout) { answered.fail(HealthFault(reason: "no answer in time")) }
        connector.connect(to: target, for: endpoint, timeout: timeout, on: loop) { channel in
            if let question { try channel.pipeline.syncOperations.addHandler(question) }
        }.whenComplete { result in
            switch result {
            case .failure(let error):
                answered.fail(error)
            case .success(let channel):
                if question == nil { answered.succeed() }
                answered.futureResult.whenComplete { _ in channel.close(promise: nil) }
            }
        }
        answered.futureResult.whenComplete { _ in timer.cancel() }
        return answered.futureResult
    }

    private static func hostName(_ authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    /// In a few words, for the log.
    static func reason(_ error: any Error) -> String {
        if let fault = error as? HealthFault { return fault.reason }
        return DispatchFault.connecting(error).shortReason
    }
}

struct HealthFault: Error {
    let reason: String
}

/// Asks once, and looks at the answer's status.
private final class HealthQuestion: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let path: String
    private let host: String
    private let answered: EventLoopPromise<Void>
    private var parser = ResponseParser(limits: .response)
    private var received = ByteBuffer()
    private var isAsked = false

    init(path: String, host: String, _ answered: EventLoopPromise<Void>) {
        self.path = path
        self.host = host
        self.answered = answered
        parser.expectResponse(to: "GET")
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        ask(context)
    }

    private func ask(_ context: ChannelHandlerContext) {
        guard !isAsked else { return }
        isAsked = true
        let text = "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: headgate-health\r\nConnection: close\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do throws(MessageError) {
            switch try parser.next(&received) {
            case .head(let head) where (200..<400).contains(head.status):
                answered.succeed()
            case .head(let head):
                answered.fail(HealthFault(reason: "it answers \(head.status)"))
            case .needMore, .payload, .end:
                return
            }
        } catch {
            answered.fail(HealthFault(reason: "its answer is no HTTP/1.1"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answered.fail(HealthFault(reason: "it closed the connection without an answer"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answered.fail(error)
        context.close(promise: nil)
    }
}
