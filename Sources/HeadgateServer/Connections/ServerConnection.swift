import Headgate
import HeadgateHTTP
import NIOCore

/// One client's connection: reads its requests, lets several of them be worked on at a time, answers
/// them in their order, and ends it when it is time. Confined to its loop.
///
/// It is the only handler of its channel and does what usually four do (decoding, pipelining,
/// time-outs, encoding), because every handler and every message between two costs more than the work.
final class ServerConnection: ChannelDuplexHandler, RemovableChannelHandler, ClientConnection, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the next bytes belong to.
    enum Reading {
        case head
        /// A body that is collected for an exchange that has not started.
        case body(limit: Int)
        /// A body that is passed on for an exchange that runs.
        case stream(LoopBodyStream)
        /// A body that nobody wants; at most so many bytes of it.
        case skipping(Int)
        /// Nothing: no further request is taken from this connection.
        case stopped
    }

    let home: ServerHome
    var context: ChannelHandlerContext?
    var clientAddress = ""
    /// Whether the client is on this machine.
    private(set) var isLocal = false
    /// Who the client is by TLS; set when the handshake is done.
    var clientCertificate: ClientCertificate?
    var parser: RequestParser
    /// Bytes that have come and are not parsed: an incomplete line, or requests that have to wait.
    var leftover = ByteBuffer()
    var reading = Reading.head
    /// What has been collected of a body.
    var body: [UInt8] = []
    var bodyBytes = 0
    /// The client waits for `100 Continue` before it sends the body that is read now.
    var owesContinue = false
    /// Somebody wants that body.
    var wantsBody = false
    var isStreamPaused = false

    /// Requests that are not answered, in their order.
    var pending = CircularBuffer<PendingRequest>(initialCapacity: 4)
    /// Number of the first of them.
    var firstSequence = 0
    /// Bytes are being parsed; responses that become ready meanwhile are written afterwards.
    var isParsing = false
    var isWriting = false

    private var isReadWanted = false
    /// ``continueReading()`` is at work; what it answers may call it again.
    private var isContinuing = false
    var isInputClosed = false
    /// The last response is written.
    private(set) var isClosing = false
    private var goneDeadline = NIODeadline.distantFuture
    private var unsentBytes = 0
    var timers: ConnectionTimers
    var sweepIndex = -1

    init(_ home: ServerHome) {
        self.home = home
        let configuration = home.configuration
        parser = RequestParser(limits: configuration.limits, allowsEncodedSlash: configuration.allowsEncodedSlash)
        timers = ConnectionTimers(ConnectionTimers.Times(configuration), now: .now())
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        clientAddress = context.channel.remoteAddress?.ipAddress ?? ""
        isLocal = clientAddress == context.channel.localAddress?.ipAddress
    }

    func channelActive(context: ChannelHandlerContext) {
        home.opened(self)
        if home.isDraining { drain() }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        abandonRequests()
        home.closed(self)
    }

    /// The client speaks another protocol, and another handler takes the connection over.
    func leave() {
        context?.pipeline.syncOperations.removeHandler(self, promise: nil)
        context = nil
        home.closed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset, for the most part: whatever it is, the connection is of no more use.
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func inputClosed() {
        isInputClosed = true
        guard !isClosing else {
            context?.close(promise: nil)
            return
        }
        switch reading {
        case .head, .stopped:
            reading = .stopped
        case .body, .stream, .skipping:
            endReading(.bodyCutOff)
        }
        if pending.isEmpty {
            context?.close(promise: nil)
        } else {
            goneDeadline = .now() + home.configuration.halfCloseGrace
            home.sweep.note(goneDeadline)
        }
    }

    // MARK: Reading and waiting

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isClosing { return }
        if leftover.readableBytes > 0 {
            leftover.writeBuffer(&bytes)
            bytes = leftover
            leftover = ByteBuffer()
        }
        parse(&bytes)
        if bytes.readableBytes > 0 { leftover = bytes }
        answerWhatFinished()
        updateTimers(.now())
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadWanted = true }
    }

    private var mayRead: Bool {
        if isClosing { return true }
        return mayParse && isWritable
    }

    /// Whether more of what has come may be looked at: a client that sends faster than it reads, or
    /// than we work, has to wait.
    var mayParse: Bool {
        switch reading {
        case .head: pending.count < home.configuration.pipelinedRequests && isWritable
        case .body, .skipping: true
        case .stream: !isStreamPaused
        case .stopped: false
        }
    }

    /// What the channel said last, because asking it costs more than a request may.
    private(set) var isWritable = true

    /// Something that was waited for has happened.
    func continueReading() {
        guard !isParsing, !isContinuing, !isClosing, context != nil else { return }
        isContinuing = true
        while leftover.readableBytes > 0, mayParse, !isClosing {
            var bytes = leftover
            leftover = ByteBuffer()
            let before = bytes.readableBytes
            parse(&bytes)
            let rest = bytes.readableBytes
            if rest > 0 { leftover = bytes }
            answerWhatFinished()
            updateTimers(.now())
            if rest == before { break }
        }
        isContinuing = false
        guard isReadWanted, mayRead else { return }
        isReadWanted = false
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        guard isWritable else { return }
        if !isClosing { timers.writeDone() }
        pending.first?.download?.stream.resume()
        continueReading()
    }

    // MARK: Timers

    var deadline: NIODeadline { min(timers.deadline, goneDeadline) }

    func updateTimers(_ now: NIODeadline) {
        guard !isClosing else { return }
        switch reading {
        case .head:
            if leftover.readableBytes > 0, mayParse {
                timers.enter(.head, now: now)
            } else {
                timers.enter(pending.isEmpty ? .idle : .working, now: now)
            }
        case .body, .skipping: timers.enter(.bufferedBody, now: now)
        case .stream: timers.enter(isStreamPaused ? .working : .streamedBody, now: now)
        case .stopped: timers.enter(.working, now: now)
        }
        if home.isDraining { timers.hurry(home.configuration.drainGrace, now: now) }
        home.sweep.note(timers.deadline)
    }

    func expire(at now: NIODeadline) {
        if goneDeadline <= now {
            abort()
            return
        }
        if timers.writeDeadline <= now {
            let unsent = bufferedBytes
            guard unsent < unsentBytes || unsent == 0 else {
                abort()
                return
            }
            unsentBytes = unsent
            if unsent == 0 { timers.writeDone() } else { timers.writePending(now: now) }
        }
        guard timers.readDeadline <= now else { return }
        switch timers.phase {
        case .idle, .lingering: context?.close(promise: nil)
        case .head: refuse(.slow("the head of the request"))
        case .bufferedBody, .streamedBody:
            endReading(.slow("the payload"))
            if !isParsing { home.responseReady(self) }
        case .working: break
        }
        updateTimers(now)
    }

    /// What the system has not taken yet; when it stops shrinking the client has stopped reading.
    func watchUnsentBytes() {
        guard timers.writeDeadline == .distantFuture else { return }
        unsentBytes = bufferedBytes
        timers.writePending(now: .now())
        home.sweep.note(timers.deadline)
    }

    private var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: Ends

    /// No new requests; what runs is answered.
    func drain() {
        let now = NIODeadline.now()
        timers.hurry(home.configuration.drainGrace, now: now)
        home.sweep.note(timers.deadline)
    }

    /// Ends the connection without regard for what is under way.
    func abort() {
        context?.close(promise: nil)
    }

    /// Ends the connection after what has been written: first our side, and what the client still
    /// sends is read and thrown away for a moment, because closing on unread bytes would reset the
    /// connection and could take the last response with it (RFC 9112 section 9.6).
    func closeGracefully() {
        guard !isClosing, let context else { return }
        isClosing = true
        leftover = ByteBuffer()
        let interrupted = reading
        reading = .stopped
        switch interrupted {
        case .stream(let stream): stream.fail(.bodyCutOff)
        case .body: if let exchange = pending.last?.exchange { Executor.reject(exchange, .bodyCutOff) }
        case .head, .skipping, .stopped: break
        }
        watchUnsentBytes()
        let flushed = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: flushed)
        flushed.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            guard !self.isInputClosed else {
                context.close(promise: nil)
                return
            }
            context.close(mode: .output, promise: nil)
            self.timers.writeDone()
            self.timers.enter(.lingering, now: .now())
            self.home.sweep.note(self.timers.deadline)
            if self.isReadWanted {
                self.isReadWanted = false
                context.read()
            }
        }
    }
}

extension ServerConnection: BodyProducer {
    func produceBody() {
        wantsBody = true
        offerContinue()
        guard isStreamPaused else { return }
        isStreamPaused = false
        continueReading()
    }

    func pauseBody() {
        isStreamPaused = true
    }

    /// The backend has answered, or the exchange has failed, before all of the body came.
    func abandonBody() {
        guard case .stream = reading else { return }
        reading = .skipping(Self.skippedBytes)
        isStreamPaused = false
        continueReading()
    }
}
