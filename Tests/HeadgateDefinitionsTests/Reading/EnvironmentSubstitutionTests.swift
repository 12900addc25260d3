import Headgate
import HeadgateDefinitions
import Testing

@testable import HeadgateDefinitions

@Suite("Values from the environment")
struct EnvironmentSubstitutionTests {
    private let environment = ["HOST": "pets.example", "PORT": "8080", "EMPTY": "", "A_1": "x", "LONG_NAME": "y"]

    private func substitute(_ text: String) -> (text: String, findings: [Diagnostic]) {
        let diagnostics = Diagnostics()
        let source = SourceText(file: "a.yaml", bytes: Array(text.utf8))
        let nodes = YAMLReader.documents(in: source, limits: ReadingLimits(), diagnostics)
        let substitution = EnvironmentSubstitution(environment: environment, diagnostics: diagnostics)
        return (nodes.map { substitution.apply(to: $0).flow }.joined(), diagnostics.all)
    }

    @Test(
        "What is put in",
        arguments: [
            ("http://${HOST}:${PORT}/", "http://pets.example:8080/"),
            ("'${HOST}'", "\"pets.example\""),
            ("${MISSING:-http://localhost:1/}", "http://localhost:1/"),
            ("${EMPTY:-default}", "default"),
            ("a${EMPTY}b", "ab"),
            ("${EMPTY:-}x", "x"),
            ("${A_1}", "x"),
            ("$${HOST}", "${HOST}"),
            ("$$${HOST}", "$${HOST}"),
            ("${stageVariables.host}", "${stageVariables.host}"),
            ("${HOST.x}", "${HOST.x}"),
            ("$HOST ${} ${1A} $", "$HOST ${} ${1A} $"),
            ("é${PORT}日", "é8080日"),
        ],
    )
    func replacements(text: String, result: String) {
        let (out, findings) = substitute("k: " + text)
        #expect(out == "{k: \(result)}")
        #expect(findings == [])
    }

    @Test("Blocks, templates and scripts keep their text, keys too")
    func verbatim() {
        let text = """
            a: |
              ${HOST}
            b: >
              ${HOST}
            requestTemplates: {application/json: '${HOST}'}
            response: [{templates: {x: "${HOST}"}, other: "${HOST}"}]
            ${HOST}: 1
            """
        #expect(
            substitute(text).text
                == #"{a: "${HOST}\n", b: "${HOST}\n", requestTemplates: {application/json: "${HOST}"}, "#
                + #"response: [{templates: {x: "${HOST}"}, other: "pets.example"}], ${HOST}: 1}"#
        )
    }

    @Test("What is missing is reported at its place, with what is near")
    func missing() {
        let (out, findings) = substitute("k: [ok, 'x ${LONG_NAMF} ${NOWHERE}', \"${HOST\"]")
        #expect(out == #"{k: [ok, "x ${LONG_NAMF} ${NOWHERE}", "${HOST"]}"#)
        #expect(
            findings.map(\.short) == [
                "1:12 the environment variable LONG_NAMF is not set",
                "1:25 the environment variable NOWHERE is not set",
                "1:39 \"${HOST\" is not closed",
            ]
        )
        #expect(
            findings.map(\.suggestion) == ["did you mean ${LONG_NAME}?", "set it, or write ${NOWHERE:-default}", nil]
        )
    }
}
