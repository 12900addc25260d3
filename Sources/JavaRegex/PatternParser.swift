/// Reads `java.util.regex.Pattern`'s syntax into a tree.
struct PatternParser {
    var scanner: PatternScanner
    /// Capturing groups opened so far.
    var captureCount = 0
    var groupNames: [String: Int] = [:]
    var hasBackReference = false
    private var depth = 0

    /// Groups and classes may be nested this deep.
    static let deepest = 200
    /// A class may have this many parts that are not mere ranges.
    static let mostClassParts = 256
    /// A pattern may have this many bytes.
    static let longestPattern = 64 << 10

    init(_ source: String, flags: Pattern.Flags) {
        scanner = PatternScanner(source, flags: flags)
    }

    var flags: Pattern.Flags { scanner.flags }

    mutating func parse() throws(PatternError) -> SyntaxNode {
        if flags.contains(.literal) {
            return .sequence((0..<scanner.count).map { literal(scanner[$0]) })
        }
        let node = try alternation()
        if !scanner.isAtEnd {
            throw scanner.error("unmatched ')', expected the end of the pattern", suggestion: "'\\)'")
        }
        return node
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(
        _ body: (inout PatternParser) throws(PatternError) -> Result
    ) throws(PatternError) -> Result {
        depth += 1
        guard depth <= Self.deepest else {
            throw scanner.error("groups or classes are nested more than \(Self.deepest) deep")
        }
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func alternation() throws(PatternError) -> SyntaxNode {
        var branches = [try sequence()]
        while scanner.peek() == "|" {
            _ = scanner.next()
            branches.append(try sequence())
        }
        return .alternation(branches)
    }

    private mutating func sequence() throws(PatternError) -> SyntaxNode {
        var parts: [SyntaxNode] = []
        while true {
            let scalar = scanner.peek()
            if scanner.isAtEnd || scalar == "|" || scalar == ")" { return .sequence(parts) }
            guard let atom = try atom(scalar) else { continue }
            parts.append(try quantified(atom))
        }
    }

    /// One atom; nil for a group that only sets flags, such as `(?i)`.
    private mutating func atom(_ scalar: UInt32) throws(PatternError) -> SyntaxNode? {
        switch scalar {
        case "(":
            return try group()
        case "[":
            let rule = try nested { (parser: inout PatternParser) throws(PatternError) in
                try parser.characterClass(closing: true)
            }
            return .set(try bounded(rule))
        case "\\":
            return try escapedAtom()
        case "^":
            scanner.cursor += 1
            guard flags.contains(.multiline) else { return .assertion(.start) }
            return .assertion(flags.contains(.unixLines) ? .unixLineStart : .lineStart)
        case "$":
            scanner.cursor += 1
            return .assertion(dollar)
        case ".":
            scanner.cursor += 1
            if flags.contains(.dotAll) { return .set(ScalarClasses.everything) }
            if flags.contains(.unixLines) { return .set(ScalarRule.scalars(0x0A).negated) }
            return .set(ScalarClasses.lineTerminator.negated)
        case "*", "+", "?":
            let shown = character(scalar)
            throw scanner.error("nothing before '\(shown)' to repeat", suggestion: "'\\\(shown)'")
        case "{":
            // Java reads a repeat with nothing (or with another repeat) before it as a repeat of nothing.
            return .empty
        default:
            scanner.cursor += 1
            return literal(scalar)
        }
    }

    private var dollar: Assertion {
        switch (flags.contains(.multiline), flags.contains(.unixLines)) {
        case (true, false): .lineEnd
        case (true, true): .unixLineEnd
        case (false, false): .endBeforeTerminator
        case (false, true): .unixEndBeforeTerminator
        }
    }

    /// One scalar under the flags for case.
    func literal(_ scalar: UInt32) -> SyntaxNode {
        let rule = scalarRule(scalar...scalar)
        if case .ranges(let ranges) = rule, ranges.bounds == [scalar...scalar] { return .scalar(scalar) }
        return .set(rule)
    }

    /// A range under the flags for case.
    func scalarRule(_ range: ClosedRange<UInt32>) -> ScalarRule {
        switch caseRule {
        case .exact:
            return .ranges(ScalarRanges([range]))
        case .ascii:
            var ranges = [range]
            for (letters, other) in [(UInt32(0x41)...0x5A, UInt32(0x61)), (0x61...0x7A, 0x41)]
            where range.overlaps(letters) {
                let shared = range.clamped(to: letters)
                let first = other + (shared.lowerBound - letters.lowerBound)
                ranges.append(first...(first + (shared.upperBound - shared.lowerBound)))
            }
            return .ranges(ScalarRanges(ranges))
        case .unicode:
            guard range.count == 1 else { return .folded(ScalarRanges([range])) }
            let folded = CaseMapping.folded(range.lowerBound)
            let upper = CaseMapping.upper(range.lowerBound)
            if range.lowerBound >= 0x80, folded == upper, folded == range.lowerBound {
                return .ranges(ScalarRanges([range]))
            }
            return .folded(ScalarRanges([folded...folded, range]))
        }
    }

    var caseRule: CaseRule {
        guard flags.contains(.caseInsensitive) else { return .exact }
        return flags.contains(.unicodeCase) ? .unicode : .ascii
    }

    /// A class is refused when asking it would cost as much as a pattern of its own.
    func bounded(_ rule: ScalarRule) throws(PatternError) -> ScalarRule {
        guard rule.weight <= Self.mostClassParts else { throw scanner.error("character class has too many parts") }
        return rule
    }

    // MARK: Quantifiers

    private mutating func quantified(_ atom: SyntaxNode) throws(PatternError) -> SyntaxNode {
        let bounds: (min: Int, max: Int)
        switch scanner.peek() {
        case "?": bounds = (0, 1)
        case "*": bounds = (0, SyntaxNode.unbounded)
        case "+": bounds = (1, SyntaxNode.unbounded)
        case "{":
            bounds = try countedBounds()
            return .repeated(atom, min: bounds.min, max: bounds.max, greed(of: scanner.peek()))
        default: return atom
        }
        return .repeated(atom, min: bounds.min, max: bounds.max, greed(of: scanner.next()))
    }

    private mutating func greed(of scalar: UInt32) -> Greed {
        guard scalar == "?" || scalar == "+" else { return .greedy }
        scanner.cursor += 1
        return scalar == "?" ? .lazy : .possessive
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    private mutating func countedBounds() throws(PatternError) -> (min: Int, max: Int) {
        let start = scanner.cursor
        guard isDigit(scanner[start + 1]) else {
            throw scanner.error(
                "'{' is not followed by a count, expected '{n}', '{n,}' or '{n,m}'",
                suggestion: "'\\{'",
            )
        }
        var scalar = scanner.skip()
        let least = try number(from: &scalar)
        var most = least
        if scalar == "," {
            scalar = scanner.read()
            most = scalar == "}" ? SyntaxNode.unbounded : try number(from: &scalar)
        }
        guard scalar == "}" else {
            throw scanner.error("unclosed count, expected '}'", at: min(scanner.cursor - 1, scanner.count))
        }
        guard least <= most else {
            throw scanner.error("the count's minimum \(least) is more than its maximum \(most)", at: start)
        }
        return (least, most)
    }

    private mutating func number(from scalar: inout UInt32) throws(PatternError) -> Int {
        var value = 0
        while isDigit(scalar) {
            value = value * 10 + Int(scalar - 0x30)
            guard value <= SyntaxNode.unbounded else {
                throw scanner.error("count is more than \(SyntaxNode.unbounded)", at: scanner.cursor - 1)
            }
            scalar = scanner.read()
        }
        return value
    }

    // MARK: Groups

    private mutating func group() throws(PatternError) -> SyntaxNode? {
        let start = scanner.cursor
        let saved = flags
        let node: SyntaxNode
        if scanner.next() == "?" {
            let kind = scanner.skip()
            switch kind {
            case ":": node = try body(from: start)
            case "=": node = .look(try body(from: start), ahead: true, negative: false)
            case "!": node = .look(try body(from: start), ahead: true, negative: true)
            case ">": node = .atomic(try body(from: start))
            case "<": node = try namedOrBehind(start: start)
            default:
                scanner.cursor -= 1
                try inlineFlags()
                let end = scanner.read()
                if end == ")" { return nil }
                guard end == ":" else {
                    throw scanner.error(
                        "'(?' is not followed by a group type or a flag, "
                            + "expected ':', '=', '!', '>', '<' or one of 'idmsuxU'",
                        at: scanner.cursor - 1,
                    )
                }
                node = try body(from: start)
            }
        } else {
            captureCount += 1
            let index = captureCount
            node = .capture(try body(from: start), group: index)
        }
        scanner.flags = saved
        return node
    }

    /// The inside of a group and its `)`.
    private mutating func body(from start: Int) throws(PatternError) -> SyntaxNode {
        let node = try nested { (parser: inout PatternParser) throws(PatternError) in try parser.alternation() }
        guard scanner.read() == ")" else {
            throw scanner.error("unclosed group, expected ')'", at: start)
        }
        return node
    }

    private mutating func namedOrBehind(start: Int) throws(PatternError) -> SyntaxNode {
        let scalar = scanner.read()
        if scalar == "=" || scalar == "!" {
            let inside = try body(from: start)
            return .look(inside, ahead: false, negative: scalar == "!")
        }
        let nameStart = scanner.cursor - 1
        let name = try groupName(first: scalar)
        guard groupNames[name] == nil else {
            throw scanner.error("group name '\(name)' is used twice", at: nameStart)
        }
        captureCount += 1
        let index = captureCount
        groupNames[name] = index
        return .capture(try body(from: start), group: index)
    }

    /// A group's name and the `>` behind it.
    mutating func groupName(first: UInt32) throws(PatternError) -> String {
        guard isLetter(first) else {
            throw scanner.error("group name must begin with an ASCII letter", at: scanner.cursor - 1)
        }
        var name = String.UnicodeScalarView()
        var scalar = first
        while isLetter(scalar) || isDigit(scalar) {
            if let value = Unicode.Scalar(scalar) { name.append(value) }
            scalar = scanner.read()
        }
        guard scalar == ">" else {
            throw scanner.error("unclosed group name, expected '>'", at: scanner.cursor - 1)
        }
        return String(name)
    }

    private mutating func inlineFlags() throws(PatternError) {
        var adds = true
        var scalar = scanner.peek()
        while true {
            switch scalar {
            case "-" where adds: adds = false
            case "c": throw scanner.error("canonical equivalence '(?c)' is not supported")
            default:
                guard let flag = Pattern.Flags(inline: scalar) else { return }
                if adds {
                    scanner.flags.insert(flag)
                } else {
                    scanner.flags.subtract(flag)
                }
            }
            scalar = scanner.next()
        }
    }
}

func isDigit(_ scalar: UInt32) -> Bool { scalar >= 0x30 && scalar <= 0x39 }

func isLetter(_ scalar: UInt32) -> Bool { (scalar | 0x20) >= 0x61 && (scalar | 0x20) <= 0x7A }

/// A scalar as it is shown in a message.
func character(_ value: UInt32) -> String {
    guard value >= 0x20, value != 0x7F, let scalar = Unicode.Scalar(value) else {
        return "U+" + String(value, radix: 16, uppercase: true)
    }
    return String(Character(scalar))
}

/// Lets the parser compare scalar values with literals.
func == (value: UInt32, scalar: Unicode.Scalar) -> Bool { value == scalar.value }
func != (value: UInt32, scalar: Unicode.Scalar) -> Bool { value != scalar.value }
func ~= (scalar: Unicode.Scalar, value: UInt32) -> Bool { scalar.value == value }
