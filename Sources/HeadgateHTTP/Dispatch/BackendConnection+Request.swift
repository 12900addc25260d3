import Headgate
import NIOCore

extension BackendConnection {
    /// Writes the request of `call`, with as much of its body as there is.
    func send(_ call: BackendCall) {
        guard let context else {
            fail(.closed)
            return
        }
        let request = call.request
        var buffer = pool.dispatcher.takeScratch()
        switch request.body {
        case .bytes(let bytes):
            let hasLength = !bytes.isEmpty || RequestWriter.anticipatesBody(request.method)
            let framing: RequestWriter.Framing = hasLength ? .length(bytes.count) : .none
            guard RequestWriter.write(request, to: call.endpoint, framing: framing, into: &buffer) else {
                refuse(call)
                return
            }
            if !bytes.isEmpty { buffer.writeBytes(bytes) }
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        case .stream(let stream):
            guard let stream = stream as? LoopBodyStream else {
                refuse(call)
                return
            }
            let framing = stream.expectedLength.map { RequestWriter.Framing.length($0) } ?? .chunked
            guard RequestWriter.write(request, to: call.endpoint, framing: framing, into: &buffer) else {
                refuse(call)
                return
            }
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            let upload = BodyUpload(stream, to: self, chunked: framing == .chunked)
            self.upload = upload
            stream.attach(upload)
        }
        pool.dispatcher.scratch = buffer
    }

    /// The connection is as it was; only the call ends.
    private func refuse(_ call: BackendCall) {
        fail(.unsendable(UnsendablePart.find(in: call.request)))
    }
}

/// Sends a streamed body to a backend, at the backend's pace.
final class BodyUpload: BodyConsumer {
    let stream: LoopBodyStream
    private weak var connection: BackendConnection?
    private let isChunked: Bool
    private var isOver = false

    init(_ stream: LoopBodyStream, to connection: BackendConnection, chunked: Bool) {
        self.stream = stream
        self.connection = connection
        isChunked = chunked
    }

    func receive(_ bytes: ByteBuffer) {
        guard !isOver, let connection, let context = connection.context else { return }
        if isChunked {
            var buffer = ByteBuffer()
            buffer.reserveCapacity(bytes.readableBytes + 16)
            ChunkWriter.writeSize(bytes.readableBytes, into: &buffer)
            buffer.writeImmutableBuffer(bytes)
            buffer.writeStaticString("\r\n")
            context.writeAndFlush(connection.wrapOutboundOut(buffer), promise: nil)
        } else {
            context.writeAndFlush(connection.wrapOutboundOut(bytes), promise: nil)
        }
        if !context.channel.isWritable { stream.pause() }
    }

    func receiveEnd() {
        guard !isOver, let connection, let context = connection.context else { return }
        isOver = true
        connection.upload = nil
        guard isChunked else { return }
        var buffer = ByteBuffer()
        ChunkWriter.writeEnd(into: &buffer)
        context.writeAndFlush(connection.wrapOutboundOut(buffer), promise: nil)
    }

    func receiveFailure(_ failure: GatewayFailure) {
        guard !isOver else { return }
        isOver = true
        connection?.fail(.requestBody(failure))
    }

    /// The backend has answered, or will never: the rest is of no interest.
    func end() {
        guard !isOver else { return }
        isOver = true
        stream.discard()
    }
}

/// Says what about a request may not go over the wire, without repeating values, which may be secrets.
enum UnsendablePart {
    static func find(in request: IntegrationRequest) -> String {
        guard HeaderSyntax.isToken(request.method) else {
            return "the method \(request.method.quotedForMessage) is no token (RFC 9110 section 9.1)"
        }
        let target = request.target
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "path and query must be percent-encoded ASCII and start with / (RFC 9112 section 3.2)"
        }
        for field in request.headers.fields {
            guard HeaderSyntax.isToken(field.name) else {
                return "the header name \(field.name.quotedForMessage) is no token (RFC 9110 section 5.1)"
            }
            guard HeaderSyntax.isFieldValue(field.value) else {
                return "the header \(field.name) holds a line break or another control character"
            }
        }
        return "its body comes from another event loop"
    }
}
