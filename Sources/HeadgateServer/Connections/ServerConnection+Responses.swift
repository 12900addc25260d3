import Headgate
import HeadgateHTTP
import NIOCore

extension ServerConnection {
    /// An exchange is done; its response is written when those before it are.
    func finished(_ exchange: Exchange, _ sequence: Int) {
        let index = sequence &- firstSequence
        guard index >= 0, index < pending.count else {
            // Nobody is there any more to get it.
            discardBody(of: exchange)
            return
        }
        if case .stream(let stream) = exchange.response.body,
            (stream as? LoopBodyStream)?.eventLoop !== home.eventLoop
        {
            home.collect(stream, of: exchange) { self.finished(exchange, sequence) }
            return
        }
        pending[pending.index(pending.startIndex, offsetBy: index)].isFinished = true
        if index == 0, !isParsing { home.responseReady(self) }
    }

    /// Writes every response whose turn has come, in one piece.
    func writeResponses() {
        guard !isWriting, !isClosing, let context, hasFinishedFirst else { return }
        isWriting = true
        let now = NIODeadline.now()
        var buffer = home.takeScratch()
        var closes = false
        var download: BodyDownload?
        while !closes, download == nil, hasFinishedFirst {
            let first = pending.startIndex
            closes = !keepsConnection(afterFirst: first)
            download = write(pending[first], closes: &closes, into: &buffer)
            if let download {
                pending[first].download = download
                pending[first].keepsAlive = !closes
                closes = false
            } else {
                removeFirst(now)
            }
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        home.giveBack(buffer)
        isWriting = false
        if let download {
            if !isWritable { download.stream.pause() }
            download.stream.attach(download)
        } else if closes {
            closeGracefully()
        } else {
            responsesWritten(now)
        }
    }

    private var hasFinishedFirst: Bool {
        !pending.isEmpty && pending[pending.startIndex].isFinished && pending[pending.startIndex].download == nil
    }

    private func responsesWritten(_ now: NIODeadline) {
        if !isWritable { watchUnsentBytes() }
        if owesContinue { offerContinue() }
        if pending.isEmpty, !isParsing { updateTimers(now) }
        continueReading()
        if hasFinishedFirst, !isParsing { writeResponses() }
    }

    /// Whether another request may follow the first response.
    private func keepsConnection(afterFirst first: CircularBuffer<PendingRequest>.Index) -> Bool {
        guard pending[first].keepsAlive else { return false }
        guard pending.count == 1 else { return true }
        switch reading {
        case .head: return !isInputClosed && !(home.isDraining && leftover.readableBytes == 0)
        case .skipping: return true
        // Answered before all of its body has come: whether the rest will is not known.
        case .body, .stream, .stopped: return false
        }
    }

    /// Writes head and body of a response.
    /// - Returns: how the body is passed on, when it is streamed.
    private func write(_ request: PendingRequest, closes: inout Bool, into buffer: inout ByteBuffer) -> BodyDownload? {
        let response = request.exchange.response
        let isBodiless = request.isHEAD || response.status == 204 || response.status == 304
        var framing = ResponseWriter.Framing.none
        switch response.body {
        case .bytes(let bytes):
            if !isBodiless || (request.isHEAD && !bytes.isEmpty) { framing = .length(bytes.count) }
        case .stream(let stream):
            if let length = stream.expectedLength {
                if !isBodiless || request.isHEAD { framing = .length(length) }
            } else if !isBodiless {
                framing = request.isHTTP10 ? .untilClose : .chunked
                if request.isHTTP10 { closes = true }
            }
        }
        let date = home.date()
        guard ResponseWriter.write(response, framing: framing, keepsAlive: !closes, date: date, into: &buffer) else {
            writeUnusable(request, closes: closes, date: date, into: &buffer)
            return nil
        }
        switch response.body {
        case .bytes(let bytes):
            if !isBodiless, !bytes.isEmpty { buffer.writeBytes(bytes) }
        case .stream(let stream):
            guard !isBodiless, let stream = stream as? LoopBodyStream else {
                stream.discard()
                return nil
            }
            return BodyDownload(stream, to: self, chunked: framing == .chunked)
        }
        return nil
    }

    private func writeUnusable(
        _ request: PendingRequest,
        closes: Bool,
        date: [UInt8],
        into buffer: inout ByteBuffer,
    ) {
        discardBody(of: request.exchange)
        let substitute = ResponseWriter.unusable
        request.exchange.response = substitute
        let bytes = substitute.body.bytes ?? []
        _ = ResponseWriter.write(
            substitute,
            framing: .length(bytes.count),
            keepsAlive: !closes,
            date: date,
            into: &buffer,
        )
        if !request.isHEAD { buffer.writeBytes(bytes) }
    }

    private func removeFirst(_ now: NIODeadline) {
        guard let request = pending.popFirst() else { return }
        firstSequence &+= 1
        home.inFlight.wrappingSubtract(1, ordering: .relaxed)
        if request.isAdmitted { home.admission.leave(request.exchange.pipeline.inFlightCap) }
        guard home.observesAccess else { return }
        let response = request.exchange.response
        let sent = request.download?.bytesSent ?? response.body.bytes?.count ?? 0
        record(request, status: response.status, bytesSent: sent, now: now)
    }

    // MARK: Streamed bodies

    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        if !isWritable { watchUnsentBytes() }
    }

    func downloadEnded() {
        guard !pending.isEmpty, pending[pending.startIndex].download != nil else { return }
        let keepsAlive = pending[pending.startIndex].keepsAlive
        let now = NIODeadline.now()
        removeFirst(now)
        if keepsAlive {
            writeResponses()
            responsesWritten(now)
        } else {
            closeGracefully()
        }
    }

    /// The client has the status and a part of the body: that the rest is missing shows only when the
    /// connection ends before the body does.
    func downloadFailed(_ failure: GatewayFailure) {
        abort()
    }

    // MARK: The access log

    /// - Parameter status: 0 when nothing was answered.
    func record(_ request: PendingRequest, status: Int, bytesSent: Int, now: NIODeadline = .now()) {
        guard home.observesAccess else { return }
        home.record(
            request.exchange,
            clientAddress,
            began: request.began,
            now: now,
            bytesReceived: request.bytesReceived,
            status: status,
            bytesSent: bytesSent,
        )
    }
}
