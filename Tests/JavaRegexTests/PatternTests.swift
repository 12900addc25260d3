import Testing

@testable import JavaRegex

@Suite struct PatternTests {
    @Test func statusPatternsMatchTheWhole() throws {
        #expect(try Pattern("2\\d\\d").matches("204"))
        #expect(try Pattern("2\\d\\d").matches("2044") == false)
        #expect(try Pattern("4\\d{2}").matches("404"))
        #expect(try Pattern("200|201").matches("201"))
    }

    @Test func groupsHaveNumbersAndNames() throws {
        let pattern = try Pattern("(?<year>\\d{4})-(\\d\\d)(x)?")
        #expect(pattern.captureCount == 3)
        #expect(pattern.groupNames == ["year": 1])
        let match = try #require(try pattern.firstMatch(in: "am 2024-02."))
        #expect(match.range == 3..<10)
        #expect(match.text == "2024-02")
        #expect(match["year"] == "2024")
        #expect(match.range(named: "year") == 3..<7)
        #expect(match[2] == "02")
        #expect(match[3] == nil)
        #expect(match.groups[3] == nil)
        #expect(match[4] == nil)
        #expect(match["month"] == nil)
    }

    @Test func searchBeginsWhereTold() throws {
        let pattern = try Pattern("(?<=a)b|\\Gc")
        #expect(try pattern.firstMatch(in: "abcab", from: 1)?.range == 1..<2)
        #expect(try pattern.firstMatch(in: "abcab", from: 2)?.range == 2..<3)
        #expect(try pattern.firstMatch(in: "abcab", from: 3)?.range == 4..<5)
        #expect(try pattern.firstMatch(in: "abcab", from: 5) == nil)
        #expect(try pattern.firstMatch(in: "abcab", from: 6) == nil)
        #expect(try pattern.firstMatch(in: "abcab", from: -1) == nil)
    }

    @Test func allMatchesHaveALimit() throws {
        let pattern = try Pattern("a")
        #expect(try pattern.allMatches(in: "aaaa", limit: 2).map(\.range) == [0..<1, 1..<2])
        #expect(try pattern.allMatches(in: "aaaa", limit: 0).isEmpty)
    }

    @Test func flagsMayBeGivenApart() throws {
        #expect(try Pattern("a.b", flags: .dotAll).matches("a\nb"))
        #expect(try Pattern("STRASSE", flags: .caseInsensitive).matches("strasse"))
        #expect(try Pattern("Ä", flags: .caseInsensitive).matches("ä") == false)
        #expect(try Pattern("Ä", flags: [.caseInsensitive, .unicodeCase]).matches("ä"))
        #expect(try Pattern("\\w", flags: .unicodeCharacterClass).matches("ä"))
        #expect(try Pattern("a.b*", flags: .literal).matches("a.b*"))
        #expect(try Pattern("a b # c", flags: .comments).matches("ab"))
        #expect(try Pattern("^b$", flags: .multiline).firstMatch(in: "a\nb\nc") != nil)
        #expect(try Pattern("a.", flags: .unixLines).matches("a\r"))
    }

    @Test(arguments: ["", "a.b", "\\E", "a\\Eb\\E", "\\", "\\Q\\E", "(", "1\\E1"])
    func quotedTextMatchesItself(text: String) throws {
        #expect(try Pattern(Pattern.quote(text)).matches(text))
        #expect(try Pattern("x").replaceAll(in: "x", with: Pattern.quoteReplacement(text + "$1")) == text + "$1")
    }

    @Test func positionsCountBytesOfUTF8() throws {
        let match = try #require(try Pattern("ü(.)").firstMatch(in: "äü😀"))
        #expect(match.range == 2..<8)
        #expect(match[1] == "😀")
    }

    @Test func lookBehindMayBeUnbounded() throws {
        #expect(try Pattern("(?<=a(?:b|cd)*)e").firstMatch(in: "ae abcdbe")?.range == 1..<2)
        #expect(try Pattern("(?<!a+)b").allMatches(in: "b ab aab").map(\.range) == [0..<1])
    }
}

@Suite struct ReplacementTests {
    /// Malformed replacements and what is said of them.
    static let malformed: [(String, String)] = [
        ("$", "Illegal group reference: nothing follows '$', expected '$1' or '${name}' at byte 0 of the replacement"),
        (
            "a$b",
            "Illegal group reference: '$' is not followed by a digit or '{'; a plain '$' is '\\$' at byte 1 of the "
                + "replacement",
        ),
        ("$5", "No group 5: the pattern has 2 at byte 0 of the replacement"),
        ("x${", "Illegal group reference: unclosed group name, expected '${name}' at byte 1 of the replacement"),
        ("${user", "Illegal group reference: unclosed group name, expected '${name}' at byte 0 of the replacement"),
        ("${}", "Illegal group reference: unclosed group name, expected '${name}' at byte 0 of the replacement"),
        ("${usr}", "No group with name 'usr'; did you mean '${user}'? at byte 0 of the replacement"),
        ("${zebra}", "No group with name 'zebra' at byte 0 of the replacement"),
        ("ab\\", "nothing follows '\\', expected the character to escape at byte 2 of the replacement"),
    ]

    @Test(arguments: malformed) func malformedReplacementsAreErrors(replacement: String, message: String) throws {
        let pattern = try Pattern("(?<user>\\w)(\\w)?")
        #expect {
            try pattern.replaceAll(in: "ab", with: replacement)
        } throws: { error in
            (error as? MatchError)?.code == .badReplacement && "\(error)" == message
        }
        // Java reads a replacement only when it is needed.
        #expect(try pattern.replaceAll(in: "--", with: replacement) == "--")
    }

    @Test func referencesTakeAsManyDigitsAsThereAreGroups() throws {
        #expect(try Pattern("(a)(b)").replaceAll(in: "ab", with: "$2$1$12\\$1") == "baa2$1")
        #expect(try Pattern("(a)|(b)").replaceAll(in: "ab", with: "<$1|$2>") == "<a|><|b>")
        #expect(try Pattern("(?<x>a)").replaceFirst(in: "aa", with: "${x}${x}") == "aaa")
    }
}
