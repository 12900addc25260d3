import Headgate
import NIOCore

/// Reads requests (RFC 9112), one after the other, from bytes in whatever pieces they come.
///
/// A strict reader in place of a tolerant one: a message that two readers could understand differently
/// is refused and never repaired, because we are one of two readers of everything that we pass on.
package struct RequestParser: Sendable {
    package enum Event: Sendable {
        /// Call again with the bytes that were not taken and more behind them.
        case needMore
        case head(RequestHead)
        /// The next bytes, this many, are payload; take them away before the next call.
        case payload(Int)
        case end
    }

    private enum State { case startLine, fields, length(Int), chunked, end }

    private let limits: MessageLimits
    private let allowsEncodedSlash: Bool
    private var state = State.startLine
    private var lines = LineScanner()
    private var block = FieldBlock()
    private var chunks = ChunkDecoder()
    private var method = ""
    private var target: RequestTarget?
    private var minorVersion = 1
    private var emptyLines = 0
    /// The length that the head which was read last announces; nil for a chunked body.
    package private(set) var announcedLength: Int?

    /// Empty lines that may stand in front of a request (RFC 9112 section 2.2).
    private static let toleratedEmptyLines = 4
    static let longestMethod = 32

    package init(limits: MessageLimits = MessageLimits(), allowsEncodedSlash: Bool = true) {
        self.limits = limits
        self.allowsEncodedSlash = allowsEncodedSlash
    }

    /// Whether the next byte starts a new request.
    package var isBetweenRequests: Bool {
        if case .startLine = state { return true }
        return false
    }

    /// - Parameter position: where to read; moved behind what was taken.
    package mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        _ position: inout Int,
    ) throws(MessageError) -> Event {
        while true {
            switch state {
            case .startLine:
                guard let line = try lines.line(in: bytes, from: position) else {
                    try check(partialStartLine: UnsafeRawBufferPointer(rebasing: bytes[position...]))
                    return .needMore
                }
                position += line.count + 2
                if line.isEmpty {
                    emptyLines += 1
                    if emptyLines > Self.toleratedEmptyLines { throw .startLine }
                    continue
                }
                try read(startLine: line)
                state = .fields
            case .fields:
                guard let line = try lines.line(in: bytes, from: position) else {
                    try block.check(partial: bytes.count - position, limits)
                    return .needMore
                }
                position += line.count + 2
                if line.isEmpty { return .head(try finishHead()) }
                try block.add(line, as: .request, limits)
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
            case .end:
                state = .startLine
                emptyLines = 0
                return .end
            }
        }
    }

    /// A TLS hello or another protocol shows in its first byte; there is no need to wait for a line.
    private func check(partialStartLine bytes: UnsafeRawBufferPointer) throws(MessageError) {
        guard let first = bytes.first else { return }
        guard ByteSet.token.contains(first) || first == 0x0D else { throw .startLine }
        if bytes.count > Self.longestMethod, !bytes[...Self.longestMethod].contains(0x20) { throw .method }
        if bytes.count > Self.longestMethod + limits.target + 11 { throw .targetTooLong }
    }

    private mutating func read(startLine line: UnsafeRawBufferPointer) throws(MessageError) {
        var space = 0
        while space < line.count, line[space] >= 0x41, line[space] <= 0x5A { space += 1 }
        guard space < line.count, line[space] == 0x20 else {
            let isToken = line[..<min(line.count, Self.longestMethod + 1)].prefix { $0 != 0x20 }
                .allSatisfy(ByteSet.token.contains)
            guard isToken, space < line.count else { throw .startLine }
            // PATCH-like names with other letters are tokens, but nobody's method here.
            throw .method
        }
        // A blank in front says more about the line than about the method that does not stand there.
        guard space > 0 else { throw .startLine }
        guard space <= Self.longestMethod else { throw .method }
        let rest = UnsafeRawBufferPointer(rebasing: line[(space + 1)...])
        guard let second = rest.firstIndex(of: 0x20) else { throw .startLine }
        guard second > 0 else { throw .startLine }
        guard second <= limits.target else { throw .targetTooLong }
        try readVersion(UnsafeRawBufferPointer(rebasing: rest[(second + 1)...]))
        method = String(decoding: line[..<space], as: UTF8.self)
        if method == "CONNECT" || method == "TRACE" { throw .methodNotServed }
        target = try RequestTarget(
            parsing: UnsafeRawBufferPointer(rebasing: rest[..<second]),
            allowsEncodedSlash: allowsEncodedSlash,
        )
    }

    private mutating func readVersion(_ bytes: UnsafeRawBufferPointer) throws(MessageError) {
        guard bytes.count == 8 else { throw .version }
        // "HTTP/1.1" and "HTTP/1.0" as one word.
        switch UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) {
        case 0x4854_5450_2F31_2E31: minorVersion = 1
        case 0x4854_5450_2F31_2E30: minorVersion = 0
        default: throw .version
        }
    }

    private mutating func finishHead() throws(MessageError) -> RequestHead {
        guard let target else { throw .startLine }
        try block.checkNames()
        let framing = try framing()
        try checkHost(target)
        let head = RequestHead(
            method: method,
            target: target,
            minorVersion: minorVersion,
            headers: block.headers,
            framing: framing,
            keepsAlive: minorVersion == 1 ? !block.saysClose : block.saysKeepAlive && !block.saysClose,
            expectsContinue: block.expectsContinue && minorVersion == 1,
        )
        announcedLength = nil
        switch framing {
        case .none, .untilClose: state = .end
        case .length(let count):
            announcedLength = count
            state = .length(count)
        case .chunked:
            state = .chunked
            chunks = ChunkDecoder()
        }
        block = FieldBlock()
        self.target = nil
        return head
    }

    private func framing() throws(MessageError) -> BodyFraming {
        if block.hasTransferEncoding {
            if minorVersion == 0 { throw .transferEncodingInHTTP10 }
            if block.contentLength != nil { throw .contentLengthWithTransferEncoding }
            return .chunked
        }
        guard let length = block.contentLength, length > 0 else { return .none }
        return .length(length)
    }

    private func checkHost(_ target: RequestTarget) throws(MessageError) {
        guard let index = block.host else {
            if minorVersion == 1 { throw .hostMissing }
            return
        }
        var value = block.headers.fields[index].value
        guard value.withUTF8({ Authority.isValid(UnsafeRawBufferPointer($0)) }) else { throw .hostInvalid }
        if let authority = target.authority, !authority.equalsIgnoringASCIICase(value) { throw .hostMismatch }
    }
}

extension RequestParser {
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
