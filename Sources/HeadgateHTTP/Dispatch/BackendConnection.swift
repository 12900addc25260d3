import Headgate
import NIOCore
import NIOSSL
import NIOTLS

/// One connection to a backend: carries one call at a time, and is used again only after a response
/// that was complete, well-formed and followed by nothing. Confined to its loop.
final class BackendConnection: ChannelDuplexHandler, Expirable, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let pool: EndpointPool
    var context: ChannelHandlerContext?
    var parser: ResponseParser
    /// Bytes that make no complete line yet.
    private var leftover = ByteBuffer()

    // The call that it carries.
    var call: BackendCall?
    var head: ResponseHead?
    var body: [UInt8] = []
    /// The response's body, once the call was completed without it.
    var stream: LoopBodyStream?
    /// The request's body, while it is being sent.
    var upload: BodyUpload?
    /// A keep-alive connection that has served a call may have died without our knowing.
    private var served = 0

    /// Reading waits until the client has taken what there is.
    private var isReadPaused = false
    private var isReadWanted = false
    /// Whether it can still carry something. It can before its channel says that it is active.
    var isOpen: Bool { context != nil }
    private var isMember = false
    private var fault: DispatchFault?
    /// Until TLS is there nothing of a request has left.
    private var awaitsHandshake: Bool
    /// The target's, when the connection was opened.
    private let targetEpoch: Int
    private(set) var deadline = NIODeadline.distantFuture
    var sweepIndex = -1

    init(_ pool: EndpointPool) {
        self.pool = pool
        awaitsHandshake = pool.key.endpoint.scheme == .https
        targetEpoch = pool.target?.connectionEpoch ?? 0
        parser = ResponseParser(limits: pool.dispatcher.configuration.limits)
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// From now on the pool counts the connection and hears of its end.
    func join() {
        isMember = true
        deadline = .now() + pool.dispatcher.configuration.idleTimeout
        pool.dispatcher.sweep.add(self)
    }

    func start(_ call: BackendCall) {
        self.call = call
        call.connection = self
        call.hasStarted = true
        if !awaitsHandshake { call.isSent = true }
        deadline = call.deadline
        pool.dispatcher.sweep.note(deadline)
        parser.expectResponse(to: call.request.method)
        send(call)
    }

    /// Whether the target has not been away since it was opened.
    var isCurrent: Bool { targetEpoch == pool.target?.connectionEpoch ?? 0 }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if awaitsHandshake, case .handshakeCompleted? = event as? TLSUserEvent {
            awaitsHandshake = false
            call?.isSent = true
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        leave()
        guard call != nil else { return }
        if let fault {
            fail(fault)
            return
        }
        do throws(MessageError) {
            try parser.finish()
            finishResponse(extraBytes: false)
        } catch {
            fail(error == .nothingReceived ? .closed : .truncated)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOSSLError {
            // Without the end of TLS nobody knows that a response without a length was complete.
            if error == .uncleanShutdown {
                fault = parser.hasReceivedNothing ? .closed : .truncated
            } else {
                fault = .tls(String(describing: error))
            }
        } else if let error = error as? NIOSSLExtraError {
            fault = .tls(String(describing: error))
        } else if let error = error as? NamelessCertificate {
            fault = .tls(error.description)
        }
        context.close(promise: nil)
    }

    private func leave() {
        pool.dispatcher.sweep.remove(self)
        guard isMember else { return }
        isMember = false
        pool.closed(self)
    }

    /// Closes the connection; it is out of the pool at once, so that nobody gets it any more.
    private func close() {
        leave()
        context?.close(promise: nil)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard call != nil else {
            // Nothing was asked for: whatever this is, it must not become somebody's answer.
            close()
            return
        }
        if leftover.readableBytes > 0 {
            leftover.writeBuffer(&bytes)
            bytes = leftover
            leftover = ByteBuffer()
        }
        process(&bytes)
        if bytes.readableBytes > 0, call != nil { leftover = bytes }
    }

    func read(context: ChannelHandlerContext) {
        if isReadPaused { isReadWanted = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { upload?.stream.resume() }
    }

    private func process(_ bytes: inout ByteBuffer) {
        do throws(MessageError) {
            while call != nil {
                switch try parser.next(&bytes) {
                case .needMore:
                    streamWhatHasCome()
                    return
                case .head(let head):
                    self.head = head
                    if case .length(let length) = head.framing { guard reserve(length) else { return } }
                case .payload(let count):
                    guard take(&bytes, count) else { return }
                case .end:
                    finishResponse(extraBytes: bytes.readableBytes > 0)
                    return
                }
            }
        } catch {
            fail(.malformed(error))
        }
    }

    // MARK: The response

    private var limit: Int { pool.dispatcher.configuration.responseLimit }

    /// Refuses a response that says by itself that it is too large, before any of it is kept.
    private func reserve(_ length: Int) -> Bool {
        guard let call, !call.streaming else { return true }
        if length > limit {
            fail(.responseTooLarge(limit: limit))
            return false
        }
        // What is announced need not come: larger bodies grow with what was received.
        body.reserveCapacity(min(length, 65_536))
        return true
    }

    private func take(_ bytes: inout ByteBuffer, _ count: Int) -> Bool {
        if let stream {
            if let slice = bytes.readSlice(length: count) { stream.push(slice) }
            return call != nil
        }
        guard body.count + count <= limit else {
            fail(.responseTooLarge(limit: limit))
            return false
        }
        bytes.readWithUnsafeReadableBytes { memory in
            body.append(contentsOf: memory.prefix(count))
            return count
        }
        return true
    }

    /// More of the body is to come, and the call wants it as it comes.
    private func streamWhatHasCome() {
        guard let call, call.streaming, let head, stream == nil else { return }
        var length: Int?
        if case .length(let announced) = head.framing { length = announced }
        let stream = LoopBodyStream(eventLoop: pool.dispatcher.loop, expectedLength: length, producer: self)
        self.stream = stream
        if !body.isEmpty { stream.push(ByteBuffer(bytes: body)) }
        body = []
        deadline = max(deadline, call.bodyDeadline)
        call.succeed(head, .stream(stream), now: .now())
    }

    private func finishResponse(extraBytes: Bool) {
        guard let call, let head else { return }
        let stream = stream
        let body = body
        let isReusable = head.keepsAlive && upload == nil && !extraBytes && isOpen
        let now = NIODeadline.now()
        clear()
        if isReusable {
            served += 1
            // Whoever reads the stream no longer sets this connection's pace.
            produceBody()
            var idle = pool.dispatcher.configuration.idleTimeout
            // Rather a second early than a request into a connection that is being closed.
            if let seconds = head.keepAliveSeconds { idle = min(idle, .seconds(Int64(max(seconds - 1, 0)))) }
            deadline = now + idle
            pool.dispatcher.sweep.note(deadline)
            pool.release(self)
        } else {
            close()
        }
        if let stream {
            call.bodyEnded(succeeded: true)
            stream.finish()
        } else {
            call.succeed(head, .bytes(body), now: now)
        }
    }

    private func clear() {
        call?.connection = nil
        call = nil
        head = nil
        body = []
        stream = nil
        leftover = ByteBuffer()
        upload?.end()
        upload = nil
    }

    // MARK: Ends

    /// Ends the call, and the connection with it.
    func fail(_ fault: DispatchFault) {
        guard let call else { return }
        let stream = stream
        let mayBeDead = served > 0 && parser.hasReceivedNothing
        clear()
        close()
        if let stream {
            call.bodyEnded(succeeded: false)
            stream.fail(fault.failure(call.endpoint))
        } else if case .closed = fault, mayBeDead, call.mayBeRepeated {
            pool.repeatOnFreshConnection(call)
        } else {
            if case .closed = fault, mayBeDead { call.metDeadConnection = true }
            call.fail(fault)
        }
    }

    func cancel(_ call: BackendCall) {
        guard self.call === call else { return }
        fail(.cancelled)
    }

    func expire(at now: NIODeadline) {
        if call == nil { close() } else { fail(.timedOut) }
    }

    /// Closes a connection that nothing goes over.
    func retire() {
        if call == nil { close() }
    }

    func shutDown() {
        if call == nil { close() } else { fail(.shutDown) }
    }
}

extension BackendConnection: BodyProducer {
    func produceBody() {
        isReadPaused = false
        guard isReadWanted else { return }
        isReadWanted = false
        context?.read()
    }

    func pauseBody() {
        isReadPaused = true
    }

    func abandonBody() {
        guard let call else { return }
        clear()
        close()
        call.bodyEnded(succeeded: nil)
    }
}
