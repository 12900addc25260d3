import Headgate
import Testing

@testable import HeadgateDefinitions

@Suite("Reading JSON")
struct JSONReaderTests {
    private func read(_ text: String, limits: ReadingLimits = ReadingLimits()) -> (
        node: ConfigurationNode?, findings: [String]
    ) {
        let diagnostics = Diagnostics()
        let source = SourceText(file: "a.json", bytes: Array(text.utf8))
        let nodes = JSONReader.documents(in: source, limits: limits, diagnostics)
        #expect(nodes.count <= 1)
        return (nodes.first, diagnostics.all.map(\.short))
    }

    @Test("Values and their places")
    func values() {
        let (node, findings) = read("{\n\t\"a\": [1.50, true, null, \"x\\u00e9\\ud83d\\ude00\\/\\n\"],\n\t\"b\": {}\n}")
        #expect(findings == [])
        #expect(node?.flow == "{a: [1.50, true, null, \"xé😀/\\n\"], b: {}}")
        #expect(node?.places == ["1:1", "2:2", "2:7", "2:8", "2:14", "2:20", "2:26", "3:2", "3:7"])
        #expect(node?["a"]?.location.column == 7)
        if case .sequence(let nodes)? = node?["a"]?.value {
            #expect(nodes.last?.scalar?.isPlain == false)
            #expect(nodes.last?.scalar?.contentLocation.column == 27)
        }
    }

    @Test(
        "Mistakes",
        arguments: [
            ("{\"a\": 1,}", "1:8 a comma stands in front of }"),
            ("[1 2]", "1:4 found \"2\""),
            ("{\"a\" 1}", "1:6 found \"1\""),
            ("{a: 1}", "1:2 found \"a\""),
            ("{\"a\": 01}", "1:7 found \"01\""),
            ("{\"a\": tru}", "1:7 found \"tru\""),
            ("{\"a\": 'x'}", "1:7 found \"'x'\""),
            ("{\"a\": }", "1:7 found \"}\""),
            ("{\"a\": \"x", "1:9 the file ends inside of a text"),
            ("{\"a\": \"x\n\"}", "1:9 found \"\\n\" inside of a text"),
            ("{\"a\": \"\\d\"}", "1:8 JSON knows no escape \\d"),
            ("{\"a\": \"\\ud800\"}", "1:8 the escape is half of a surrogate pair"),
            ("{\"a\": \"\\u12", "1:8 JSON knows no escape \\u"),
            ("[", "1:2 found \"the end of the file\""),
            ("{} x", "1:4 found \"x\" behind the value"),
        ],
    )
    func mistakes(text: String, message: String) {
        let expected = message.replacing("\"the end of the file\"", with: "the end of the file")
        #expect(read(text).findings == [expected])
    }

    @Test("A repeated key is reported, and the first counts")
    func repeatedKey() {
        let (node, findings) = read("{\"a\": 1,\n \"a\": 2}")
        #expect(node?.flow == "{a: 1}")
        #expect(findings == ["2:2 the key \"a\" stands twice in one object"])
    }

    @Test("Limits")
    func limits() {
        #expect(
            read(String(repeating: "[", count: 500_000)).findings == [
                "1:101 objects and arrays are nested more than 100 deep"
            ]
        )
        var few = ReadingLimits()
        few.values = 3
        #expect(read("[1,2,3]", limits: few).findings == ["1:6 the file holds more than 3 values"])
        #expect(read("  \n").node == nil)
    }
}
