#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Memory in large blocks, which payloads of megabytes need.
enum LargeBlocks {
    /// From this size on, in bytes, a block is the system's own and goes back to it as soon as it is freed.
    private static let size = 1 << 20
    /// `M_MMAP_THRESHOLD` of `malloc.h`.
    private static let mapThreshold: Int32 = -3

    /// The GNU C library begins like that, and takes ever larger blocks from its heap once it has met one: a single
    /// large request would make the process larger for good. Other libraries have no such setting.
    static func giveBackWhenFreed() {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
        _ = mallopt(mapThreshold, Int32(size))
    }
}
