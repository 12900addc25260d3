/// A set of Unicode scalars, ready to be asked: a bitmap for ASCII, and a rule for everything beyond.
struct ScalarSet: Sendable {
    /// What holds of scalars from U+0080 on.
    enum Beyond: Sendable {
        case none
        case all
        case rule(ScalarRule)
    }

    let low: UInt64
    let high: UInt64
    let beyond: Beyond

    init(_ rule: ScalarRule) {
        var low: UInt64 = 0
        var high: UInt64 = 0
        for value: UInt32 in 0..<64 {
            if rule.contains(value) { low |= 1 << UInt64(value) }
            if rule.contains(value + 64) { high |= 1 << UInt64(value) }
        }
        self.low = low
        self.high = high
        guard case .ranges(let ranges) = rule else {
            beyond = .rule(rule)
            return
        }
        if (ranges.bounds.last?.upperBound ?? 0) < 0x80 {
            beyond = .none
        } else if ranges.containsAll(from: 0x80) {
            beyond = .all
        } else {
            beyond = .rule(rule)
        }
    }

    @inline(__always)
    func containsASCII(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return (word >> UInt64(byte & 63)) & 1 != 0
    }

    @inline(__always)
    func containsBeyond(_ scalar: UInt32) -> Bool {
        switch beyond {
        case .none: false
        case .all: true
        case .rule(let rule): rule.contains(scalar)
        }
    }
}

/// Sorted, disjoint, non-adjacent ranges of Unicode scalar values.
struct ScalarRanges: Hashable, Sendable {
    private(set) var bounds: [ClosedRange<UInt32>]

    static let largest: UInt32 = 0x10FFFF

    /// Sorts and merges `unsorted`.
    init(_ unsorted: [ClosedRange<UInt32>]) {
        bounds = []
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = bounds.last, range.lowerBound <= last.upperBound &+ 1 else {
                bounds.append(range)
                continue
            }
            bounds[bounds.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        }
    }

    /// Ranges from a flat table of lower and upper bounds in turn.
    init(flat: [UInt32]) {
        var unsorted: [ClosedRange<UInt32>] = []
        var index = 0
        while index + 1 < flat.count {
            unsorted.append(flat[index]...flat[index + 1])
            index += 2
        }
        self.init(unsorted)
    }

    func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle].upperBound < scalar {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < bounds.count && bounds[low].lowerBound <= scalar
    }

    func containsAll(from first: UInt32) -> Bool {
        guard let last = bounds.last else { return false }
        return last.lowerBound <= first && last.upperBound == Self.largest
    }

    var complement: ScalarRanges {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in bounds {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.largest { result.append(next...Self.largest) }
        return ScalarRanges(result)
    }
}

/// A rule that tells which scalars belong to a class. What can be told by ranges alone always is `.ranges`.
indirect enum ScalarRule: Hashable, Sendable {
    case ranges(ScalarRanges)
    /// Ranges under CASE_INSENSITIVE and UNICODE_CASE: the scalar, or one of its cases, is in them.
    case folded(ScalarRanges)
    case property(UnicodeProperty)
    case not(ScalarRule)
    case any([ScalarRule])
    case both(ScalarRule, ScalarRule)

    func contains(_ scalar: UInt32) -> Bool {
        switch self {
        case .ranges(let ranges):
            return ranges.contains(scalar)
        case .folded(let ranges):
            if ranges.contains(scalar) { return true }
            let upper = CaseMapping.upper(scalar)
            return ranges.contains(upper) || ranges.contains(CaseMapping.lower(upper))
        case .property(let property):
            return property.contains(scalar)
        case .not(let rule):
            return !rule.contains(scalar)
        case .any(let rules):
            return rules.contains { $0.contains(scalar) }
        case .both(let first, let second):
            return first.contains(scalar) && second.contains(scalar)
        }
    }

    static let nothing = ScalarRule.ranges(ScalarRanges([]))

    static func scalars(_ values: UInt32...) -> ScalarRule {
        .ranges(ScalarRanges(values.map { $0...$0 }))
    }

    static func flat(_ table: UInt32...) -> ScalarRule {
        .ranges(ScalarRanges(flat: table))
    }

    var negated: ScalarRule {
        switch self {
        case .ranges(let ranges): .ranges(ranges.complement)
        case .not(let rule): rule
        default: .not(self)
        }
    }

    func union(_ other: ScalarRule) -> ScalarRule {
        var union = ScalarUnion()
        union.add(self)
        union.add(other)
        return union.rule ?? .nothing
    }

    func intersection(_ other: ScalarRule) -> ScalarRule {
        if case .ranges(let first) = self, case .ranges(let second) = other {
            let outside = ScalarRanges(first.complement.bounds + second.complement.bounds)
            return .ranges(outside.complement)
        }
        return .both(self, other)
    }

    /// How many rules must be asked at worst.
    var weight: Int {
        switch self {
        case .ranges, .folded, .property: 1
        case .not(let rule): rule.weight
        case .any(let rules): rules.reduce(0) { $0 + $1.weight }
        case .both(let first, let second): first.weight + second.weight
        }
    }
}
