import Headgate
import Testing

@testable import HeadgateDefinitions

@Suite("Reading YAML")
struct YAMLReaderTests {
    private func read(_ text: String, limits: ReadingLimits = ReadingLimits()) -> (
        nodes: [ConfigurationNode], findings: [Diagnostic]
    ) {
        let diagnostics = Diagnostics()
        guard let source = SourceText.checked(file: "a.yaml", bytes: Array(text.utf8), diagnostics) else {
            return ([], diagnostics.all)
        }
        return (YAMLReader.documents(in: source, limits: limits, diagnostics), diagnostics.all)
    }

    private func node(_ text: String) throws -> ConfigurationNode {
        let (nodes, findings) = read(text)
        #expect(findings == [])
        return try #require(nodes.first)
    }

    @Test("Scalars stay the text that was written")
    func scalars() throws {
        let text = "[no, on, 012, 1e3, 0x10, .inf, 2026-01-01, True, '7', \"a\\tb\", ~, null, '', 12:30]"
        #expect(
            try node(text).flow
                == "[no, on, 012, 1e3, 0x10, .inf, 2026-01-01, True, \"7\", \"a\\tb\", null, null, \"\", 12:30]"
        )
    }

    @Test("Every value has its place")
    func places() throws {
        let root = try node("a: 1\nlist:\n  - x\n  - {k: v}\nempty:\nlast: 'q'\n")
        #expect(
            root.places == ["1:1", "1:1", "1:4", "2:1", "3:3", "3:5", "4:5", "4:6", "4:9", "5:1", "5:7", "6:1", "6:7"]
        )
    }

    @Test("Lines end as editors end them, columns count characters")
    func linesAndColumns() throws {
        #expect(try node("a: 1\r\nb: 2\r\n").places == ["1:1", "1:1", "1:4", "2:1", "2:4"])
        #expect(try node("'é日': [ä, x]\nb: y\n").places == ["1:1", "1:1", "1:7", "1:8", "1:11", "2:1", "2:4"])
        // U+2028 and U+0085 break lines for YAML, but not for editors.
        #expect(
            try node("a: 'x\u{2028}y'\nb: 'x\u{85}y'\nc: z\n").places == [
                "1:1", "1:1", "1:4", "2:1", "2:4", "3:1", "3:4",
            ]
        )
        #expect(try node("\u{FEFF}a: b").places == ["1:1", "1:1", "1:4"])
    }

    @Test("A block knows where its lines stand")
    func blocks() throws {
        let root = try node("a:\n  t: |\n\n      one\n        two\n  u: >-\n    fold\n    ed\n  v: |2\n      deep\n")
        let block = try #require(root["a"]?["t"]?.scalar)
        #expect(block.text == "\none\n  two\n")
        #expect(block.contentLocation == Place(file: "a.yaml", line: 3, column: 7))
        #expect(block.blockColumn == 7)
        #expect(block.location(line: 3, column: 3) == Place(file: "a.yaml", line: 5, column: 9))
        let folded = try #require(root["a"]?["u"]?.scalar)
        #expect(folded.text == "fold ed")
        #expect(folded.contentLocation == Place(file: "a.yaml", line: 7, column: 5))
        #expect(folded.blockColumn == nil)
        let indented = try #require(root["a"]?["v"]?.scalar)
        #expect(indented.text == "  deep\n")
        #expect(indented.blockColumn == 5)
    }

    @Test("A quoted text starts behind its quote, an anchored one behind its anchor")
    func contents() throws {
        let root = try node("a: 'x'\nb: &n  \"y\"\nc: &m z\n")
        #expect(root["a"]?.scalar?.contentLocation.column == 5)
        #expect(root["b"]?.scalar?.contentLocation.column == 9)
        #expect(root["c"]?.scalar?.contentLocation.column == 7)
        #expect(root["c"]?.location.column == 4)
    }

    @Test("Aliases copy, with the places of what they copy")
    func aliases() throws {
        let root = try node("a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n")
        #expect(root.flow == "{a: {k: [1]}, b: {k: [1]}, c: [{k: [1]}, {k: [1]}]}")
        #expect(root["b"]?.location == root["a"]?.location)
    }

    @Test("<< merges what is not there yet")
    func merges() throws {
        let text = """
            base: &base {a: 1, b: 2}
            more: &more {b: 3, c: 4}
            one: {<<: *base, b: 9}
            two: {c: 0, <<: [*base, *more]}
            text: {"<<": x}
            """
        let root = try node(text)
        #expect(root["one"]?.flow == "{b: 9, a: 1}")
        #expect(root["two"]?.flow == "{c: 0, a: 1, b: 2}")
        #expect(root["text"]?.flow == "{<<: x}")
        #expect(read("a: {<<: 7}").findings.map(\.short) == ["1:9 \"7\" stands behind <<"])
    }

    @Test("Documents are read one by one, anchors are theirs alone")
    func documents() {
        #expect(read("a: 1\n---\nb: 2\n...\n").nodes.map(\.flow) == ["{a: 1}", "{b: 2}"])
        #expect(read("").nodes.isEmpty)
        #expect(read("# nothing\n").nodes.isEmpty)
        let (nodes, findings) = read("a: &x 1\n---\nb: *x\n")
        #expect(nodes.map(\.flow) == ["{a: 1}"])
        #expect(findings.map(\.short) == ["3:4 no value has the anchor &x"])
    }

    @Test("All repeated keys are reported, and the first counts")
    func repeatedKeys() {
        let (nodes, findings) = read("a: 1\nb: 2\na: 3\n'b': 4\n")
        #expect(nodes.map(\.flow) == ["{a: 1, b: 2}"])
        #expect(
            findings.map(\.short) == [
                "3:1 the key \"a\" stands twice in one mapping", "4:1 the key \"b\" stands twice in one mapping",
            ]
        )
        let many = (0..<40).map { "k\($0): x" }.joined(separator: "\n") + "\nk3: y"
        #expect(read(many).findings.map(\.short) == ["41:1 the key \"k3\" stands twice in one mapping"])
    }

    @Test("Limits are findings, not exhaustion")
    func limits() {
        func first(_ text: String, _ change: (inout ReadingLimits) -> Void = { _ in }) -> String? {
            var limits = ReadingLimits()
            change(&limits)
            let findings = read(text, limits: limits).findings
            #expect(findings.count == 1)
            return findings.first?.short
        }
        #expect(first(String(repeating: "[", count: 300)) == "1:101 mappings and lists are nested more than 100 deep")
        #expect(
            first(String(repeating: "- ", count: 5000)) == "1:201 mappings and lists are nested more than 100 deep"
        )
        #expect(first(String(repeating: "[", count: 100_000)) == "1:1 mappings and lists are nested too deep")
        #expect(first("[1, 2, 3, 4]") { $0.values = 3 } == "1:11 the file holds more than 3 values")
        let nested = "a0: &a0 [x]\n" + (1...200).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
        #expect(first(nested) == "100:12 mappings and lists are nested more than 100 deep")
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\n"
        #expect(
            first(bomb) { $0.aliasedValues = 200 }
                == "3:11 aliases blow the file up: with *b they stand for more than 200 values"
        )
        #expect(first("a: &a [*a]") == "1:8 *a stands inside of what it stands for")
    }

    @Test("Whatever the bytes, reading ends with nodes or a finding", arguments: 0..<400)
    func noise(seed: Int) {
        // A small generator over characters that mean something to YAML.
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let alphabet = Array("ab:{}[],-?&*!|>'\"%@`# \n\t\r~<\\é\u{2028}\u{85}0".unicodeScalars)
        var text = ""
        for _ in 0..<(seed % 60 + 1) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text.unicodeScalars.append(alphabet[Int(state >> 33) % alphabet.count])
        }
        let (nodes, findings) = read(text)
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.count
        for finding in findings {
            #expect(finding.location.line >= 1 && finding.location.line <= lines + 1)
            #expect(!finding.message.isEmpty)
        }
        for node in nodes { #expect(node.location.line <= lines + 1) }
    }
}
