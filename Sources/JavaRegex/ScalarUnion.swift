/// Gathers the members of a class, and merges them once at the end: a class may be as long as a pattern.
struct ScalarUnion {
    private var ranges: [ClosedRange<UInt32>] = []
    private var folded: [ClosedRange<UInt32>] = []
    private var others: [ScalarRule] = []
    private(set) var isEmpty = true

    /// Rules that must be asked one after the other.
    var partCount: Int { others.count }

    mutating func add(_ rule: ScalarRule) {
        isEmpty = false
        switch rule {
        case .ranges(let more): ranges += more.bounds
        case .folded(let more): folded += more.bounds
        case .any(let rules): rules.forEach { add($0) }
        case .property(let property):
            let isKnown = others.contains {
                if case .property(property) = $0 { true } else { false }
            }
            if !isKnown { others.append(rule) }
        case .not, .both: others.append(rule)
        }
    }

    /// The union; nil if nothing was added.
    var rule: ScalarRule? {
        guard !isEmpty else { return nil }
        var rules = others
        if !folded.isEmpty { rules.insert(.folded(ScalarRanges(folded)), at: 0) }
        if !ranges.isEmpty || rules.isEmpty { rules.insert(.ranges(ScalarRanges(ranges)), at: 0) }
        return rules.count == 1 ? rules[0] : .any(rules)
    }
}
