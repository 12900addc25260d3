import Headgate
import HeadgateHTTP
import NIOCore

extension ServerConnection {
    /// A body that nobody wants is read up to here, so that the connection can go on; longer ones end it.
    static let skippedBytes = 262_144

    /// Takes as many requests out of `bytes` as there are and may be.
    func parse(_ bytes: inout ByteBuffer) {
        isParsing = true
        do throws(MessageError) {
            parsing: while mayParse {
                switch try parser.next(&bytes) {
                case .needMore:
                    bodyIsIncomplete()
                    break parsing
                case .head(let head):
                    began(head)
                case .payload(let count):
                    guard receive(&bytes, count) else { break parsing }
                case .end:
                    ended()
                }
            }
        } catch {
            malformed(error)
        }
        isParsing = false
    }

    /// Writes what finished while bytes were parsed; called once those that are left are kept, because
    /// writing makes room, and then they are looked at again.
    func answerWhatFinished() {
        if !pending.isEmpty, pending[pending.startIndex].isFinished { home.responseReady(self) }
    }

    // MARK: Heads

    private func began(_ head: RequestHead) {
        let sequence = firstSequence &+ pending.count
        let intake = home.take(
            head,
            protocolVersion: head.minorVersion == 1 ? "HTTP/1.1" : "HTTP/1.0",
            clientAddress,
            clientCertificate,
            isLocal: isLocal,
            completion: { [self] exchange in finished(exchange, sequence) },
        )
        let exchange = intake.exchange
        let limit = intake.payloadLimit
        pending.append(
            PendingRequest(
                exchange: exchange,
                isHEAD: head.method == "HEAD",
                isHTTP10: head.minorVersion == 0,
                began: .now(),
                keepsAlive: head.keepsAlive,
            )
        )
        home.inFlight.wrappingAdd(1, ordering: .relaxed)
        if let refusal = intake.refusal {
            skipBody(head)
            Executor.reject(exchange, refusal)
        } else if case .length(let length) = head.framing, length > limit {
            stopAfterThisRequest()
            Executor.reject(exchange, .requestTooLarge(limit: limit))
        } else if head.framing == .none {
            if !head.keepsAlive { reading = .stopped }
            start(exchange)
        } else {
            reading = .body(limit: limit)
            bodyBytes = 0
            isStreamPaused = false
            owesContinue = head.expectsContinue
            wantsBody = !exchange.pipeline.streams
            // What is announced need not come: larger bodies grow with what was received.
            if case .length(let length) = head.framing { body.reserveCapacity(min(length, 65_536)) }
        }
    }

    /// Starts the request that came last, or lets it wait for its turn.
    private func start(_ exchange: Exchange) {
        guard home.admission.bounds(exchange.pipeline) else {
            Executor.start(exchange)
            return
        }
        home.admission.request(self, firstSequence &+ pending.count &- 1, exchange.pipeline.inFlightCap)
    }

    /// A request that is refused at once may have a body; a short one is read over.
    private func skipBody(_ head: RequestHead) {
        switch head.framing {
        case .none, .untilClose:
            if !head.keepsAlive { reading = .stopped }
        case .length(let length) where length > Self.skippedBytes:
            stopAfterThisRequest()
        case .length, .chunked:
            // A client that waits for 100 Continue will perhaps not send it, and nobody can know.
            if head.expectsContinue { stopAfterThisRequest() } else { reading = .skipping(Self.skippedBytes) }
        }
    }

    private func stopAfterThisRequest() {
        reading = .stopped
        if !pending.isEmpty { pending[pending.index(before: pending.endIndex)].keepsAlive = false }
    }

    // MARK: Bodies

    /// - Returns: false when nothing more of this connection is read.
    private func receive(_ bytes: inout ByteBuffer, _ count: Int) -> Bool {
        owesContinue = false
        bodyBytes += count
        timers.receivedBody(count, now: .now())
        switch reading {
        case .body(let limit):
            guard body.count + count <= limit else {
                endReading(.requestTooLarge(limit: limit))
                return false
            }
            bytes.readWithUnsafeReadableBytes { memory in
                body.append(contentsOf: memory.prefix(count))
                return count
            }
        case .stream(let stream):
            guard let slice = bytes.readSlice(length: count) else { return false }
            let limit = streamLimit
            guard bodyBytes <= limit else {
                endReading(.requestTooLarge(limit: limit))
                return false
            }
            stream.push(slice)
        case .skipping(let allowance):
            bytes.moveReaderIndex(forwardBy: count)
            guard count <= allowance else {
                stopAfterThisRequest()
                if pending.isEmpty { closeGracefully() }
                return false
            }
            reading = .skipping(allowance - count)
        case .head, .stopped:
            return false
        }
        return true
    }

