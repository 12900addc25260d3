import JavaRegex

/// Compiled patterns of one rendering. A pattern in a loop is compiled once.
struct PatternCache {
    private var patterns: [[UInt8]: Pattern] = [:]
    /// Counts the steps of matching.
    private(set) lazy var steps = StepCounter()

    /// - Parameter work: what compiling took, in instructions; nothing if the pattern was there.
    mutating func pattern(_ source: [UInt8], work: inout Int) throws(PatternError) -> Pattern {
        if let pattern = patterns[source] { return pattern }
        let pattern = try Pattern(String(decoding: source, as: UTF8.self))
        if patterns.count >= 16 { patterns = [:] }
        patterns[source] = pattern
        work = pattern.instructionCount
        return pattern
    }
}

/// The methods of strings that take regular expressions.
extension Renderer {
    private mutating func pattern(_ source: [UInt8]) throws(Interruption) -> Pattern {
        try spend(4 + source.count >> 4)
        var work = 0
        let pattern: Pattern
        do throws(PatternError) {
            pattern = try patterns.pattern(source, work: &work)
        } catch {
            throw fail(.method, "java.util.regex.PatternSyntaxException: \(error)")
        }
        // Compiling an instruction takes as long as ten units of other work.
        try spend(10 * work)
        return pattern
    }

    /// Matches within what is left of the budget, and takes off it what that took: eight steps for one unit.
    private mutating func match<Result>(
        _ body: (MatchLimits) throws(MatchError) -> Result
    ) throws(Interruption) -> Result {
        let counter = patterns.steps
        let limits = MatchLimits(
            steps: max(1_000, budget * 8),
            stepsPerByte: 0,
            outputBytes: limits.outputBytes,
            counter: counter,
        )
        do throws(MatchError) {
            let result = try body(limits)
            budget &-= counter.take() >> 3
            return result
        } catch {
            budget &-= counter.take() >> 3
            let reason: TemplateRenderError.Reason = error.code == .badReplacement ? .method : .limit
            throw fail(reason, "regular expression: \(error)")
        }
    }

    mutating func matches(_ text: [UInt8], _ source: [UInt8]) throws(Interruption) -> Bool {
        let pattern = try pattern(source)
        try spend(text.count >> 4)
        return try match { limits throws(MatchError) in try pattern.matches(utf8: text, limits: limits) }
    }

    mutating func replacePattern(
        _ text: [UInt8],
        _ source: [UInt8],
        _ replacement: [UInt8],
        all: Bool,
    ) throws(Interruption) -> [UInt8] {
        let pattern = try pattern(source)
        try spend(text.count >> 3)
        let subject = String(decoding: text, as: UTF8.self)
        let template = String(decoding: replacement, as: UTF8.self)
        let result = try match { limits throws(MatchError) in
            all
                ? try pattern.replaceAll(in: subject, with: template, limits: limits)
                : try pattern.replaceFirst(in: subject, with: template, limits: limits)
        }
        try spend(bytes: result.utf8.count)
        return Array(result.utf8)
    }

    mutating func split(_ text: [UInt8], _ source: [UInt8], limit: Int) throws(Interruption) -> Value {
        let pattern = try pattern(source)
        try spend(text.count >> 3)
        let subject = String(decoding: text, as: UTF8.self)
        let parts = try match { limits throws(MatchError) in
            try pattern.split(subject, limit: limit, limits: limits)
        }
        try spend(parts.count)
        guard parts.count <= limits.listElements else {
            throw fail(.limit, "split() gives \(parts.count) parts; at most \(limits.listElements) are possible")
        }
        return .list(ListObject(.array, parts.map { Value($0) }))
    }
}
