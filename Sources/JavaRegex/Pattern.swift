/// A compiled regular expression with the syntax and the meaning of Java's `java.util.regex.Pattern` (Java 17), and
/// with bounds on the work that matching may take.
///
/// Patterns are immutable and may be shared by any number of threads.
public struct Pattern: Sendable {
    /// The text the pattern was compiled from.
    public let source: String
    /// The flags the pattern was compiled with. Flags set inside, such as `(?i)`, do not show here.
    public let flags: Flags
    let program: Program

    /// Compiles a pattern.
    /// - Parameters:
    ///   - pattern: the regular expression, at most 64 KiB.
    ///   - flags: as if `(?…)` stood before it.
    /// - Throws: ``PatternError`` for what Java refuses too, for what is not supported, and for patterns too large.
    public init(_ pattern: String, flags: Flags = []) throws(PatternError) {
        let implied = flags.contains(.unicodeCharacterClass) ? flags.union(.unicodeCase) : flags
        source = pattern
        self.flags = flags
        program = try PatternCompiler.compile(pattern, flags: implied)
    }

    /// How many capturing groups the pattern has; group 0, the whole match, does not count.
    public var captureCount: Int { program.captureCount }

    /// The number of instructions it was compiled to: a measure of what compiling took and of the memory it holds.
    public var instructionCount: Int { program.code.count }

    /// The capturing groups that have a name, with their numbers.
    public var groupNames: [String: Int] { program.groupNames }

    /// A pattern that matches `text` and nothing else: Java's `Pattern.quote`.
    public static func quote(_ text: String) -> String {
        var quoted: [UInt8] = Array("\\Q".utf8)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            // An \E within would end the quotation: it is put between two quotations.
            if previous == UInt8(ascii: "\\"), byte == UInt8(ascii: "E") {
                quoted.append(byte)
                quoted += "\\\\E\\Q".utf8
                previous = 0
            } else {
                quoted.append(byte)
                previous = byte
            }
        }
        quoted += "\\E".utf8
        return String(decoding: quoted, as: UTF8.self)
    }

    /// Whether the whole subject matches: Java's `Matcher.matches`.
    /// - Throws: ``MatchError`` if the match was given up.
    public func matches(_ subject: String, limits: MatchLimits = .standard) throws(MatchError) -> Bool {
        var subject = subject
        return try matches(outcome: subject.withUTF8 { wholeOutcome($0, limits) })
    }

    /// Whether all of the bytes match as a whole. Each byte that belongs to no well-formed UTF-8 sequence counts as
    /// U+FFFD.
    /// - Throws: ``MatchError`` if the match was given up.
    public func matches(
        utf8 bytes: UnsafeBufferPointer<UInt8>,
        limits: MatchLimits = .standard,
    ) throws(MatchError) -> Bool {
        try matches(outcome: wholeOutcome(bytes, limits))
    }

    /// Whether all of the bytes match as a whole. Each byte that belongs to no well-formed UTF-8 sequence counts as
    /// U+FFFD.
    /// - Throws: ``MatchError`` if the match was given up.
    public func matches(utf8 bytes: [UInt8], limits: MatchLimits = .standard) throws(MatchError) -> Bool {
        try matches(outcome: bytes.withUnsafeBufferPointer { wholeOutcome($0, limits) })
    }

    /// The match of the whole subject with its groups; nil if it does not match.
    /// - Throws: ``MatchError`` if the match was given up.
    public func wholeMatch(in subject: String, limits: MatchLimits = .standard) throws(MatchError) -> Match? {
        try match(in: subject, limits) { machine in machine.match(at: 0, whole: true) }
    }

    /// The match at the start of the subject, however far it goes: Java's `Matcher.lookingAt`.
    /// - Throws: ``MatchError`` if the match was given up.
    public func lookingAt(_ subject: String, limits: MatchLimits = .standard) throws(MatchError) -> Match? {
        try match(in: subject, limits) { machine in machine.match(at: 0, whole: false) }
    }

    /// The first match anywhere: Java's `Matcher.find`.
    /// - Parameter offset: where to begin, in UTF-8 bytes; `\G` holds there. What lies before is seen by look-behind.
    /// - Throws: ``MatchError`` if the match was given up.
    public func firstMatch(
        in subject: String,
        from offset: Int = 0,
        limits: MatchLimits = .standard,
    ) throws(MatchError) -> Match? {
        guard offset >= 0, offset <= subject.utf8.count else { return nil }
        return try match(in: subject, limits) { machine in
            machine.lastMatchEnd = offset
            return machine.search(from: offset)
        }
    }

    /// All matches from left to right, as a loop over Java's `Matcher.find` gives them. The limits hold for all
    /// together.
    /// - Parameter limit: the most matches to return.
    /// - Throws: ``MatchError`` if the match was given up.
    public func allMatches(
        in subject: String,
        limit: Int = .max,
        limits: MatchLimits = .standard,
    ) throws(MatchError) -> [Match] {
        var matches: [Match] = []
        guard limit > 0 else { return matches }
        try forEachMatch(in: subject, limits) { machine, range, _ in
            matches.append(Match(machine, subject: subject, range: range))
            return matches.count < limit
        }
        return matches
    }

    // MARK: Machinery

    /// Calls `body` for every match until it returns false. The buffer holds the subject's bytes.
    func forEachMatch(
        in subject: String,
        _ limits: MatchLimits,
        _ body: (inout Machine, Range<Int>, UnsafeBufferPointer<UInt8>) -> Bool,
    ) throws(MatchError) {
        var subject = subject
        let outcome = subject.withUTF8 { bytes -> Machine.Outcome? in
            guard bytes.count < Int32.max else { return nil }
            return Machine.with(program, bytes, limits) { machine in
                var position = 0
                while position <= bytes.count {
                    let outcome = machine.search(from: position)
                    guard case .matched(let end) = outcome else { return outcome }
                    let start = machine.range(ofGroup: 0)?.lowerBound ?? end
                    guard body(&machine, start..<end, bytes) else { return .failed }
                    // An empty match must not be found again.
                    position = end > start ? end : bytes.scalarEnd(end)
                    machine.lastMatchEnd = end
                }
                return .failed
            }
        }
        _ = try matches(outcome: outcome)
    }

    private func match(
        in subject: String,
        _ limits: MatchLimits,
        _ body: (inout Machine) -> Machine.Outcome,
    ) throws(MatchError) -> Match? {
        var copy = subject
        var match: Match?
        let outcome = copy.withUTF8 { bytes -> Machine.Outcome? in
            guard bytes.count < Int32.max else { return nil }
            return Machine.with(program, bytes, limits) { machine in
                let outcome = body(&machine)
                if case .matched = outcome, let range = machine.range(ofGroup: 0) {
                    match = Match(machine, subject: subject, range: range)
                }
                return outcome
            }
        }
        return try matches(outcome: outcome) ? match : nil
    }

    private func wholeOutcome(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: MatchLimits) -> Machine.Outcome? {
        guard bytes.count < Int32.max else { return nil }
        return Machine.with(program, bytes, limits) { machine in machine.match(at: 0, whole: true) }
    }

    /// Whether the outcome is a match; nil stands for a subject too long.
    private func matches(outcome: Machine.Outcome?) throws(MatchError) -> Bool {
        switch outcome {
        case .matched: return true
        case .failed: return false
        case .tooManySteps: throw .tooManySteps
        case .tooManyChoices: throw .tooManyChoices
        case nil: throw .subjectTooLong
        }
    }
}
