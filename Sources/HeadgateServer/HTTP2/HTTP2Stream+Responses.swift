import Headgate
import HeadgateHTTP
import NIOCore
import NIOHPACK
import NIOHTTP2

extension HTTP2Stream {
    /// Payloads are written in pieces of this size, so that a client which takes some of one is seen to do so.
    private static let piece = 16_384

    /// The exchange is done: its response is written as far as the client takes it.
    func finished() {
        guard let exchange, !isFinished else { return }
        guard context != nil else {
            // Nobody is there any more to get it.
            if case .stream(let stream) = exchange.response.body { stream.discard() }
            return
        }
        if case .stream(let stream) = exchange.response.body,
            (stream as? LoopBodyStream)?.eventLoop !== home.eventLoop
        {
            home.collect(stream, of: exchange) { self.finished() }
            return
        }
        isFinished = true
        respond(exchange)
    }

    private func respond(_ exchange: Exchange) {
        let head: HPACKHeaders
        if let written = HTTP2ResponseHead.make(exchange.response, isHEAD: isHEAD, date: home.date()) {
            head = written
        } else {
            if case .stream(let stream) = exchange.response.body { stream.discard() }
            exchange.response = ResponseWriter.unusable
            guard let substitute = HTTP2ResponseHead.make(exchange.response, isHEAD: isHEAD, date: home.date()) else {
                reset(.internalError)
                return
            }
            head = substitute
        }
        let isBodiless = isHEAD || exchange.response.status == 204 || exchange.response.status == 304
        switch exchange.response.body {
        case .bytes(let bytes) where bytes.isEmpty || isBodiless:
            write(head, endsStream: true)
        case .bytes(let bytes):
            write(head, endsStream: false)
            unsent = ByteBuffer(bytes: bytes)
            continueWriting()
        case .stream(let stream):
            guard !isBodiless, let stream = stream as? LoopBodyStream else {
                stream.discard()
                write(head, endsStream: true)
                return
            }
            write(head, endsStream: false)
            context?.flush()
            downloadRemaining = stream.expectedLength
            download = stream
            if !isWritable { stream.pause() }
            stream.attach(self)
        }
    }

    private func write(_ head: HPACKHeaders, endsStream: Bool) {
        guard let context else { return }
        let frame = HTTP2Frame.FramePayload.headers(.init(headers: head, endStream: endsStream))
        guard endsStream else {
            context.write(wrapOutboundOut(frame), promise: nil)
            return
        }
        end(with: frame)
    }

    /// As much of a payload that is all there as the client takes now.
    private func continueWriting() {
        guard !isWriting else { return }
        isWriting = true
        while isWritable, unsent.readableBytes > Self.piece, let context,
            let slice = unsent.readSlice(length: Self.piece)
        {
            bytesSent += slice.readableBytes
            context.writeAndFlush(wrapOutboundOut(.data(.init(data: .byteBuffer(slice)))), promise: nil)
        }
        isWriting = false
        guard unsent.readableBytes > 0, context != nil else { return }
        if isWritable {
            let rest = unsent
            unsent = ByteBuffer()
            bytesSent += rest.readableBytes
            end(with: .data(.init(data: .byteBuffer(rest), endStream: true)))
        } else {
            waitForClient()
        }
    }

    private func waitForClient() {
        timers.writePending(now: .now())
        home.sweep.note(timers.deadline)
    }

    /// Writes the last frame. What the client still sends is not wanted then, and it is told so once it has the whole
    /// answer (RFC 9113 section 8.1).
    private func end(with frame: HTTP2Frame.FramePayload) {
        guard let context else { return }
        answered()
        waitForClient()
        guard case .ended = reading else {
            reading = .skipping
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { self.reset(.noError) }
            context.writeAndFlush(wrapOutboundOut(frame), promise: written)
            return
        }
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        guard isWritable else {
            if isFinished, !isAnswered { waitForClient() }
            return
        }
        if !isAnswered { timers.writeDone() }
        continueWriting()
        download?.resume()
    }
}

/// Passes a streamed response on, at the client's pace.
extension HTTP2Stream: BodyConsumer {
    func receive(_ bytes: ByteBuffer) {
        guard let context else { return }
        bytesSent += bytes.readableBytes
        if let remaining = downloadRemaining { downloadRemaining = remaining - bytes.readableBytes }
        context.writeAndFlush(wrapOutboundOut(.data(.init(data: .byteBuffer(bytes)))), promise: nil)
        if !isWritable { download?.pause() }
    }

    func receiveEnd() {
        download = nil
        guard downloadRemaining ?? 0 == 0 else {
            reset(.internalError)
            return
        }
        end(with: .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)))
    }

    /// The head is with the client already: that the rest will not come can only be said by ending the stream.
    func receiveFailure(_ failure: GatewayFailure) {
        download = nil
        reset(.internalError)
    }
}
