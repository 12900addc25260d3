@preconcurrency import Dispatch
import Headgate
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Notices changes of files and folders by looking at them again and again: works on every file
/// system, with editors that replace files, and with links that are moved from one version to the next.
package final class FileWatch: Sendable {
    private struct Stamp: Equatable {
        var modified: Int
        var modifiedNanoseconds: Int
        var size: Int
        var inode: UInt64

        var time: FileTime { FileTime(seconds: modified, nanoseconds: modifiedNanoseconds) }
    }

    private struct State {
        var paths: [String] = []
        var seen: [Stamp?] = []
        /// A change was seen that may go on: files are written piece by piece.
        var isUnsettled = false
    }

    private let state = Mutex(State())
    private let timer: any DispatchSourceTimer
    private let interval: Int

    /// - Parameters:
    ///   - milliseconds: how often to look. A change is told one look after it has stopped.
    ///   - changed: called on a queue of the watch's own.
    package init(every milliseconds: Int, changed: @escaping @Sendable () -> Void) {
        interval = milliseconds
        let queue = DispatchQueue(label: "headgate.watch", qos: .utility)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(
            deadline: .now() + .milliseconds(milliseconds),
            repeating: .milliseconds(milliseconds),
            leeway: .milliseconds(milliseconds / 4),
        )
        timer.setEventHandler { [weak self] in
            if self?.look() ?? false { changed() }
        }
    }

    package func start(_ paths: [String], readSince began: FileTime? = nil) {
        watch(paths, readSince: began)
        timer.resume()
    }

    /// Looks at these from now on.
    /// - Parameter began: when they began to be read. One that was changed after that may have been read before, and
    ///   counts as changed.
    func watch(_ paths: [String], readSince began: FileTime? = nil) {
        let stamps = paths.map(Self.stamp)
        let isUnsettled = began.map { began in stamps.contains { $0.map { $0.time >= began } ?? false } } ?? false
        state.withLock { $0 = State(paths: paths, seen: stamps, isUnsettled: isUnsettled) }
    }

    package func stop() {
        timer.cancel()
    }

    /// Whether something has changed and has been still for one look.
    private func look() -> Bool {
        let paths = state.withLock { $0.paths }
        let now = paths.map(Self.stamp)
        return state.withLock { state in
            guard state.paths == paths else { return false }
            defer { state.seen = now }
            if state.seen != now {
                state.isUnsettled = true
                return false
            }
            defer { state.isUnsettled = false }
            return state.isUnsettled
        }
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            modified: status.st_mtim.tv_sec,
            modifiedNanoseconds: status.st_mtim.tv_nsec,
            size: Int(status.st_size),
            inode: UInt64(status.st_ino),
        )
    }
}
