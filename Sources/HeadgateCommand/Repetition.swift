#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Work done many times over to see what it costs, for `--repeat`.
///
/// What is measured is the CPU time of the thread that does it: unlike the time on the clock it says the same on
/// a machine that is busy with something else.
enum Repetition {
    /// Does the work `count` times, after a tenth of that to warm up, and prints a line of `name=value` fields.
    /// - Parameters:
    ///   - unit: what one round is called, in the plural.
    ///   - bytes: how many bytes of input one round reads.
    static func report(_ count: Int, _ unit: String, bytes: Int, _ work: () throws -> Void) rethrows {
        for _ in 0..<count / 10 { try work() }
        let start = processorTime()
        for _ in 0..<count { try work() }
        let each = (processorTime() - start) / Double(count)
        let fields = [
            "\(unit)=\(count)", "cpu_us=\(rounded(each * 1e6, 3))", "per_second=\(rounded(1 / each, 1))",
            "input_bytes=\(bytes)", "mb_per_second=\(rounded(Double(bytes) / each / 1e6, 1))",
        ]
        Terminal.line(fields.joined(separator: " "))
    }

    /// Seconds of CPU time that this thread has taken.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func rounded(_ value: Double, _ digits: Int) -> Double {
        let scale = pow(10, Double(digits))
        return (value * scale).rounded() / scale
    }
}
