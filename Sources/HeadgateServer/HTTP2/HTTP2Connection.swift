import HeadgateHTTP
import NIOCore
import NIOHTTP2

/// One client's connection that carries many requests at a time (RFC 9113): counts its streams, ends it
/// when it is idle, stalled, malicious or to be drained. The streams themselves are ``HTTP2Stream``.
/// Confined to its loop.
final class HTTP2Connection: ChannelInboundHandler, ClientConnection, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    let home: ServerHome
    let clientAddress: String
    let clientCertificate: ClientCertificate?
    let isLocal: Bool
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var lastStream = HTTP2StreamID.rootStream

    /// No further stream is taken.
    private var isEnding = false
    private var isClosed = false
    /// When it is over unless a stream opens.
    private var idleDeadline: NIODeadline
    /// When it is over unless the client takes some of what was written.
    private var writeDeadline = NIODeadline.distantFuture
    var sweepIndex = -1

    /// - Parameter connection: what has had the client until the protocol was chosen.
    init(inPlaceOf connection: ServerConnection) {
        home = connection.home
        clientAddress = connection.clientAddress
        clientCertificate = connection.clientCertificate
        isLocal = connection.isLocal
        idleDeadline = .now() + home.configuration.idleTimeout
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        home.opened(self)
        if home.isDraining { drain() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard !isClosed else { return }
        isClosed = true
        self.context = nil
        home.closed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Of one stream, whose end the protocol's handler has seen to. What breaks the protocol as such, and every
        // flood, ends the connection; the protocol's handler has told the client why.
        switch error {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed: return
        case is NIOHTTP2Errors.BadStreamStateTransition: return
        // It would make room for more when the last stream that may be is answered; that answer still has to go out.
        case is NIOHTTP2Errors.IOOnClosedConnection where isEnding: return
        default: abort()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Settings, pings and the like, which the protocol's handler has answered.
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            // Nothing more can come, neither requests nor room for responses.
            abort()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writeDeadline = .distantFuture
        } else {
            writeDeadline = .now() + home.configuration.writeTimeout
            home.sweep.note(writeDeadline)
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Streams

    func opened(_ id: HTTP2StreamID) {
        streams += 1
        lastStream = max(lastStream, id)
        idleDeadline = .distantFuture
    }

    func closedStream() {
        streams -= 1
        guard streams == 0 else { return }
        idleDeadline = .now() + (isEnding ? home.configuration.drainGrace : home.configuration.idleTimeout)
        home.sweep.note(idleDeadline)
    }

    // MARK: Ends

    var deadline: NIODeadline { min(idleDeadline, writeDeadline) }

    func expire(at now: NIODeadline) {
        if writeDeadline <= now || isEnding {
            abort()
        } else {
            drain()
        }
    }

    /// Tells the client which requests are answered; those that were on their way are passed over, and may be sent
    /// elsewhere without a doubt (RFC 9113 section 6.8). Once the last one is answered the client may end the
    /// connection first: ending it on bytes that nobody has read could take the answer with it.
    func drain() {
        guard !isEnding else { return }
        isEnding = true
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil)
        context?.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
        guard streams == 0 else { return }
        idleDeadline = .now() + home.configuration.drainGrace
        home.sweep.note(idleDeadline)
    }

    func abort() {
        context?.close(promise: nil)
    }
}
