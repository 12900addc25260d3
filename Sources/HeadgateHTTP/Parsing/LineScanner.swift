#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds the lines of a head, which end with CRLF; LF alone is refused. What was searched once is not
/// searched again when more bytes come, so that a peer that sends byte by byte costs no more.
struct LineScanner: Sendable {
    private var searched = 0

    /// The line that starts at `start`, without its CRLF, or nil while it is not complete.
    @inline(__always)
    mutating func line(
        in bytes: UnsafeRawBufferPointer,
        from start: Int,
    ) throws(MessageError) -> UnsafeRawBufferPointer? {
        let from = start + searched
        guard from < bytes.count, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + from, 0x0A, bytes.count - from) else {
            searched = bytes.count - start
            return nil
        }
        searched = 0
        let end = UnsafeRawPointer(found) - base
        guard end > start, bytes[end - 1] == 0x0D else { throw .bareLineFeed }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end - 1])
    }
}
