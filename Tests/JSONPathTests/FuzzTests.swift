import Foundation
import JSONPath
import OrderedJSON
import Testing

/// Random expressions on a document that has something of everything. Nothing may crash or run on.
@Suite struct FuzzTests {
    private static let pieces = [
        "$", "@", ".", "..", "*", "[", "]", "[*]", "[0]", "[-1]", "[1:]", "[:2]", "[0,2]", "['a']",
        "[\"b\",'c']", "[?(", ")]", "(", ")",
        ".a", ".b", ".length()", ".min()", ".concat(\"x\", $.a)", ".keys()", ".index(0)", " == ",
        " != ", " < ", " =~ ",
        " in ", " contains ", " size ", " empty ", " anyof ", " && ", " || ", "!", "1", "-2.5e3", "'x'",
        "\"y\"", "/a.*/i",
        "['a',1]", "{'a':1}", "true", "null", " ", ",", ":", "\\", "\\u0041", "é", "😀", "{", "}", "'", "\"", "-", "0",
    ]

    private static let document = #"""
        {"a": [{"a": 1, "b": "x", "c": [1, 2.5, null]}, {"a": {"b": ["é", "[1]", "$.a"]}}, 7, "text", []],
         "b": {"a": true, "": "", "é": -1e400}, "c": [[["deep"]]], "x": 12345678901234567890}
        """#

    /// Expressions that are worth keeping, in `Tests/Fuzz/jsonpath`: one a file, and the document below it.
    @Test func theCorpusIsHarmless() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/jsonpath")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 40)
        for file in files {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", maxSplits: 1)
            let root = try JSONDocument(String(lines.last ?? "")).root
            let expression = lines.first ?? ""
            for length in 0...expression.unicodeScalars.count {
                evaluate(String(String.UnicodeScalarView(expression.unicodeScalars.prefix(length))), root)
            }
        }
    }

    /// Whether the expression compiles. What it finds must be JSON, and a list only if it is indefinite.
    @discardableResult
    private func evaluate(_ expression: String, _ root: JSONNode) -> Bool {
        guard let path = try? JSONPath(expression) else { return false }
        let result = try? path.evaluate(root, limits: JSONPathLimits(steps: 20_000))
        guard let value = result?.value else { return true }
        #expect((try? JSONDocument(value.text())) != nil, "\(expression)")
        if case .list? = result { #expect(!path.isDefinite, "\(expression)") }
        return true
    }

    @Test func randomExpressions() throws {
        let seconds = ProcessInfo.processInfo.environment["HEADGATE_FUZZ_SECONDS"].flatMap(Double.init) ?? 1
        let end = ContinuousClock.now + .seconds(seconds)
        let root = try JSONDocument(Self.document).root
        var state: UInt64 = 0x1234_5678_9ABC_DEF1
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var compiled = 0
        repeat {
            for _ in 0..<500 {
                var expression = "$"
                for _ in 0..<(1 + next(10)) {
                    expression += Self.pieces[next(Self.pieces.count)]
                }
                if next(3) == 0 { expression = "$.a[?(@\(expression.dropFirst()))].a" }
                if evaluate(expression, root) { compiled += 1 }
            }
        } while ContinuousClock.now < end
        #expect(compiled > 100)
    }
}
