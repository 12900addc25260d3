/// One match, and what its groups matched. Stands where Java has `java.util.regex.MatchResult`.
///
/// Offsets count UTF-8 bytes of the subject from 0 (Java counts UTF-16 code units).
public struct Match: Sendable {
    /// What was searched.
    public let subject: String
    /// The bytes of the whole match.
    public let range: Range<Int>
    /// Group 0, then the capturing groups in the order of their opening parentheses; nil for a group that took no part.
    public let groups: [Range<Int>?]
    let names: [String: Int]

    init(_ machine: borrowing Machine, subject: String, range: Range<Int>) {
        self.subject = subject
        self.range = range
        var groups: [Range<Int>?] = []
        groups.reserveCapacity(machine.program.captureCount + 1)
        for group in 0...machine.program.captureCount { groups.append(machine.range(ofGroup: group)) }
        self.groups = groups
        names = machine.program.groupNames
    }

    /// The text of the whole match.
    public var text: Substring { text(of: range) }

    /// The text of a group; nil if it took no part or does not exist.
    public subscript(group: Int) -> Substring? {
        groups.indices.contains(group) ? groups[group].map { text(of: $0) } : nil
    }

    /// The text of a named group; nil if it took no part or does not exist.
    public subscript(name: String) -> Substring? {
        names[name].flatMap { self[$0] }
    }

    /// The bytes of a named group; nil if it took no part or does not exist.
    public func range(named name: String) -> Range<Int>? {
        names[name].flatMap { groups[$0] }
    }

    private func text(of range: Range<Int>) -> Substring {
        let utf8 = subject.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        return subject[start..<utf8.index(start, offsetBy: range.count)]
    }
}
