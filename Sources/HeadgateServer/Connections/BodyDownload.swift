import Headgate
import HeadgateHTTP
import NIOCore

/// Passes a streamed response body on to the client, at the client's pace.
final class BodyDownload: BodyConsumer {
    let stream: LoopBodyStream
    private weak var connection: ServerConnection?
    private let isChunked: Bool
    /// What was announced and has not been sent; nil where nothing was announced.
    private var remaining: Int?
    private(set) var bytesSent = 0
    private var isOver = false

    init(_ stream: LoopBodyStream, to connection: ServerConnection, chunked: Bool) {
        self.stream = stream
        self.connection = connection
        isChunked = chunked
        remaining = stream.expectedLength
    }

    func receive(_ bytes: ByteBuffer) {
        guard !isOver, let connection else { return }
        bytesSent += bytes.readableBytes
        if let remaining { self.remaining = remaining - bytes.readableBytes }
        if isChunked {
            var buffer = ByteBuffer()
            buffer.reserveCapacity(bytes.readableBytes + 16)
            ChunkWriter.writeSize(bytes.readableBytes, into: &buffer)
            buffer.writeImmutableBuffer(bytes)
            buffer.writeStaticString("\r\n")
            connection.write(buffer)
        } else {
            connection.write(bytes)
        }
        if !connection.isWritable { stream.pause() }
    }

    func receiveEnd() {
        guard !isOver, let connection else { return }
        isOver = true
        guard remaining ?? 0 == 0 else {
            connection.abort()
            return
        }
        if isChunked {
            var buffer = ByteBuffer()
            ChunkWriter.writeEnd(into: &buffer)
            connection.write(buffer)
        }
        connection.downloadEnded()
    }

    /// The head is with the client already: the only thing left to say is that the body is not complete.
    func receiveFailure(_ failure: GatewayFailure) {
        guard !isOver else { return }
        isOver = true
        connection?.downloadFailed(failure)
    }

    /// The client is gone.
    func end() {
        guard !isOver else { return }
        isOver = true
        stream.discard()
    }
}
