import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP server on the loopback, for runtime clients and for callers of the Invoke API on this machine.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// Without its query.
        var path: String
        var headers: HTTPHeaders
        var body: [UInt8]
    }

    struct Response: Sendable {
        var status: Int
        var headers: [(String, String)] = []
        var body: [UInt8] = []
    }

    typealias Respond = @Sendable (Response) -> Void

    let port: Int
    private let channel: any Channel

    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - largestBody: more is answered with 413.
    ///   - stream: who takes the body of a request as it comes, told by its head; nil where it is to be collected.
    ///   - handle: called on the server's loop; answers once, from anywhere, maybe much later.
    init(
        port: Int,
        largestBody: Int,
        stream: @escaping @Sendable (Request, any Channel) -> (any BodyReceiver)? = { _, _ in nil },
        handle: @escaping @Sendable (Request, @escaping Respond) -> Void,
    ) throws {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(largestBody, stream, handle))
                }
            }
        channel = try bootstrap.bind(host: "127.0.0.1", port: port).wait()
        self.port = channel.localAddress?.port ?? port
    }

    func close() { channel.close(promise: nil) }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let largestBody: Int
        private let stream: @Sendable (Request, any Channel) -> (any BodyReceiver)?
        private let handle: @Sendable (Request, @escaping Respond) -> Void
        private var receiver: (any BodyReceiver)?
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []
        private var isTooLarge = false

        init(
            _ largestBody: Int,
            _ stream: @escaping @Sendable (Request, any Channel) -> (any BodyReceiver)?,
            _ handle: @escaping @Sendable (Request, @escaping Respond) -> Void,
        ) {
            self.largestBody = largestBody
            self.stream = stream
            self.handle = handle
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
                isTooLarge = false
                receiver = stream(request(head), context.channel)
            case .body(let bytes):
                if let receiver {
                    receiver.receive(bytes)
                } else if body.count + bytes.readableBytes > largestBody {
                    isTooLarge = true
                } else {
                    body += bytes.readableBytesView
                }
            case .end(let trailers):
                guard let head else { return }
                let channel = context.channel
                let respond: Respond = { response in Self.write(response, to: channel, keepAlive: head.isKeepAlive) }
                if let receiver {
                    self.receiver = nil
                    receiver.receiveEnd(trailers ?? [:])
                    respond(Response(status: 202))
                    return
                }
                if isTooLarge {
                    respond(
                        Response(status: 413, headers: [("Content-Type", "application/json")], body: Array("{}".utf8))
                    )
                    return
                }
                handle(request(head), respond)
                body = []
            }
        }

        private func request(_ head: HTTPRequestHead) -> Request {
            let path = String(head.uri.prefix { $0 != "?" })
            return Request(method: head.method.rawValue, path: path, headers: head.headers, body: body)
        }

        func channelInactive(context: ChannelHandlerContext) {
            receiver?.receiveBreak()
            receiver = nil
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private static func write(_ response: Response, to channel: any Channel, keepAlive: Bool) {
            var headers = HTTPHeaders(response.headers)
            headers.replaceOrAdd(name: "Content-Length", value: String(response.body.count))
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .init(statusCode: response.status),
                headers: headers,
            )
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
                if !keepAlive { channel.close(promise: nil) }
            }
        }
    }
}
