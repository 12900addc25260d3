import JavaRegex

/// Compiled patterns of one rendering. A pattern in a loop is compiled once.
struct PatternCache {
    private var patterns: [[UInt8]: Pattern] = [:]

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
        try spend(work)
        return pattern
    }

    /// Matching may use what is left of the budget, at about eight of its steps for one of ours.
    private var matchLimits: MatchLimits {
        MatchLimits(steps: max(1_000, min(budget, limits.work / 2) * 8), outputBytes: limits.outputBytes)
    }

    private mutating func failed(_ error: MatchError) -> Interruption {
        let reason: TemplateRenderError.Reason = error.code == .badReplacement ? .method : .limit
        return fail(reason, "regular expression: \(error)")
    }

    mutating func matches(_ text: [UInt8], _ source: [UInt8]) throws(Interruption) -> Bool {
        let pattern = try pattern(source)
        try spend(text.count >> 4)
        do throws(MatchError) {
            return try pattern.matches(utf8: text, limits: matchLimits)
        } catch {
            throw failed(error)
        }
    }

    mutating func replacePattern(
        _ text: [UInt8],
        _ source: [UInt8],
        _ replacement: [UInt8],
        all: Bool
    ) throws(Interruption) -> [UInt8] {
        let pattern = try pattern(source)
        try spend(text.count >> 3)
        let subject = String(decoding: text, as: UTF8.self)
        let template = String(decoding: replacement, as: UTF8.self)
        do throws(MatchError) {
            let result =
                all
                ? try pattern.replaceAll(in: subject, with: template, limits: matchLimits)
                : try pattern.replaceFirst(in: subject, with: template, limits: matchLimits)
            let bytes = Array(result.utf8)
            try spendResult(bytes.count)
            return bytes
        } catch {
            throw failed(error)
        }
    }

    private mutating func spendResult(_ count: Int) throws(MatchError) {
        budget &-= count >> 6
    }

    mutating func split(_ text: [UInt8], _ source: [UInt8], limit: Int) throws(Interruption) -> Value {
        let pattern = try pattern(source)
        try spend(text.count >> 3)
        let parts: [String]
        do throws(MatchError) {
            parts = try pattern.split(String(decoding: text, as: UTF8.self), limit: limit, limits: matchLimits)
                .map { String($0) }
        } catch {
            throw failed(error)
        }
        try spend(parts.count)
        guard parts.count <= limits.listElements else {
            throw fail(.limit, "split() gives \(parts.count) parts; at most \(limits.listElements) are possible")
        }
        return .list(ListObject(.array, parts.map { Value($0) }))
    }
}
