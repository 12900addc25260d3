import Testing

@testable import JavaRegex

@Suite struct PatternErrorTests {
    /// Patterns and the whole description of what is wrong with them.
    static let cases: [(String, String)] = [
        ("(ab", "unclosed group, expected ')' at offset 0\n  (ab\n  ^"),
        ("a)b", "unmatched ')', expected the end of the pattern at offset 1; did you mean '\\)'?\n  a)b\n   ^"),
        ("x(?:a|(b)", "unclosed group, expected ')' at offset 1\n  x(?:a|(b)\n   ^"),
        ("*a", "nothing before '*' to repeat at offset 0; did you mean '\\*'?\n  *a\n  ^"),
        ("a**", "nothing before '*' to repeat at offset 2; did you mean '\\*'?\n  a**\n    ^"),
        ("a|+", "nothing before '+' to repeat at offset 2; did you mean '\\+'?\n  a|+\n    ^"),
        (
            "a{x}",
            "'{' is not followed by a count, expected '{n}', '{n,}' or '{n,m}' at offset 1; did you mean '\\{'?"
                + "\n  a{x}\n   ^",
        ),
        ("a{2", "unclosed count, expected '}' at offset 3\n  a{2\n     ^"),
        ("a{2,1x", "unclosed count, expected '}' at offset 5\n  a{2,1x\n       ^"),
        ("a{3,2}", "the count's minimum 3 is more than its maximum 2 at offset 1\n  a{3,2}\n   ^"),
        ("a{99999999999}", "count is more than 2147483647 at offset 11\n  a{99999999999}\n             ^"),
        ("[abc", "unclosed character class, expected ']' at offset 0\n  [abc\n  ^"),
        ("a[b[c]", "unclosed character class, expected ']' at offset 1\n  a[b[c]\n   ^"),
        ("[z-a]", "range 'z-a' runs backwards at offset 1\n  [z-a]\n   ^"),
        (
            "[a-\\d]",
            "a class such as '\\d' cannot end a range, expected a character at offset 1; did you mean '\\-'?"
                + "\n  [a-\\d]\n   ^",
        ),
        ("[&&]", "'&&' has nothing to intersect in this class at offset 0\n  [&&]\n  ^"),
        ("\\", "nothing follows '\\', expected the character to escape at offset 1; did you mean '\\\\'?\n  \\\n   ^"),
        ("a\\y", "unknown escape '\\y' at offset 1; did you mean 'y'?\n  a\\y\n   ^"),
        ("[\\b]", "unknown escape '\\b' at offset 1; did you mean 'b'?\n  [\\b]\n   ^"),
        (
            "\\08",
            "'\\0' is not followed by octal digits, expected '\\0n', '\\0nn' or '\\0mnn' at offset 0"
                + "\n  \\08\n  ^",
        ),
        (
            "\\xg",
            "'\\x' is not followed by two hexadecimal digits, expected '\\xhh' or '\\x{h…h}' at offset 0"
                + "\n  \\xg\n  ^",
        ),
        ("\\x{}", "'\\x{' is not followed by hexadecimal digits at offset 0\n  \\x{}\n  ^"),
        ("\\x{41", "unclosed '\\x{', expected '}' at offset 0\n  \\x{41\n  ^"),
        ("\\x{110000}", "code point is more than U+10FFFF at offset 0\n  \\x{110000}\n  ^"),
        ("\\u12", "'\\u' is not followed by four hexadecimal digits, expected '\\uhhhh' at offset 0\n  \\u12\n  ^"),
        ("\\ud800", "a surrogate alone never occurs in text at offset 0; did you mean '\\x{h…h}'?\n  \\ud800\n  ^"),
        ("\\c", "'\\c' is not followed by a character, expected '\\cA' to '\\cZ' at offset 0\n  \\c\n  ^"),
        ("\\kx", "'\\k' is not followed by a group name, expected '\\k<name>' at offset 0\n  \\kx\n  ^"),
        (
            "(?<name>a)\\k<nmae>",
            "no group named 'nmae' stands before this place at offset 10; did you mean '\\k<name>'?"
                + "\n  (?<name>a)\\k<nmae>\n            ^",
        ),
        (
            "(?<user>a)\\k<usr>",
            "no group named 'usr' stands before this place at offset 10; did you mean '\\k<user>'?"
                + "\n  (?<user>a)\\k<usr>\n            ^",
        ),
        ("(?<1>a)", "group name must begin with an ASCII letter at offset 3\n  (?<1>a)\n     ^"),
        ("(?<a_b>a)", "unclosed group name, expected '>' at offset 4\n  (?<a_b>a)\n      ^"),
        ("(?<a>x)(?<a>y)", "group name 'a' is used twice at offset 10\n  (?<a>x)(?<a>y)\n            ^"),
        (
            "(?y)",
            "'(?' is not followed by a group type or a flag, expected ':', '=', '!', '>', '<' or one of 'idmsuxU' "
                + "at offset 2\n  (?y)\n    ^",
        ),
        ("(?c)a", "canonical equivalence '(?c)' is not supported at offset 2\n  (?c)a\n    ^"),
        ("\\p", "'\\p' is not followed by a property at offset 0\n  \\p\n  ^"),
        ("\\p{L", "unclosed '\\p{', expected '}' at offset 0\n  \\p{L\n  ^"),
        ("\\p{}", "'\\p{}' names no property at offset 0\n  \\p{}\n  ^"),
        ("\\p{Alhpa}", "unknown property 'Alhpa' at offset 0; did you mean '\\p{Alpha}'?\n  \\p{Alhpa}\n  ^"),
        ("\\p{Latin}", "unknown property 'Latin' at offset 0; did you mean '\\p{IsLatin}'?\n  \\p{Latin}\n  ^"),
        ("\\p{gc=X}", "unknown general category 'X' at offset 0\n  \\p{gc=X}\n  ^"),
        (
            "\\p{age=5}",
            "unknown property 'age', expected 'script', 'block' or 'general_category' at offset 0\n  \\p{age=5}\n  ^",
        ),
        (
            "\\p{IsGreke}",
            "script or property 'Greke' is unknown or not supported at offset 0; did you mean '\\p{IsGreek}'?"
                + "\n  \\p{IsGreke}\n  ^",
        ),
        ("\\p{InFoo}", "block 'Foo' is unknown or not supported at offset 0\n  \\p{InFoo}\n  ^"),
        ("\\X", "grapheme cluster '\\X' is not supported at offset 0; did you mean '.'?\n  \\X\n  ^"),
        ("\\b{g}", "boundary '\\b{…}' is not supported at offset 0; did you mean '\\b'?\n  \\b{g}\n  ^"),
        ("\\N{DOG}", "character name '\\N{…}' is not supported at offset 0; did you mean '\\x{…}'?\n  \\N{DOG}\n  ^"),
        ("a\n(😀[", "unclosed character class, expected ']' at offset 5\n  a·(😀[\n      ^"),
    ]

