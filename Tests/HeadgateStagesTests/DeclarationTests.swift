import Headgate
import Testing

@testable import HeadgateStages

@Suite struct DeclarationTests {
    private typealias Node = ConfigurationNode

    private static var place: Headgate.SourceLocation { .init(file: "p.yaml", line: 7, column: 5) }

    private func text(_ text: String) -> Node {
        Node(.scalar(.init(text: text, isPlain: false, contentLocation: Self.place)), at: Self.place)
    }

    private func map(_ entries: (String, Node)...) -> Node {
        Node(.mapping(entries.map { .init(key: $0.0, keyLocation: Self.place, value: $0.1) }), at: Self.place)
    }

    private func list(_ nodes: Node...) -> Node { Node(.sequence(nodes), at: Self.place) }

    private func build(_ declaration: StageDeclaration, _ node: Node) -> (BuiltStage?, [Diagnostic]) {
        let diagnostics = Diagnostics()
        let context = DecodingContext(diagnostics: diagnostics, directory: nil, services: StageServices())
        let built = declaration.stage(from: node, context)
        return (built, diagnostics.all)
    }

    private var nothing: Node { Node(.null, at: Self.place) }

    @Test func builtInStages() {
        let kinds = BuiltInStages.declarations.map(\.kind)
        #expect(
            Set(kinds).isSuperset(of: [
                "jwt-authorizer", "api-key", "throttle", "request", "mock", "select", "response",
            ])
        )
        #expect(Set(kinds).count == kinds.count)
        let phases = BuiltInStages.declarations.map(\.phase)
        #expect(phases == phases.sorted())
        #expect(BuiltInStages.declarations.allSatisfy { $0.example.hasPrefix($0.kind + ":") })
    }

    @Test func requestInFull() {
        let (built, findings) = build(
            RequestStage.declaration,
            map(
                ("parameters", map(("path.id", text("method.request.path.id")), ("header.X-A", text("'a'")))),
                ("templates", map(("application/json", text("{}")), ("$default", nothing))),
                ("passthroughBehavior", text("never")),
                ("contentHandling", text("CONVERT_TO_TEXT")),
            ),
        )
        #expect(findings.isEmpty)
        #expect(
            built?.explanation
                == "2 parameters, CONVERT_TO_TEXT, templates for application/json, $default, passes NEVER"
        )
        #expect(
            built?.details.map { "\($0.name) = \($0.text)" } == [
                "integration.request.path.id = method.request.path.id", "integration.request.header.X-A = 'a'",
                "template application/json = {}", "template $default = (none: the body passes)",
            ]
        )
    }

    @Test func requestWithoutSettings() {
        let (built, findings) = build(RequestStage.declaration, nothing)
        #expect(findings.isEmpty)
        #expect(built?.explanation == "no template")
    }

    @Test func requestWithMistakes() {
        let (built, findings) = build(
            RequestStage.declaration,
            map(
                ("parameters", map(("headers.X", text("method.request.path.id")), ("header.Y", text("oops")))),
                ("templates", map(("json", text("{}")), ("application/json", text("#if(")))),
                ("passthroughBehavior", text("NEVR")),
                ("template", text("")),
            ),
        )
        #expect(built == nil)
        let messages = Set(findings.map(\.message))
        #expect(
            messages.isSuperset(of: [
                "Invalid mapping expression parameter specified: headers.X",
                "Invalid mapping expression specified: oops",
                "Invalid content type specified: json", "unknown key \"template\" in request",
            ]),
            "\(messages)",
        )
        #expect(findings.contains { $0.suggestion == "did you mean \"NEVER\"?" })
        #expect(findings.contains { $0.suggestion == "did you mean \"templates\"?" })
    }

    @Test func headersThatNeverArriveGetAWarning() {
        let (built, findings) = build(
            RequestStage.declaration,
            map(
                (
                    "parameters",
                    map(
                        ("header.content-length", text("'1'")),
                        ("header.Via", text("'x'")),
                        ("header.Host", text("'h'")),
                    ),
                )
            ),
        )
        #expect(built != nil)
        #expect(findings.map(\.severity) == [.warning, .warning])
        #expect(
            findings.map(\.message) == [
                "the gateway sets content-length itself: with this mapping every request is answered with 500",
                "Via belongs to the connection and never reaches an HTTP backend",
            ]
        )
        let (response, warnings) = build(
            ResponseStage.declaration,
            map(
                (
                    "default",
                    map(
                        ("parameters", map(("header.Transfer-Encoding", text("'x'")), ("header.Date", text("'d'"))))
                    ),
                )
            ),
        )
        #expect(warnings.map(\.message) == ["Transfer-Encoding belongs to the connection and never reaches the client"])
        #expect(response?.details.map(\.text) == ["'x' (never sent)", "'d' (sent as x-amzn-Remapped-Date)"])
    }

    @Test func mockForms() {
        let (plain, _) = build(MockStage.declaration, nothing)
        #expect((plain?.stage as? MockStage)?.fixed == nil)
        let (short, _) = build(MockStage.declaration, text("200"))
        #expect((short?.stage as? MockStage)?.fixed?.status == 200)
        #expect(short?.explanation == "always 200")
        let (long, findings) = build(
            MockStage.declaration,
            map(("status", text("201")), ("headers", map(("X-A", text("1")))), ("body", text("b"))),
        )
        #expect(findings.isEmpty)
        #expect((long?.stage as? MockStage)?.fixed?.headers.first("X-A") == "1")
        let (bad, report) = build(MockStage.declaration, map(("body", text("b"))))
        #expect(bad == nil)
        #expect(report.first?.message == "headers and body stand without a status")
        #expect(build(MockStage.declaration, text("700")).0 == nil)
        #expect(
            build(MockStage.declaration, map(("status", text("200")), ("headers", map(("X A", text("1")))))).0 == nil
        )
        let (injected, injection) = build(
            MockStage.declaration,
            map(("status", text("200")), ("headers", map(("X-A", text("a\r\nb"))))),
        )
        #expect(injected == nil)
        #expect(injection.first?.message.contains("line break") == true)
    }

    @Test func selectForms() {
        let rules = list(
            map(("pattern", text("4\\d{2}")), ("status", text("400"))),
            map(("status", text("200"))),
        )
        let (built, findings) = build(SelectStage.declaration, rules)
        #expect(findings.isEmpty)
        #expect(built?.explanation == "4\\d{2} → 400, else → 200")
        let (lambda, _) = build(SelectStage.declaration, map(("responses", rules), ("on", text("errorMessage"))))
        #expect(lambda?.explanation == "by errorMessage: 4\\d{2} → 400, else → 200")
        let (twice, report) = build(
            SelectStage.declaration,
            list(map(("status", text("200"))), map(("pattern", text("")), ("status", text("500")))),
        )
        #expect(twice == nil)
        #expect(report.first?.message == "two entries have no pattern")
        #expect(build(SelectStage.declaration, list()).1.map(\.severity) == [.warning])
        let (broken, problem) = build(
            SelectStage.declaration,
            list(map(("pattern", text("(4")), ("status", text("400")))),
        )
        #expect(broken == nil)
        #expect(problem.first?.message.hasPrefix("the pattern \"(4\" cannot be read") == true)
    }

    @Test func responseForms() {
        let (empty, _) = build(ResponseStage.declaration, nothing)
        #expect(empty?.explanation == "else: the body passes")
        let (built, findings) = build(
            ResponseStage.declaration,
            map(
                ("200", map(("parameters", map(("header.X", text("integration.response.header.X")))))),
                ("default", map(("templates", map(("application/json", text("{}")))))),
            ),
        )
        #expect(findings.isEmpty)
        #expect(built?.explanation == "200: 1 header, the body passes; else: template for application/json")
        #expect(built?.details.first?.name == "200 method.response.header.X")
        let (bad, report) = build(ResponseStage.declaration, map(("20", nothing), ("defualt", nothing)))
        #expect(bad == nil)
        #expect(report.first?.message == "\"20\" is no status")
        #expect(report.last?.suggestion == "did you mean \"default\"?")
    }
}
