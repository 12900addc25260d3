/// Takes chunked bodies apart (RFC 9112 section 7.1): sizes in plain hexadecimal, extensions skipped
/// and counted, trailers checked and dropped.
struct ChunkDecoder: Sendable {
    enum Event: Equatable {
        case needMore
        /// The next bytes, this many, are payload.
        case payload(Int)
        case end
    }

    private enum State { case size, data(Int), dataEnd, trailers }

    private var state = State.size
    private var lines = LineScanner()
    private var extensionBytes = 0
    private var trailers = FieldBlock()

    /// Longer lines of a chunk's size are refused before their end has come.
    private static let longestSizeLine = 4096

    /// - Parameter position: where to read; moved behind what was taken, but not over payload.
    mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        _ position: inout Int,
        _ limits: MessageLimits,
    ) throws(MessageError) -> Event {
        while true {
            switch state {
            case .size:
                guard let line = try lines.line(in: bytes, from: position) else {
                    if bytes.count - position > Self.longestSizeLine { throw .chunkExtensionsTooLong }
                    return .needMore
                }
                position += line.count + 2
                let size = try size(line, limits)
                state = size == 0 ? .trailers : .data(size)
            case .data(let remaining):
                let available = min(remaining, bytes.count - position)
                if available == 0 { return .needMore }
                state = available == remaining ? .dataEnd : .data(remaining - available)
                return .payload(available)
            case .dataEnd:
                if bytes.count > position, bytes[position] != 0x0D { throw .chunkEnd }
                guard bytes.count - position >= 2 else { return .needMore }
                guard bytes[position + 1] == 0x0A else { throw .chunkEnd }
                position += 2
                state = .size
            case .trailers:
                guard let line = try lines.line(in: bytes, from: position) else {
                    try trailers.check(partial: bytes.count - position, limits)
                    return .needMore
                }
                position += line.count + 2
                if line.isEmpty { return .end }
                try trailers.add(line, as: .trailer, limits)
            }
        }
    }

    private mutating func size(_ line: UnsafeRawBufferPointer, _ limits: MessageLimits) throws(MessageError) -> Int {
        var size = 0
        var digits = 0
        while digits < line.count, let digit = ASCII.hexValue(line[digits]) {
            // Fifteen digits fit into 60 bits.
            guard digits < 15 else { throw .chunkSize }
            size = size << 4 | Int(digit)
            digits += 1
        }
        guard digits > 0 else { throw .chunkSize }
        if digits < line.count {
            guard line[digits] == UInt8(ascii: ";") else { throw .chunkSize }
            for byte in line[digits...] where byte < 0x20 && byte != 0x09 || byte == 0x7F {
                throw .chunkExtension
            }
            extensionBytes += line.count - digits
            if extensionBytes > limits.chunkExtensions { throw .chunkExtensionsTooLong }
        }
        return size
    }
}
