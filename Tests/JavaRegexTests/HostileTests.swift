import Testing

@testable import JavaRegex

/// Patterns and subjects made to take time or memory.
@Suite struct HostileTests {
    /// Well above what any of these takes even in a debug build on a busy machine; without bounds they take years.
    static let patience = Duration.seconds(20)

    static func bounded(_ body: () throws -> Void) rethrows {
        let duration = try ContinuousClock().measure(body)
        #expect(duration < patience)
    }

    @Test(arguments: [
        "(a+)+$", "(a|aa)+$", "(a*)*$", "(?:a*)*$", "((a*)*)*$", "(a|a)*$", "(a?){30}a{30}$", "(.*)*x", ".*.*.*x",
        ".*?.*?.*?x", "(.+)+x", "(a|b|ab)*c", "(?:a+?)+?x", "([a-z]+)*!", "(a{1,3}){1,20}$", "(?:a|aa|aaa){2,}b!",
        "(\\w+\\s?)*!", "(a+a+)+!", "a*a*a*a*a*a*!", "(?:.*a){12}!", "(|a)+!", "(?:(?:a|b)*?c?)*?!",
    ])
    func answersWhereBacktrackingExplodes(source: String) throws {
        let pattern = try Pattern(source)
        let subject = String(repeating: "a", count: 30) + "b"
        let long = String(repeating: "a", count: 5_000) + "b"
        for text in [subject, long] {
            try Self.bounded {
                let limits = MatchLimits(stepsPerByte: 500)
                let whole = try pattern.matches(text, limits: limits)
                #expect(whole == false)
                let anywhere = try pattern.firstMatch(in: text, limits: limits)
                // Patterns that may match nothing find that behind the b.
                #expect(anywhere?.range == (source.hasSuffix("*$") ? text.utf8.count..<text.utf8.count : nil))
            }
        }
    }

    @Test func staysLinearInTheSubject() throws {
        // Twice the subject must take about twice the steps: the budget for each byte is the same.
        let pattern = try Pattern("(?:a*)*b|(a+)+$|.*.*c")
        for count in [1_000, 4_000, 16_000] {
            let subject = String(repeating: "a", count: count) + "!"
            #expect(try pattern.firstMatch(in: subject, limits: MatchLimits(steps: 1_000, stepsPerByte: 100)) == nil)
        }
    }

    @Test(arguments: [
        "(?=(a+))+b", "(a+)+\\1$", "(?:(a|aa)+)\\1b", "(?=(a+)+$)b", "(?!(a+)+$)a+c", "(?>(a+)+$)", "(?:(a+)+x)++",
        "(?<=(a|aa)+)b!", "(a*)\\1\\1\\1b!",
    ])
    func answersOrGivesUpWhereTheMemoCannotHelp(source: String) throws {
        let pattern = try Pattern(source)
        let subject = String(repeating: "a", count: 2_000) + "!"
        Self.bounded {
            do throws(MatchError) {
                _ = try pattern.firstMatch(in: subject)
            } catch {
                #expect(error.code == .tooManySteps)
            }
        }
    }

