import Headgate
import HeadgateHTTP
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One request and its response on an ``HTTP2Connection``. Confined to its loop.
final class HTTP2Stream: ChannelDuplexHandler, Expirable, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// What the next bytes belong to.
    enum Reading {
        case head
        /// A payload that is collected for an exchange that has not started.
        case body(limit: Int)
        /// A payload that is passed on for an exchange that runs.
        case stream(LoopBodyStream)
        /// What still comes is not wanted.
        case skipping
        /// The request is complete.
        case ended
    }

    let connection: HTTP2Connection
    var home: ServerHome { connection.home }
    private(set) var context: ChannelHandlerContext?
    var reading = Reading.head
    private(set) var exchange: Exchange?
    private(set) var isHEAD = false
    private var began = NIODeadline.uptimeNanoseconds(0)
    private var isAdmitted = false

    private var body: [UInt8] = []
    private(set) var bodyBytes = 0
    private var announcedLength: Int?
    private var owesContinue = false
    private var isStreamPaused = false
    private var isReadWanted = false

    /// The exchange has come to its end; its response is being written, or has been.
    var isFinished = false
    /// The end of the response is written.
    private(set) var isAnswered = false
    var unsent = ByteBuffer()
    var download: LoopBodyStream?
    /// What was announced of a streamed response and has not come.
    var downloadRemaining: Int?
    var bytesSent = 0
    var isWriting = false
    var isWritable = true

    var timers: ConnectionTimers
    var sweepIndex = -1

    init(_ connection: HTTP2Connection) {
        self.connection = connection
        timers = ConnectionTimers(ConnectionTimers.Times(connection.home.configuration), now: .now())
    }

    // MARK: Life

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        let id = try? context.channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID)
        connection.opened(id ?? .rootStream)
        home.sweep.add(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard self.context != nil else { return }
        self.context = nil
        home.sweep.remove(self)
        abandon()
        connection.closedStream()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the stream follows.
    }

    /// The client is gone, or wants no answer any more.
    private func abandon() {
        if case .stream(let stream) = reading { stream.fail(.bodyCutOff) }
        reading = .ended
        download?.discard()
        download = nil
        unsent = ByteBuffer()
        guard let exchange, !isAnswered else { return }
        if isFinished, case .stream(let stream) = exchange.response.body { stream.discard() }
        exchange.cancel()
        conclude(status: isFinished ? exchange.response.status : 0)
    }

    /// The request takes no place any more.
    private func conclude(status: Int) {
        isAnswered = true
        guard let exchange else { return }
        home.inFlight.wrappingSubtract(1, ordering: .relaxed)
        if isAdmitted { home.admission.leave(exchange.pipeline.inFlightCap) }
        guard home.observesAccess else { return }
        home.record(
            exchange,
            connection.clientAddress,
            began: began,
            now: .now(),
            bytesReceived: bodyBytes,
            status: status,
            bytesSent: bytesSent,
        )
    }

    func answered() {
        guard let exchange, !isAnswered else { return }
        conclude(status: exchange.response.status)
    }

    /// Ends the stream, and whatever runs for it.
    func reset(_ code: HTTP2ErrorCode) {
        context?.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let head):
            if case .head = reading {
                receiveHead(head.headers, endsStream: head.endStream)
            } else {
                receiveTrailers(head.headers, endsStream: head.endStream)
            }
        case .data(let piece):
            guard case .byteBuffer(let bytes) = piece.data else { return }
            receivePayload(bytes)
            if piece.endStream { ended() }
        default:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        bodyIsIncomplete()
        updateTimers(.now())
    }

    func read(context: ChannelHandlerContext) {
        if isStreamPaused { isReadWanted = true } else { context.read() }
    }

    private func receiveHead(_ fields: HPACKHeaders, endsStream: Bool) {
        began = .now()
        home.inFlight.wrappingAdd(1, ordering: .relaxed)
        let head: RequestHead
        do throws(MessageError) {
            head = try RequestHead(
                fields: fields.lazy.map { ($0.name, $0.value) },
                hasBody: !endsStream,
                limits: home.configuration.limits,
                allowsEncodedSlash: home.configuration.allowsEncodedSlash,
            )
        } catch {
            let exchange = home.unreadable(connection.clientAddress) { [self] _ in finished() }
            self.exchange = exchange
            reading = endsStream ? .ended : .skipping
            Executor.reject(exchange, .malformed(error))
            return
        }
        let intake = home.take(
            head,
            protocolVersion: "HTTP/2.0",
            connection.clientAddress,
            connection.clientCertificate,
            isLocal: connection.isLocal,
            completion: { [self] _ in finished() },
        )
        let exchange = intake.exchange
        self.exchange = exchange
        isHEAD = head.method == "HEAD"
        reading = endsStream ? .ended : .skipping
        if let refusal = intake.refusal {
            Executor.reject(exchange, refusal)
        } else if case .length(let length) = head.framing, length > intake.payloadLimit {
            Executor.reject(exchange, .requestTooLarge(limit: intake.payloadLimit))
        } else if head.framing == .none {
            start(exchange)
        } else {
            reading = .body(limit: intake.payloadLimit)
            owesContinue = head.expectsContinue
            if case .length(let length) = head.framing {
                announcedLength = length
                body.reserveCapacity(min(length, 65_536))
            }
        }
    }

    private func start(_ exchange: Exchange) {
        guard home.admission.bounds(exchange.pipeline) else {
            Executor.start(exchange)
            return
        }
        home.admission.request(self, 0, exchange.pipeline.inFlightCap)
    }

    private func receivePayload(_ bytes: ByteBuffer) {
        owesContinue = false
        bodyBytes += bytes.readableBytes
        if let announcedLength, bodyBytes > announcedLength {
            endReading(.malformed(.contentLengthMismatch))
            return
        }
        timers.receivedBody(bytes.readableBytes, now: .now())
        switch reading {
        case .body(let limit):
            guard body.count + bytes.readableBytes <= limit else {
                endReading(.requestTooLarge(limit: limit))
                return
            }
            body.append(contentsOf: bytes.readableBytesView)
        case .stream(let stream):
            let limit = exchange?.pipeline.payloadLimit ?? home.configuration.payloadLimit
            guard bodyBytes <= limit else {
                endReading(.requestTooLarge(limit: limit))
                return
            }
            stream.push(bytes)
        case .head, .skipping, .ended:
            break
        }
    }

    private func receiveTrailers(_ fields: HPACKHeaders, endsStream: Bool) {
        do throws(MessageError) {
            guard endsStream else { throw .trailer }
            try RequestHead.checkTrailers(fields.lazy.map { ($0.name, $0.value) })
            ended()
        } catch {
            endReading(.malformed(error))
        }
    }

    /// The client has sent all of the request.
    private func ended() {
        owesContinue = false
        if let announcedLength, bodyBytes < announcedLength {
            endReading(.malformed(.contentLengthMismatch))
            reading = .ended
            return
        }
        let finishedReading = reading
        reading = .ended
        switch finishedReading {
        case .body:
            guard let exchange else { return }
            if !body.isEmpty {
                exchange.request.body = .bytes(body)
                body = []
            }
            start(exchange)
        case .stream(let stream): stream.finish()
        case .head, .skipping, .ended: break
        }
    }

    /// All that has come is read and the payload is not complete: a streaming pipeline starts now.
    private func bodyIsIncomplete() {
        guard case .body = reading, let exchange else { return }
        guard exchange.pipeline.streams else {
            offerContinue()
            return
        }
        let stream = LoopBodyStream(eventLoop: home.eventLoop, expectedLength: announcedLength, producer: self)
        reading = .stream(stream)
        if !body.isEmpty {
            stream.push(ByteBuffer(bytes: body))
            body = []
        }
        exchange.request.body = .stream(stream)
        start(exchange)
    }

    private func offerContinue() {
        guard owesContinue, !isFinished, let context else { return }
        owesContinue = false
        let head = HTTP2Frame.FramePayload.Headers(headers: [":status": "100"])
        context.writeAndFlush(wrapOutboundOut(.headers(head)), promise: nil)
    }

    /// The payload will not be complete. The request is answered with `failure`, unless it has been already.
    private func endReading(_ failure: GatewayFailure) {
        let interrupted = reading
        reading = .skipping
        body = []
        owesContinue = false
        switch interrupted {
        case .body: if let exchange { Executor.reject(exchange, failure) }
        case .stream(let stream): stream.fail(failure)
        case .head, .skipping, .ended: break
        }
    }

    // MARK: Timers

    var deadline: NIODeadline { timers.deadline }

    func updateTimers(_ now: NIODeadline) {
        switch reading {
        case .head, .body: timers.enter(.bufferedBody, now: now)
        case .stream: timers.enter(isStreamPaused ? .working : .streamedBody, now: now)
        case .skipping, .ended: timers.enter(.working, now: now)
        }
        home.sweep.note(timers.deadline)
    }

    func expire(at now: NIODeadline) {
        guard timers.writeDeadline > now else {
            // Nothing of the response was taken for so long.
            reset(.cancel)
            return
        }
        if timers.readDeadline <= now { endReading(.slow("the payload")) }
        updateTimers(now)
    }

    private func continueReading() {
        guard isReadWanted, !isStreamPaused else { return }
        isReadWanted = false
        context?.read()
    }
}

extension HTTP2Stream: AdmissionClient {
    func admitted(_ sequence: Int) {
        guard let exchange else { return }
        isAdmitted = true
        Executor.start(exchange)
    }

    func notAdmitted(_ sequence: Int) {
        if let exchange { Executor.reject(exchange, .overloaded) }
    }

    func isWaiting(_ sequence: Int) -> Bool { context != nil && !isFinished && !isAdmitted }
}

extension HTTP2Stream: BodyProducer {
    func produceBody() {
        offerContinue()
        guard isStreamPaused else { return }
        isStreamPaused = false
        updateTimers(.now())
        continueReading()
    }

    func pauseBody() {
        isStreamPaused = true
        updateTimers(.now())
    }

    func abandonBody() {
        guard case .stream = reading else { return }
        reading = .skipping
        isStreamPaused = false
        continueReading()
    }
}
