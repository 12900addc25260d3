/// A parsed pattern, or a part of one, with the least and the greatest number of scalars it can match.
struct SyntaxNode: Sendable {
    indirect enum Kind: Sendable {
        case empty
        /// One scalar, matched exactly.
        case scalar(UInt32)
        /// One scalar of a set.
        case set(ScalarRule)
        /// `\R`: CR LF, or one line terminator.
        case lineBreak
        case assertion(Assertion)
        case backReference(group: Int, CaseRule)
        case sequence([SyntaxNode])
        case alternation([SyntaxNode])
        case capture(SyntaxNode, group: Int)
        case atomic(SyntaxNode)
        case look(SyntaxNode, ahead: Bool, negative: Bool)
        case repeated(SyntaxNode, min: Int, max: Int, Greed)
    }

    let kind: Kind
    let shortest: Int
    /// `unbounded` if there is no limit.
    let longest: Int

    static let unbounded = Int(Int32.max)

    static let empty = SyntaxNode(.empty, 0, 0)

    private init(_ kind: Kind, _ shortest: Int, _ longest: Int) {
        self.kind = kind
        self.shortest = shortest
        self.longest = longest
    }

    static func scalar(_ value: UInt32) -> SyntaxNode { SyntaxNode(.scalar(value), 1, 1) }
    static func set(_ rule: ScalarRule) -> SyntaxNode { SyntaxNode(.set(rule), 1, 1) }
    static let lineBreak = SyntaxNode(.lineBreak, 1, 2)
    static func assertion(_ assertion: Assertion) -> SyntaxNode { SyntaxNode(.assertion(assertion), 0, 0) }

    static func backReference(group: Int, _ rule: CaseRule) -> SyntaxNode {
        SyntaxNode(.backReference(group: group, rule), 0, unbounded)
    }

    static func sequence(_ parts: [SyntaxNode]) -> SyntaxNode {
        guard parts.count != 1 else { return parts[0] }
        guard !parts.isEmpty else { return .empty }
        return SyntaxNode(
            .sequence(parts),
            parts.reduce(0) { sum($0, $1.shortest) },
            parts.reduce(0) { sum($0, $1.longest) },
        )
    }

    static func alternation(_ branches: [SyntaxNode]) -> SyntaxNode {
        guard branches.count != 1 else { return branches[0] }
        return SyntaxNode(
            .alternation(branches),
            branches.reduce(unbounded) { min($0, $1.shortest) },
            branches.reduce(0) { max($0, $1.longest) },
        )
    }

    static func capture(_ body: SyntaxNode, group: Int) -> SyntaxNode {
        SyntaxNode(.capture(body, group: group), body.shortest, body.longest)
    }

    static func atomic(_ body: SyntaxNode) -> SyntaxNode {
        SyntaxNode(.atomic(body), body.shortest, body.longest)
    }

    static func look(_ body: SyntaxNode, ahead: Bool, negative: Bool) -> SyntaxNode {
        SyntaxNode(.look(body, ahead: ahead, negative: negative), 0, 0)
    }

    static func repeated(_ body: SyntaxNode, min: Int, max: Int, _ greed: Greed) -> SyntaxNode {
        var least = min
        var most = max
        if body.longest == 0 {
            // An iteration that consumes nothing ends its loop, so a body that never consumes runs once at most; and
            // Java forgets what a group captured in an iteration that was neither needed nor consumed anything.
            least = Swift.min(min, 1)
            most = body.isBareCapture && max > 1 ? least : Swift.min(max, 1)
        }
        return SyntaxNode(
            .repeated(body, min: least, max: most, greed),
            product(body.shortest, min),
            product(body.longest, max),
        )
    }

    /// A capturing group with nothing but assertions inside.
    private var isBareCapture: Bool {
        guard case .capture(let body, _) = kind else { return false }
        return body.isBare
    }

    private var isBare: Bool {
        switch kind {
        case .empty, .assertion: true
        case .sequence(let parts): parts.allSatisfy(\.isBare)
        case .repeated(let body, _, max: 0, _): body.longest == 1
        default: false
        }
    }

    private static func sum(_ first: Int, _ second: Int) -> Int {
        Swift.min(first + second, unbounded)
    }

    private static func product(_ length: Int, _ count: Int) -> Int {
        let (product, overflow) = length.multipliedReportingOverflow(by: count)
        return overflow ? unbounded : Swift.min(product, unbounded)
    }
}

/// How a repeat chooses its count.
enum Greed: Sendable {
    case greedy, lazy, possessive
}

/// Which scalars a case-insensitive comparison takes for equal.
enum CaseRule: Int32, Sendable {
    case exact, ascii, unicode
}

/// A condition on a position that consumes nothing.
enum Assertion: Int32, Sendable {
    /// `\A`, and `^` without MULTILINE.
    case start
    /// `^` under MULTILINE.
    case lineStart, unixLineStart
    /// `\z`.
    case end
    /// `\Z`, and `$` without MULTILINE.
    case endBeforeTerminator, unixEndBeforeTerminator
    /// `$` under MULTILINE.
    case lineEnd, unixLineEnd
    /// `\b` and `\B`.
    case wordBoundary, notWordBoundary
    /// `\b` and `\B` under UNICODE_CHARACTER_CLASS.
    case unicodeWordBoundary, notUnicodeWordBoundary
    /// `\G`.
    case lastMatchEnd
}
