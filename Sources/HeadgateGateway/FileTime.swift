#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A moment by the clock that dates changes of files.
package struct FileTime: Comparable, Sendable {
    var seconds: Int
    var nanoseconds: Int

    /// Now. File systems use the time of the kernel's last tick, which may be some milliseconds ago: a finer clock would
    /// make a file look older than what began before it was changed.
    package static func now() -> FileTime {
        var time = timespec()
        #if canImport(Darwin)
        clock_gettime(CLOCK_REALTIME, &time)
        #else
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        #endif
        return FileTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    package static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
