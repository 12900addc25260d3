import Synchronization

/// The files that stages read while they were built (scripts, certificates), so that a change of one
/// of them reloads the pipelines. A service: a stage finds it in its build's ``StageServices``, if it
/// is there, and adds what it opens, also where opening fails.
public final class ConsultedFiles: Sendable {
    private let paths = Mutex<Set<String>>([])

    /// No files yet. One is made for each build of a set of pipelines.
    public init() {}

    /// - Parameter path: absolute, or relative to the working directory.
    public func add(_ path: String) {
        paths.withLock { _ = $0.insert(path) }
    }

    /// Sorted, each once.
    public var all: [String] {
        paths.withLock { $0.sorted() }
    }
}
