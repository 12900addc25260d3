#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Time, injected so that tests can hold it.
public protocol GatewayClock: Sendable {
    /// Milliseconds since 1970, UTC.
    func epochMilliseconds() -> Int64
    /// Microseconds since some fixed moment; never goes back.
    func monotonicMicroseconds() -> Int64
}

/// The operating system's clocks.
public struct SystemClock: GatewayClock {
    /// A clock without state; copies read the same time.
    public init() {}

    /// `CLOCK_REALTIME`, which may be set back.
    public func epochMilliseconds() -> Int64 {
        Self.read(CLOCK_REALTIME, unitsPerSecond: 1000)
    }

    /// `CLOCK_MONOTONIC`.
    public func monotonicMicroseconds() -> Int64 {
        Self.read(CLOCK_MONOTONIC, unitsPerSecond: 1_000_000)
    }

    private static func read(_ clock: clockid_t, unitsPerSecond: Int64) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * unitsPerSecond + Int64(time.tv_nsec) / (1_000_000_000 / unitsPerSecond)
    }
}
