import JavaRegex
import Synchronization

/// Which of the statuses 100…599 match a pattern, found out once for each pattern of a process: the
/// same few patterns stand in nearly every pipeline.
struct StatusSet: Sendable, Equatable {
    static let statuses = 100...599
    private var words = [UInt64](repeating: 0, count: 8)

    private static let known = Mutex<[String: StatusSet]>([:])
    /// More than any set of pipelines has; beyond it, sets are worked out anew.
    private static let maximumKnown = 4096

    /// The statuses whose three digits match the whole pattern.
    init(matching pattern: Pattern) {
        if let known = Self.known.withLock({ $0[pattern.source] }) {
            self = known
            return
        }
        for status in Self.statuses where (try? pattern.matches(String(status))) == true { insert(status) }
        let found = self
        Self.known.withLock { known in
            if known.count < Self.maximumKnown { known[pattern.source] = found }
        }
    }

    private mutating func insert(_ status: Int) {
        let bit = status - Self.statuses.lowerBound
        words[bit / 64] |= 1 << UInt64(bit % 64)
    }

    func contains(_ status: Int) -> Bool {
        guard Self.statuses.contains(status) else { return false }
        let bit = status - Self.statuses.lowerBound
        return words[bit / 64] & 1 << UInt64(bit % 64) != 0
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
}