    @Test func givesUpWithAnError() throws {
        let subject = String(repeating: "a", count: 40) + "!"
        let pattern = try Pattern("(a+)+\\1$")
        #expect {
            try pattern.matches(subject)
        } throws: { error in
            "\(error)" == "the match was given up: it took more steps than allowed"
        }
        let loops = try Pattern("(?:ab|c)*")
        let long = String(repeating: "ab", count: 10_000)
        #expect(throws: MatchError.tooManyChoices) {
            try loops.matches(long, limits: MatchLimits(choices: 1_000))
        }
        #expect(try loops.matches(long))
    }

    @Test func compilesWithinBounds() {
        let deep = String(repeating: "(", count: 10_000) + String(repeating: ")", count: 10_000)
        let classes = String(repeating: "[", count: 10_000) + "a" + String(repeating: "]", count: 10_000)
        let patterns = [
            String(repeating: "a", count: 100_000), deep, classes,
            "(?:(?:a|bc){1000}){1000}", "((a{1000}){1000}){1000}", "(?:ab){2000000000}", "(){2000000000}x",
            "(?:(?:(?:(?:(?:(?:a|b){9}){9}){9}){9}){9}){9}", String(repeating: "(?:a|b){2,}", count: 5_000),
            "[" + String(repeating: "[^\\p{L}a]", count: 5_000) + "]",
            "[a" + String(repeating: "&&\\w", count: 5_000) + "]", String(repeating: "()", count: 30_000),
            "[" + (0..<16_000).map { "\\x{\(String(0x4E00 + $0 * 3, radix: 16))}" }.prefix(6_000).joined() + "]",
            String(repeating: "(?=", count: 5_000), String(repeating: "|", count: 60_000),
            String(repeating: "a?", count: 30_000), String(repeating: "\\Q", count: 30_000),
            String(repeating: "(?i)", count: 15_000), "(?<" + String(repeating: "n", count: 60_000) + ">a)",
            String(repeating: "(a", count: 190) + String(repeating: "*)*", count: 190),
        ]
        for source in patterns {
            Self.bounded {
                do throws(PatternError) {
                    let pattern = try Pattern(source)
                    _ = try? pattern.firstMatch(in: String(repeating: "ab", count: 500))
                } catch {
                    #expect(error.description.utf8.count < 1_000)
                }
            }
        }
    }

    @Test func repeatsOfRepeatsAreRepeatsOfNothing() throws {
        // As Java reads them: the second count repeats nothing.
        #expect(try Pattern("a{1000}{1000}").matches(String(repeating: "a", count: 1000)))
    }

    @Test func resultsAreBounded() throws {
        let subject = String(repeating: "a", count: 10_000)
        let small = MatchLimits(outputBytes: 100_000)
        #expect(throws: MatchError.outputTooLong) {
            try Pattern("a").replaceAll(in: subject, with: String(repeating: "x", count: 1_000), limits: small)
        }
        #expect(throws: MatchError.outputTooLong) { try Pattern("").split(subject, limits: small) }
        #expect(throws: MatchError.outputTooLong) {
            try Pattern("a+").replaceAll(in: subject, with: String(repeating: "$0", count: 100), limits: small)
        }
        // A result no longer than the subject is never refused.
        #expect(try Pattern("b").replaceAll(in: subject, with: "", limits: MatchLimits(outputBytes: 0)) == subject)
        let replaced = try Pattern("a").replaceAll(in: subject, with: "b", limits: MatchLimits(outputBytes: 0))
        #expect(replaced.utf8.count == 10_000)
    }

    @Test func malformedBytesAreReplacementCharacters() throws {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x62, 0xE2, 0x82]
        #expect(try Pattern("a\\x{FFFD}{2}b\\x{FFFD}{2}").matches(utf8: bytes))
        #expect(try Pattern("a..b..").matches(utf8: bytes))
        #expect(try Pattern("(?s).*(?<=..)$").matches(utf8: bytes))
        #expect(try Pattern("\\w.*\\b.*").matches(utf8: bytes))
        // A surrogate, an overlong form, and one beyond the last code point are no scalars either.
        #expect(try Pattern("\\x{FFFD}+").matches(utf8: [0xED, 0xA0, 0x80, 0xC0, 0xAF, 0xF4, 0x90, 0x80, 0x80]))
    }

    @Test func anyBytesAreSafe() throws {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let alphabet = Array("()[]{}?*+|\\^$.-&:=!<>,0129abdknpPQEuUxXgZzGBRhvwsS# \n\u{e9}\u{1F600}")
        var compiled = 0
        for _ in 0..<4_000 {
            let source = String((0..<random(14)).map { _ in alphabet[random(alphabet.count)] })
            let bytes = (0..<random(20)).map { _ in UInt8(random(256)) }
            guard let pattern = try? Pattern(source, flags: .init(rawValue: random(512))) else { continue }
            compiled += 1
            _ = try? pattern.matches(utf8: bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? pattern.replaceAll(in: text, with: source)
            _ = try? pattern.split(text, limit: random(5) - 1)
        }
        #expect(compiled > 500)
    }
}
