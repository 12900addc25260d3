@preconcurrency import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Looks at the memory that the process holds, and says when it is so much that new requests should be refused, before
/// the system ends the process and all its requests with it.
///
/// ```swift
/// configuration.memoryPressure = MemoryPressure(limit: 512 << 20)
/// ```
///
/// What is resident counts, as the system tells it four times a second. Once the limit is reached, memory that has been
/// freed is given back to the system, and requests are taken again when a twentieth of the limit is free. Where the
/// system tells nothing (elsewhere than on Linux) it is never high.
public final class MemoryPressure: Sendable {
    /// In bytes.
    public let limit: Int
    private let high = Atomic<Bool>(false)
    private let timer: any DispatchSourceTimer
    private let onChange: @Sendable (Bool, Int) -> Void

    /// - Parameter onChange: told when the limit is reached and when there is room again, and how many bytes are held;
    ///   on a background queue.
    public init(limit: Int, onChange: @escaping @Sendable (Bool, Int) -> Void = { _, _ in }) {
        self.limit = max(limit, 1)
        self.onChange = onChange
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "headgate.memory", qos: .utility))
        timer.setEventHandler { [weak self] in self?.look(Self.residentBytes) }
        timer.schedule(deadline: .now(), repeating: .milliseconds(250), leeway: .milliseconds(50))
        timer.resume()
    }

    deinit { timer.cancel() }

    /// Whether new requests should be refused.
    @inline(__always)
    public var isHigh: Bool { high.load(ordering: .relaxed) }

    /// Judges one reading; nil is no reading.
    func look(_ resident: Int?) {
        guard let resident else { return }
        let wasHigh = isHigh
        let isHigh = resident >= (wasHigh ? limit - limit / 20 : limit)
        if isHigh { Self.giveBack() }
        guard isHigh != wasHigh else { return }
        high.store(isHigh, ordering: .relaxed)
        onChange(isHigh, resident)
    }

    /// What the allocator keeps for later counts as held until it is given back.
    private static func giveBack() {
        _ = trim?(0)
    }

    /// The GNU C library's `malloc_trim`, which no Swift module declares; nil with another library.
    private static let trim: (@convention(c) (Int) -> Int32)? = {
        guard let symbol = dlsym(nil, "malloc_trim") else { return nil }
        return unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    }()

    /// What the process holds in memory, in bytes.
    public static var residentBytes: Int? {
        let words = contents("/proc/self/statm").split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// The limit of the container that the process runs in (cgroup, version 2 or 1), in bytes; nil where there is none.
    public static var containerLimit: Int? {
        for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            let text = contents(path).prefix { $0 != "\n" }
            // Version 1 says "no limit" with a number that no machine has.
            if let bytes = Int(text), bytes > 0, bytes < 1 << 50 { return bytes }
        }
        return nil
    }

    private static func contents(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { memory in
            let count = read(file, memory.baseAddress, memory.count)
            return count > 0 ? String(decoding: memory[..<count], as: UTF8.self) : ""
        }
    }
}