    @Test(arguments: cases) func saysWhatIsWrongAndWhere(source: String, description: String) {
        #expect {
            try Pattern(source)
        } throws: { error in
            #expect("\(error)" == description)
            return error is PatternError
        }
    }

    @Test func tooMuchIsRefused() {
        let long = String(repeating: "a", count: 70_000)
        #expect(throws: PatternError.self) { try Pattern(long) }
        for (source, message) in [
            (long, "pattern has 70000 bytes, at most 65536 are allowed"),
            (String(repeating: "(", count: 300), "groups or classes are nested more than 200 deep"),
            (
                "(?:a|b){40000}",
                "pattern is too large: its repeats of groups are written out, lower their counts",
            ),
            ("[" + String(repeating: "[^\\da\\p{L}]", count: 300) + "]", "character class has too many parts"),
        ] {
            do throws(PatternError) {
                _ = try Pattern(source)
                Issue.record("accepted \(source.prefix(20))")
            } catch {
                #expect(error.message == message)
            }
        }
    }

    @Test func longPatternsAreShownInPart() {
        let source = String(repeating: "a", count: 100) + "(" + String(repeating: "b", count: 100)
        do throws(PatternError) {
            _ = try Pattern(source)
            Issue.record("accepted")
        } catch {
            let lines = error.description.split(separator: "\n")
            #expect(lines[0] == "unclosed group, expected ')' at offset 100")
            #expect(lines[1] == "  " + String(repeating: "a", count: 40) + "(" + String(repeating: "b", count: 39))
            #expect(lines[2] == String(repeating: " ", count: 42) + "^")
        }
    }
}
