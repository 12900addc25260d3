import Testing

@testable import Headgate

@Suite struct RecordTests {
    struct Settingsful: Sendable, Equatable {
        var method: String
        var timeout: Int
        var names: [String]
    }

    static let method = Field(required: "method", .method, "The method.")
    static let timeout = Field(
        "timeout",
        .integer(50...29_000, unit: "milliseconds"),
        default: 29_000,
        shown: "29000",
        "Time.",
    )
    static let names = Field("names", .list(of: .headerName), default: [], "Names.")
    static let record = Record<Settingsful>("call", "A call.", fields: [method, timeout, names], shorthand: "method") {
        settings in
        Settingsful(method: try settings[method], timeout: try settings[timeout], names: try settings[names])
    }

    static func at(_ line: Int, _ column: Int) -> Headgate.SourceLocation {
        Headgate.SourceLocation(file: "f.yaml", line: line, column: column)
    }

    static func text(_ text: String, line: Int = 1) -> ConfigurationNode {
        ConfigurationNode(.scalar(.init(text: text, isPlain: true, contentLocation: at(line, 9))), at: at(line, 9))
    }

    static func map(_ entries: (String, ConfigurationNode)...) -> ConfigurationNode {
        ConfigurationNode(
            .mapping(entries.enumerated().map { .init(key: $1.0, keyLocation: at($0 + 1, 1), value: $1.1) }),
            at: at(1, 1),
        )
    }

    static func decode(_ node: ConfigurationNode) -> (Settingsful?, [Diagnostic]) {
        let context = DecodingContext(diagnostics: Diagnostics(), directory: nil, services: StageServices())
        return (record.decode(node, context), context.diagnostics.sorted)
    }

    @Test func decodesWithDefaultsAndShorthand() {
        #expect(
            Self.decode(Self.map(("method", Self.text("post")))).0
                == Settingsful(method: "POST", timeout: 29_000, names: [])
        )
        #expect(Self.decode(Self.text("get")).0 == Settingsful(method: "GET", timeout: 29_000, names: []))
    }

    @Test func reportsEverythingAtOnce() {
        let list = ConfigurationNode(
            .sequence([Self.text("ok", line: 3), Self.text("a b", line: 4)]),
            at: Self.at(3, 9),
        )
        let (value, findings) = Self.decode(
            Self.map(("timeut", Self.text("5")), ("timeout", Self.text("5", line: 2)), ("names", list))
        )
        #expect(value == nil)
        #expect(
            findings.map { $0.message } == [
                "unknown key \"timeut\" in call",
                "the key \"method\" is missing",
                "timeout: found \"5\"",
                "\"a b\" is no header name (a token, RFC 9110 section 5.1)",
            ]
        )
        #expect(findings.first?.suggestion == "did you mean \"timeout\"?")
        #expect(findings[2].expected == "expected a whole number of milliseconds from 50 to 29000")
    }

    @Test(arguments: [("10MiB", 10 << 20), ("64KB", 64_000), ("7", 7), ("1 kib", 1024)])
    func sizes(text: String, bytes: Int) {
        let context = DecodingContext(diagnostics: Diagnostics(), directory: nil, services: StageServices())
        #expect(FieldType<Int>.byteCount.decode(Self.text(text), context) == bytes)
    }

    @Test(arguments: ["-1", "99999999999GiB", "abc", "MB"])
    func badSizes(text: String) {
        let context = DecodingContext(diagnostics: Diagnostics(), directory: nil, services: StageServices())
        #expect(FieldType<Int>.byteCount.decode(Self.text(text), context) == nil)
        #expect(context.diagnostics.hasErrors)
    }

    @Test func blockTextsKnowTheirLines() {
        let scalar = ConfigurationNode.Scalar(
            text: "a\nb",
            isPlain: false,
            contentLocation: Self.at(10, 5),
            blockColumn: 5,
        )
        #expect(scalar.location(line: 2, column: 3) == Self.at(11, 7))
    }

    @Test(arguments: [("reponse", "response"), ("htpp", "http"), ("xyz", nil), ("Status", "status")])
    func suggestions(word: String, expected: String?) {
        #expect(Suggestion.nearest(to: word, among: ["request", "response", "http", "status"]) == expected)
    }
}
