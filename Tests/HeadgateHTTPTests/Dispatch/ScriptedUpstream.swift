import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A backend that answers with whatever bytes it is told, and keeps every request that reached it: what
/// was never sent is proven by its log.
final class ScriptedUpstream: Sendable {
    /// What happens when a request has arrived.
    enum Action: Sendable {
        /// These bytes, and the connection stays.
        case send(String)
        /// These bytes, then the end of the connection.
        case sendAndClose(String)
        /// These bytes, then a reset.
        case sendAndReset(String)
        /// These bytes one after the other, a millisecond apart.
        case drip(String)
        /// The same bytes for as long as the connection lasts.
        case endless(String)
        /// Nothing at all.
        case nothing
    }

    struct Received: Sendable, Equatable {
        /// The head as it arrived, without its empty line.
        var head: String
        var body: String
        /// Accepted connections are counted from 1.
        var connection: Int

        var line: String { String(head.prefix { $0 != "\r\n" }) }
    }

    fileprivate struct State {
        var actions: [Action]
        var received: [Received] = []
        var connections = 0
        var open = 0
        /// Whether only the head of a request is waited for.
        var answersHeads = false
    }

    private let listener: any Channel
    private let state: Ref

    /// Shared with the handlers.
    fileprivate final class Ref: Sendable {
        private let state: Mutex<State>

        init(_ state: State) { self.state = Mutex(state) }

        func with<Value: Sendable>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }
    }

    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// - Parameter actions: one for each request in the order of their arrival; the last one for all that follow.
    init(_ actions: Action..., answersHeads: Bool = false) async throws {
        let state = Ref(State(actions: actions, answersHeads: answersHeads))
        self.state = state
        listener = try await ServerBootstrap(group: Self.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
    }

    var port: Int { listener.localAddress?.port ?? 0 }
    var received: [Received] { state.with { $0.received } }
    var connections: Int { state.with { $0.connections } }
    var openConnections: Int { state.with { $0.open } }

    /// Listens no more.
    func stop() async throws { try await listener.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let state: Ref
        private var number = 0
        private var bytes = ByteBuffer()
        private var isOver = false

        init(_ state: Ref) { self.state = state }

        func channelActive(context: ChannelHandlerContext) {
            number = state.with { state in
                state.connections += 1
                state.open += 1
                return state.connections
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            isOver = true
            state.with { $0.open -= 1 }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var more = unwrapInboundIn(data)
            bytes.writeBuffer(&more)
            while let request = nextRequest() {
                let action = state.with { state in
                    state.received.append(request)
                    return state.actions.count > 1 ? state.actions.removeFirst() : state.actions[0]
                }
                perform(action, context)
            }
        }

        /// The next request that is complete, as a lenient reader would have it.
        private func nextRequest() -> Received? {
            let text = String(buffer: bytes)
            guard let end = text.utf8.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(text[..<end.lowerBound])
            let rest = text[end.upperBound...]
            let fields = head.lowercased()
            var length = 0
            if let start = fields.utf8.firstRange(of: Array("content-length: ".utf8)) {
                length = Int(fields[start.upperBound...].prefix { $0.isNumber }) ?? 0
            } else if fields.contains("transfer-encoding: chunked") {
                guard let last = rest.utf8.firstRange(of: Array("0\r\n\r\n".utf8)) else {
                    if !state.with({ $0.answersHeads }) { return nil }
                    bytes.clear()
                    return Received(head: head, body: String(rest), connection: number)
                }
                length = rest.utf8.distance(from: rest.startIndex, to: last.upperBound)
            }
            guard rest.utf8.count >= length || state.with({ $0.answersHeads }) else { return nil }
            let body = String(decoding: rest.utf8.prefix(length), as: UTF8.self)
            bytes.moveReaderIndex(forwardBy: head.utf8.count + 4 + body.utf8.count)
            return Received(head: head, body: body, connection: number)
        }

        private func perform(_ action: Action, _ context: ChannelHandlerContext) {
            switch action {
            case .nothing: break
            case .send(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
            case .sendAndClose(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .sendAndReset(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            case .drip(let text):
                drip(ByteBuffer(string: text), context)
            case .endless(let text):
                repeatForever(ByteBuffer(string: text), context)
            }
        }

        private func drip(_ rest: ByteBuffer, _ context: ChannelHandlerContext) {
            var rest = rest
            guard !isOver, let byte = rest.readSlice(length: 1) else { return }
            context.writeAndFlush(NIOAny(byte), promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [rest] in self.drip(rest, context) }
        }

        private func repeatForever(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
            guard !isOver else { return }
            if context.channel.isWritable { context.writeAndFlush(NIOAny(piece), promise: nil) }
            context.eventLoop.assumeIsolated().scheduleTask(in: .microseconds(100)) {
                self.repeatForever(piece, context)
            }
        }
    }
}

extension BidirectionalCollection where Element == UInt8 {
    /// Where `pattern` stands first.
    func firstRange(of pattern: [UInt8]) -> Range<Index>? {
        var start = startIndex
        while start != endIndex {
            let tail = self[start...]
            if tail.starts(with: pattern) { return start..<index(start, offsetBy: pattern.count) }
            start = index(after: start)
        }
        return nil
    }
}
