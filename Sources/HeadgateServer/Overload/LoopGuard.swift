import Headgate
import Synchronization

/// Finds pipelines that call the gateway itself, directly or by way of each other, before they take every connection
/// that there is.
///
/// A call keeps the `Root` of the trace that it belongs to, so a loop shows as many requests under way with one root, all
/// from this machine. Others may have many with one root as well, when a job is done in many parts; they come from
/// elsewhere, and are left alone.
final class LoopGuard: Sendable {
    /// Requests under way with one root; more is a loop.
    static let longest = 50

    private let roots = Mutex<[Substring: Int]>([:])

    /// Counts a request until what is returned is released; nil when it is one too many.
    func enter(trace header: String) -> AnyObject? {
        guard let part = header.split(separator: ";").first(where: { $0.hasPrefix("Root=") }) else {
            return Hop(nil, "")
        }
        let root = part.prefix(128)
        let count = roots.withLock { roots in
            roots[root, default: 0] += 1
            return roots[root] ?? 0
        }
        let hop = Hop(self, root)
        return count > Self.longest ? nil : hop
    }

    private final class Hop: Sendable {
        private let owner: LoopGuard?
        private let root: Substring

        init(_ owner: LoopGuard?, _ root: Substring) {
            self.owner = owner
            self.root = root
        }

        deinit {
            owner?.roots.withLock { roots in
                let left = (roots[root] ?? 1) - 1
                roots[root] = left > 0 ? left : nil
            }
        }
    }
}

extension GatewayFailure {
    /// RFC 5842 section 7.2.
    static let loop = GatewayFailure(
        .default5XX,
        status: 508,
        message: "Loop Detected",
        cause: "the gateway calls itself: \(LoopGuard.longest) requests of one trace are under way",
        reason: "loop",
    )
}