    private var streamLimit: Int {
        pending.last?.exchange.pipeline.payloadLimit ?? home.configuration.payloadLimit
    }

    private func ended() {
        owesContinue = false
        let mayGoOn = pending.last?.keepsAlive ?? true
        let finishedReading = reading
        reading = mayGoOn && !isInputClosed ? .head : .stopped
        switch finishedReading {
        case .body:
            guard let exchange = pending.last?.exchange else { return }
            if !body.isEmpty {
                exchange.request.body = .bytes(body)
                body = []
            }
            noteBytesReceived()
            start(exchange)
        case .stream(let stream):
            noteBytesReceived()
            stream.finish()
        case .head, .skipping, .stopped:
            break
        }
    }

    private func noteBytesReceived() {
        guard !pending.isEmpty else { return }
        pending[pending.index(before: pending.endIndex)].bytesReceived = bodyBytes
    }

    /// All that has come is parsed and the body is not complete: a streaming pipeline starts now.
    private func bodyIsIncomplete() {
        guard case .body = reading, let request = pending.last else { return }
        guard request.exchange.pipeline.streams else {
            offerContinue()
            return
        }
        let stream = LoopBodyStream(
            eventLoop: home.eventLoop,
            expectedLength: parser.announcedLength,
            producer: self,
        )
        reading = .stream(stream)
        if !body.isEmpty {
            stream.push(ByteBuffer(bytes: body))
            body = []
        }
        request.exchange.request.body = .stream(stream)
        start(request.exchange)
    }

    /// Says that the body may come, to a client that waits for the word and when it is its turn.
    func offerContinue() {
        guard owesContinue, wantsBody, pending.count == 1, pending.first?.isFinished == false else { return }
        owesContinue = false
        write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    // MARK: What goes wrong

    private func malformed(_ error: MessageError) {
        switch reading {
        case .head: refuse(.malformed(error))
        case .body, .stream, .skipping: endReading(.malformed(error))
        case .stopped: break
        }
    }

    /// Answers what is no request, and takes no further one.
    func refuse(_ failure: GatewayFailure) {
        let sequence = firstSequence &+ pending.count
        let exchange = home.unreadable(clientAddress) { [self] exchange in finished(exchange, sequence) }
        pending.append(
            PendingRequest(exchange: exchange, isHEAD: false, isHTTP10: false, began: .now(), keepsAlive: false)
        )
        home.inFlight.wrappingAdd(1, ordering: .relaxed)
        reading = .stopped
        Executor.reject(exchange, failure)
    }

    /// The body that is being read will not be complete. Its request is answered with `failure`, unless
    /// it has been answered already, and the connection ends.
    func endReading(_ failure: GatewayFailure) {
        let interrupted = reading
        stopAfterThisRequest()
        body = []
        owesContinue = false
        noteBytesReceived()
        switch interrupted {
        case .body:
            if let exchange = pending.last?.exchange { Executor.reject(exchange, failure) }
        case .stream(let stream):
            stream.fail(failure)
        case .skipping:
            if pending.isEmpty { closeGracefully() }
        case .head, .stopped:
            break
        }
    }

    /// The client is gone: nothing that runs for it is of any use.
    func abandonRequests() {
        let interrupted = reading
        reading = .stopped
        let abandoned = pending
        firstSequence &+= pending.count
        pending.removeAll()
        switch interrupted {
        case .body:
            if let exchange = abandoned.last?.exchange { Executor.reject(exchange, .bodyCutOff) }
        case .stream(let stream):
            stream.fail(.bodyCutOff)
        case .head, .skipping, .stopped:
            break
        }
        for request in abandoned {
            home.inFlight.wrappingSubtract(1, ordering: .relaxed)
            if request.isAdmitted { home.admission.leave(request.exchange.pipeline.inFlightCap) }
            request.download?.end()
            if request.isFinished, request.download == nil { discardBody(of: request.exchange) }
            request.exchange.cancel()
            let status = request.download == nil ? 0 : request.exchange.response.status
            record(request, status: status, bytesSent: request.download?.bytesSent ?? 0)
        }
    }

    func discardBody(of exchange: Exchange) {
        if case .stream(let stream) = exchange.response.body { stream.discard() }
    }
}
