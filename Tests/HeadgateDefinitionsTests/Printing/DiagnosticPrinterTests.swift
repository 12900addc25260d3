import Headgate
import HeadgateDefinitions
import OrderedJSON
import Testing

@testable import HeadgateDefinitions

@Suite("Showing findings")
struct DiagnosticPrinterTests {
    private func place(_ line: Int, _ column: Int?) -> Place {
        Place(file: "p/x.yaml", line: line, column: column)
    }

    private func sources(_ text: String) -> DiagnosticSources {
        var sources = DiagnosticSources()
        sources.add(SourceText(file: "p/x.yaml", bytes: Array(text.utf8)))
        return sources
    }

    @Test("A finding with its line, and a summary")
    func text() {
        let findings = [
            Diagnostic(
                at: place(2, 3),
                "unknown key \"tpye\"",
                expected: "expected one of: type",
                suggestion: "did you mean \"type\"?",
            ),
            Diagnostic(.warning, at: place(1, nil), "the file is odd"),
        ]
        #expect(
            DiagnosticPrinter(sources: sources("a:\n  tpye: HTTP\n")).text(findings) == """
                p/x.yaml:2:3: error: unknown key "tpye"
                    2 |   tpye: HTTP
                      |   ^^^^
                      expected one of: type
                      did you mean "type"?

                p/x.yaml:1: warning: the file is odd

                1 error and 1 warning in 1 file
                """
        )
        #expect(DiagnosticPrinter().text([]) == "")
    }

    @Test("What is marked")
    func marks() {
        func shown(_ line: String, _ column: Int) -> String {
            let excerpt = SourceExcerpt(line: line, column: column)
            return excerpt.text + "\n" + excerpt.mark
        }
        #expect(shown("a: 'b c' # d", 4) == "a: 'b c' # d\n   ^^^^^")
        #expect(shown("a: [one, two]", 5) == "a: [one, two]\n    ^^^")
        #expect(shown("url: http://x:80/", 6) == "url: http://x:80/\n     ^^^^^^^^^^^^")
        #expect(shown("key:", 5) == "key:\n    ^")
        #expect(shown("", 1) == "\n^")
        #expect(shown("x", 99) == "x\n ^")
        #expect(shown("a:\tb\u{1}", 4) == "a:    b·\n      ^^")
        #expect(shown("日本: e\u{301}x y", 5) == "日本: e\u{301}x y\n      ^^")
        let long = String(repeating: "a ", count: 200)
        let excerpt = SourceExcerpt(line: long, column: 201)
        #expect(excerpt.text.count == 102)
        #expect(excerpt.text.hasPrefix("…") && excerpt.text.hasSuffix("…"))
        #expect(excerpt.mark.count == 35)
    }

    @Test("Long lists are wrapped")
    func wrapping() {
        let words = (1...40).map { "word\($0)" }.joined(separator: ", ")
        let text = DiagnosticPrinter().text([
            Diagnostic(at: place(1, nil), "x", expected: "expected one of: " + words)
        ])
        for line in text.split(separator: "\n") { #expect(line.count <= 112) }
        #expect(text.contains("\n        word"))
    }

    @Test("Colours surround, and do not change, the text")
    func colours() {
        let findings = [Diagnostic(at: place(1, 1), "bad", suggestion: "good")]
        let plain = DiagnosticPrinter(sources: sources("abc")).text(findings)
        let coloured = DiagnosticPrinter(sources: sources("abc"), isColoured: true).text(findings)
        #expect(coloured.contains("\u{1B}[1;31merror: \u{1B}[0m"))
        #expect(coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
    }

    @Test("Only so many are shown, all are counted")
    func limit() {
        let findings = (1...10).map { Diagnostic(at: place($0, nil), "bad") }
        let text = DiagnosticPrinter(limit: 2).text(findings)
        #expect(text.hasSuffix("p/x.yaml:2: error: bad\n\n… and 8 more\n\n10 errors in 1 file"))
    }

    @Test("JSON")
    func json() throws {
        let findings = [
            Diagnostic(at: place(2, 3), "a \"b\"", expected: "c", suggestion: "d"),
            Diagnostic(.warning, at: place(1, nil), "e"),
        ]
        let text = DiagnosticPrinter().json(findings)
        #expect(
            try JSONValue(parsing: text) == [
                [
                    "severity": "error", "file": "p/x.yaml", "line": 2, "column": 3, "message": "a \"b\"",
                    "expected": "c",
                    "suggestion": "d",
                ],
                ["severity": "warning", "file": "p/x.yaml", "line": 1, "message": "e"],
            ]
        )
        #expect(DiagnosticPrinter().json([]) == "[]")
    }
}
