import CLua
import JavaRegex
import Synchronization

/// `host.re`: Java's regular expressions, as selection patterns have them, with bounded matching.
enum RegexFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("re", "match", match),
        HostLibrary.Function("re", "find", find),
        HostLibrary.Function("re", "test", test),
        HostLibrary.Function("re", "gsub", gsub),
        HostLibrary.Function("re", "split", split),
    ]

    private static let longestPattern = 4096
    private static let longestSubject = 1 << 20
    /// What one call may do: about five milliseconds of work.
    private static let limits = MatchLimits(steps: 200_000, stepsPerByte: 4, choices: 1 << 17, outputBytes: 16 << 20)

    // MARK: Patterns, compiled once

    private struct Key: Hashable {
        let pattern: String
        let flags: String
    }

    private static let cache = Mutex<[Key: Pattern]>([:])

    private static func pattern(_ call: LuaCall, at index: Int32, flagsAt flagsIndex: Int32) throws(LuaRaise) -> Pattern
    {
        let key = Key(pattern: try call.text(index), flags: try call.optionalText(flagsIndex) ?? "")
        if let known = cache.withLock({ $0[key] }) { return known }
        guard key.pattern.utf8.count <= longestPattern else { throw .argument(index, "the pattern is too long") }
        var flags: Pattern.Flags = []
        for letter in key.flags {
            switch letter {
            case "i": flags.insert(.caseInsensitive)
            case "m": flags.insert(.multiline)
            case "s": flags.insert(.dotAll)
            case "x": flags.insert(.comments)
            case "u": flags.insert(.unicodeCase)
            default: throw .argument(flagsIndex, "flags are made of the letters i, m, s, x and u")
            }
        }
        do throws(PatternError) {
            let pattern = try Pattern(key.pattern, flags: flags)
            cache.withLock { cache in
                if cache.count >= 256 { cache.removeAll() }
                cache[key] = pattern
            }
            return pattern
        } catch {
            throw .argument(index, "the pattern is malformed: \(error)")
        }
    }

    private static func subject(_ call: LuaCall) throws(LuaRaise) -> String {
        let subject = try call.text(1)
        guard subject.utf8.count <= longestSubject else {
            throw .argument(1, "the subject is longer than \(longestSubject) bytes")
        }
        hg_thread_charge(call.execution.thread, UInt32(clamping: subject.utf8.count))
        return subject
    }

    private static func searching<Value>(
        _ body: () throws(MatchError) -> Value
    ) throws(LuaRaise) -> Value {
        do throws(MatchError) {
            return try body()
        } catch {
            throw .message(error.message)
        }
    }

    // MARK: Functions: subject, pattern, …, flags

    /// `host.re.match(subject, pattern[, flags])`: the groups, or the whole match where there are none; nil
    /// without a match. A group that took no part is false.
    private static let match: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let subject = try subject(call)
            let pattern = try pattern(call, at: 2, flagsAt: 3)
            let found = try searching { () throws(MatchError) in try pattern.firstMatch(in: subject, limits: limits) }
            guard let found else {
                call.stack.pushNil()
                return 1
            }
            guard pattern.captureCount > 0 else {
                call.stack.push(String(found.text))
                return 1
            }
            let count = min(pattern.captureCount, 100)
            _ = hg_reserve(call.L, Int32(count) + 4)
            for group in 1...count {
                if let text = found[group] { call.stack.push(String(text)) } else { call.stack.push(false) }
            }
            return Int32(count)
        }
    }

    /// First and last byte of the first match, from 1, as `string.find` has them.
    private static let find: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let subject = try subject(call)
            let pattern = try pattern(call, at: 2, flagsAt: 3)
            let found = try searching { () throws(MatchError) in try pattern.firstMatch(in: subject, limits: limits) }
            guard let found else {
                call.stack.pushNil()
                return 1
            }
            call.stack.push(found.range.lowerBound + 1)
            call.stack.push(found.range.upperBound)
            return 2
        }
    }

    /// Whether the pattern matches anywhere.
    private static let test: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let subject = try subject(call)
            let pattern = try pattern(call, at: 2, flagsAt: 3)
            let found = try searching { () throws(MatchError) in try pattern.firstMatch(in: subject, limits: limits) }
            call.stack.push(found != nil)
            return 1
        }
    }

    /// `host.re.gsub(subject, pattern, replacement[, flags])`, `$1` and `${name}` in the replacement.
    private static let gsub: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let subject = try subject(call)
            let pattern = try pattern(call, at: 2, flagsAt: 4)
            let replacement = try call.text(3)
            call.stack.push(
                try searching { () throws(MatchError) in
                    try pattern.replaceAll(in: subject, with: replacement, limits: limits)
                }
            )
            return 1
        }
    }

    private static let split: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let subject = try subject(call)
            let pattern = try pattern(call, at: 2, flagsAt: 3)
            let pieces = try searching { () throws(MatchError) in try pattern.split(subject, limits: limits) }
            hg_push_table(call.L, Int32(clamping: pieces.count), 0)
            for (index, piece) in pieces.enumerated() {
                call.stack.push(piece)
                hg_set_element(call.L, -2, Int64(index + 1))
            }
            return 1
        }
    }
}
