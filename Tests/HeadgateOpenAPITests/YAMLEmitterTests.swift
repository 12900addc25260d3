import Headgate
import HeadgateDefinitions
import OrderedJSON
import Testing

@testable import HeadgateOpenAPI

@Suite struct YAMLEmitterTests {
    private func node(_ json: JSONValue) -> ConfigurationNode {
        ConfigurationNode(json, at: SourceLocation(file: "", line: 1))
    }

    @Test func whatAPersonWouldHaveWritten() {
        let json: JSONValue = [
            "name": "pets", "version": "1.0", "port": 80, "on": true, "off": "true", "empty": [:], "none": nil,
            "types": ["image/png", "image/*"], "header": "'*'", "text": "a: b", "pattern": "2\\d\\d",
            "template": "#set($a = 1)\n{\"a\": $a}\n", "list": [["a": 1, "b": ["c": "d"]], ["a": 2]],
            "both": "{\"a\": \"$input.params('a')\"}",
        ]
        #expect(
            YAMLEmitter.text(node(json)) == #"""
                name: pets
                version: "1.0"
                port: 80
                "on": true
                "off": "true"
                empty: {}
                none: null
                types: [image/png, image/*]
                header: "'*'"
                text: "a: b"
                pattern: 2\d\d
                template: |
                  #set($a = 1)
                  {"a": $a}
                list:
                  - a: 1
                    b:
                      c: d
                  - a: 2
                both: |-
                  {"a": "$input.params('a')"}

                """#
        )
    }

    /// Whatever text stands in a definition comes back from the file.
    @Test func everyTextComesBack() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "a", "b c", "\n", "\n\n", " ", "\t", "'", "\"", "\\", ":", ": ", "#", " #", "- ", "${NAME}", "$${NAME}",
            "${stageVariables.a}",
            "{", "}", "[", "]", ",", "|", ">", "&", "*", "!", "%", "@", "`", "ä", "😀", "\u{85}", "\u{2028}", "\r",
            "true", "null", "1", "1.0", "~",
            "---", "...", "<<", "=", "yes", "0x1F", "2020-01-01", "\u{FEFF}",
        ]
        for round in 0..<4000 {
            let count = Int.random(in: 0...6, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let key = round % 2 == 0 ? "requestTemplates" : "value"
            let json: JSONValue = .object(
                JSONObject([
                    (
                        key,
                        .object(
                            JSONObject([("a", .string(text)), ("b", .array([.string(text)])), ("x" + text, 1)])
                        ),
                    )
                ])
            )
            let yaml = YAMLEmitter.text(node(json), escapesEnvironment: true)
            let diagnostics = Diagnostics()
            let read = ConfigurationDocument.read(text: yaml, named: "a.yaml", environment: [:], diagnostics)
            let again = read.map { JSONValue(definition: $0) }
            #expect(again == json, "\(text.debugDescription)\n\(yaml)\n\(diagnostics.all.map(\.message))")
            if again != json { break }
        }
    }
}
