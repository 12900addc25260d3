import CZlib

extension ContentCoding {
    /// The bytes that were packed.
    /// - Parameters:
    ///   - limit: how many may come out: a small payload can stand for a very large one.
    /// - Throws: what is wrong with the payload. Bytes behind its end are wrong too, but for gzip members
    ///   that follow each other (RFC 1952 section 2.2).
    public func unpacked(_ bytes: [UInt8], limit: Int) throws(ContentCodingError) -> [UInt8] {
        // Some send deflate without its frame (RFC 9110 section 8.4.1.2 warns of them).
        if self == .deflate, !Self.hasFrame(bytes) { return try unpacked(bytes, limit, windowBits: -15) }
        return try unpacked(bytes, limit, windowBits: self == .gzip ? 31 : 15)
    }

    /// A header of RFC 1950: the method is deflate, and the first two bytes are a multiple of 31.
    private static func hasFrame(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] & 0x0F == 8 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    }

    private func unpacked(_ bytes: [UInt8], _ limit: Int, windowBits: Int32) throws(ContentCodingError) -> [UInt8] {
        guard !bytes.isEmpty else { throw .damaged }
        var stream = z_stream()
        guard headgate_inflate_init(&stream, windowBits) == Z_OK else { throw .exhausted }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var problem: ContentCodingError?
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(clamping: input.count)
            problem = Self.inflateAll(&stream, into: &output, limit)
        }
        if let problem { throw problem }
        return output
    }

    private static let pieceSize = 65_536

    private static func inflateAll(
        _ stream: inout z_stream,
        into output: inout [UInt8],
        _ limit: Int,
    ) -> ContentCodingError? {
        var piece = [UInt8](repeating: 0, count: pieceSize)
        while true {
            var code = Z_OK
            let count = piece.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                code = inflate(&stream, Z_NO_FLUSH)
                return buffer.count - Int(stream.avail_out)
            }
            guard output.count + count <= limit else { return .tooLarge }
            output += piece[..<count]
            switch code {
            case Z_STREAM_END:
                if stream.avail_in == 0 { return nil }
                guard inflateReset(&stream) == Z_OK else { return .damaged }
            case Z_OK where count > 0 || stream.avail_in > 0:
                continue
            case Z_MEM_ERROR:
                return .exhausted
            default:
                return .damaged
            }
        }
    }
}
