import NIOCore
import NIOSSL
import NIOTLS

/// Waits for the handshake of one connection: cuts off a client that does not come to its end, tells
/// the connection who the client is, gives it to the protocol that was chosen, and leaves.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let tls: NIOSSLServerHandler
    private let connection: ServerConnection
    private let deadline: TimeAmount
    private var timer: Scheduled<Void>?

    init(_ tls: NIOSSLServerHandler, _ connection: ServerConnection, deadline: TimeAmount) {
        self.tls = tls
        self.connection = connection
        self.deadline = deadline
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: deadline) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? TLSUserEvent, case .handshakeCompleted(let chosen) = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        connection.clientCertificate = tls.peerCertificate.flatMap { ClientCertificate($0) }
        let pipeline = context.pipeline.syncOperations
        if chosen == ServerTLS.http2 {
            connection.leave()
            let successor = HTTP2Connection(inPlaceOf: connection)
            do {
                try HTTP2Setup.addHandlers(to: pipeline, for: successor)
            } catch {
                context.close(promise: nil)
                return
            }
        }
        pipeline.removeHandler(context: context, promise: nil)
    }
}
