#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many clients a loop takes, so that descriptors are left for backends, files and logs.
enum ConnectionLimit {
    private static let reserve = 64

    static func perLoop(_ configured: Int?, loops: Int) -> Int {
        if let configured { return configured }
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return 512 }
        let descriptors = Int(clamping: limit.rlim_cur)
        return max((min(descriptors, 1 << 20) - reserve) / 2 / max(loops, 1), 16)
    }
}
