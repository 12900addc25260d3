import Headgate
import NIOCore

/// The head of a backend's final response.
package struct ResponseHead: Sendable {
    /// 200…599.
    package var status: Int
    package var headers: Headers
    package var framing: BodyFraming
    /// Whether the backend lets the connection be used again.
    package var keepsAlive: Bool
    /// How long the backend says it will keep the connection (`Keep-Alive: timeout=5`), in seconds.
    package var keepAliveSeconds: Int?
}

/// Reads responses (RFC 9112) with the same strictness as ``RequestParser``: backends are not trusted,
/// and a response that could be read in two ways might end in somebody else's hands.
package struct ResponseParser: Sendable {
    package enum Event: Sendable {
        case needMore
        case head(ResponseHead)
        /// The next bytes, this many, are payload; take them away before the next call.
        case payload(Int)
        case end
    }

    private enum State { case statusLine, fields, length(Int), chunked, untilClose, end, idle }

    private let limits: MessageLimits
    private var state = State.idle
    private var lines = LineScanner()
    private var block = FieldBlock()
    private var chunks = ChunkDecoder()
    private var status = 0
    private var minorVersion = 1
    private var interimResponses = 0
    private var answersHEAD = false
    private var hasBytes = false

    package init(limits: MessageLimits = .response) {
        self.limits = limits
    }

    /// Expects the response to a request that goes out now.
    package mutating func expectResponse(to method: String) {
        state = .statusLine
        lines = LineScanner()
        interimResponses = 0
        hasBytes = false
        answersHEAD = method == "HEAD"
    }

    /// Whether no response is expected: bytes that come now belong to nothing.
    package var isIdle: Bool {
        if case .idle = state { return true }
        return false
    }

    /// Whether nothing of the expected response has come, not even an interim response.
    package var hasReceivedNothing: Bool { !hasBytes }

    package mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        _ position: inout Int,
    ) throws(MessageError) -> Event {
        if bytes.count > position { hasBytes = true }
        while true {
            switch state {
            case .statusLine:
                guard let line = try lines.line(in: bytes, from: position) else {
                    let partial = bytes.count - position
                    if partial > 0, !Self.isStartOfVersion(bytes[position...]) { throw .startLine }
                    if partial > limits.field { throw .fieldTooLong }
                    return .needMore
                }
                position += line.count + 2
                try read(statusLine: line)
                state = .fields
            case .fields:
                guard let line = try lines.line(in: bytes, from: position) else {
                    try block.check(partial: bytes.count - position, limits)
                    return .needMore
                }
                position += line.count + 2
                guard line.isEmpty else {
                    try block.add(line, as: .response, limits)
                    continue
                }
                if let head = try finishHead() { return .head(head) }
            case .length(let remaining):
                let available = min(remaining, bytes.count - position)
                if available == 0 { return .needMore }
                state = available == remaining ? .end : .length(remaining - available)
                return .payload(available)
            case .chunked:
                switch try chunks.next(bytes, &position, limits) {
                case .needMore: return .needMore
                case .payload(let count): return .payload(count)
                case .end: state = .end
                }
            case .untilClose:
                let available = bytes.count - position
                return available == 0 ? .needMore : .payload(available)
            case .end:
                state = .idle
                return .end
            case .idle:
                return .needMore
            }
        }
    }

    /// The connection was closed by the backend. Returns normally if that completes the response.
    package mutating func finish() throws(MessageError) {
        switch state {
        case .untilClose, .end:
            state = .idle
        case .idle:
            return
        default:
            throw hasBytes ? .truncated : .nothingReceived
        }
    }

    private static func isStartOfVersion(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        zip(bytes, "HTTP/1.".utf8).allSatisfy { $0 == $1 }
    }

    /// `HTTP/1.1 200 OK`; the reason may be missing, and so may the space in front of it, as some
    /// servers leave out both.
    private mutating func read(statusLine line: UnsafeRawBufferPointer) throws(MessageError) {
        guard line.count >= 12, Self.isStartOfVersion(line[...]), line[8] == 0x20 else { throw .startLine }
        switch line[7] {
        case UInt8(ascii: "0"): minorVersion = 0
        case UInt8(ascii: "1"): minorVersion = 1
        default: throw .version
        }
        status = 0
        for byte in line[9..<12] {
            guard byte >= 0x30, byte <= 0x39 else { throw .status }
            status = status * 10 + Int(byte - 0x30)
        }
        guard (100...599).contains(status) else { throw .status }
        if line.count > 12 {
            guard line[12] == 0x20 else { throw .status }
            for byte in line[13...] where byte < 0x20 && byte != 0x09 || byte == 0x7F { throw .startLine }
        }
    }

    /// The head, or nil for an interim response, which is skipped.
    private mutating func finishHead() throws(MessageError) -> ResponseHead? {
        defer { block = FieldBlock() }
        if status < 200 {
            if status == 101 { throw .unexpectedUpgrade }
            if block.hasTransferEncoding || block.contentLength ?? 0 > 0 { throw .startLine }
            interimResponses += 1
            if interimResponses > limits.interimResponses { throw .tooManyInterimResponses }
            state = .statusLine
            return nil
        }
        let framing = try framing()
        switch framing {
        case .none: state = .end
        case .length(let count): state = .length(count)
        case .chunked:
            state = .chunked
            chunks = ChunkDecoder()
        case .untilClose: state = .untilClose
        }
        let persists = minorVersion == 1 ? !block.saysClose : block.saysKeepAlive && !block.saysClose
        return ResponseHead(
            status: status,
            headers: block.headers,
            framing: framing,
            keepsAlive: persists && framing != .untilClose,
            keepAliveSeconds: block.keepAliveSeconds,
        )
    }

    private func framing() throws(MessageError) -> BodyFraming {
        if block.hasTransferEncoding {
            if minorVersion == 0 { throw .transferEncodingInHTTP10 }
            if block.contentLength != nil { throw .contentLengthWithTransferEncoding }
        }
        if answersHEAD || status == 204 || status == 304 { return .none }
        if block.isChunked { return .chunked }
        guard let length = block.contentLength else { return .untilClose }
        return length == 0 ? .none : .length(length)
    }
}

extension ResponseParser {
    /// Takes the next event from the front of `buffer`; payload stays in it for the caller.
    package mutating func next(_ buffer: inout ByteBuffer) throws(MessageError) -> Event {
        var position = 0
        let result = buffer.withUnsafeReadableBytes { bytes -> Result<Event, MessageError> in
            do throws(MessageError) {
                return .success(try next(bytes, &position))
            } catch {
                return .failure(error)
            }
        }
        buffer.moveReaderIndex(forwardBy: position)
        return try result.get()
    }
}
