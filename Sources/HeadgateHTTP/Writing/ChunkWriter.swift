import NIOCore

/// Frames pieces of a body whose length is not known beforehand (RFC 9112 section 7.1).
package enum ChunkWriter {
    /// The line in front of a chunk; the chunk's bytes and CRLF follow.
    package static func writeSize(_ count: Int, into buffer: inout ByteBuffer) {
        buffer.writeString(String(count, radix: 16))
        buffer.writeStaticString("\r\n")
    }

    /// The last chunk, without trailers.
    package static func writeEnd(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("0\r\n\r\n")
    }
}
