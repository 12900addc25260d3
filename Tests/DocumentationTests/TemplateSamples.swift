import MappingTemplates
import OrderedJSON
import Testing

/// The samples of `MappingTemplates`.
struct TemplateSamples {
    @Test func rendering() throws {
        let template = try MappingTemplate(source: #"{"name": $input.json('$.name')}"#)
        let body = Array(#"{"name": "Ada"}"#.utf8)
        _ = try template.render(with: TemplateBindings(payload: body))  // {"name": "Ada"}

        #expect(try template.render(with: TemplateBindings(payload: body)) == #"{"name": "Ada"}"#)
    }

    @Test func walkthrough() throws {
        let template = try MappingTemplate(
            source: """
                #set($context.requestOverride.header.X-Caller = $context.identity.sourceIp)
                {"id": "$input.params('id')", "tags": $input.json('$.tags')}
                """,
            name: "order.vtl",
        )

        let bindings = TemplateBindings(
            payload: Array(#"{"tags": ["new", "red"]}"#.utf8),
            parameters: TemplateParameterLists(path: [("id", "7")], header: [("Accept", "application/json")]),
            context: ["identity": ["sourceIp": "192.0.2.1"]] as JSONObject,
            stageVariables: ["host": "orders.example"] as JSONObject,
        )

        var output: [UInt8] = []
        var overrides = TemplateOverrides()
        try template.render(into: &output, with: bindings, overrides: &overrides)
        print(String(decoding: output, as: UTF8.self))  // {"id": "7", "tags": ["new","red"]}
        print(overrides.request(.header))  // X-Caller: 192.0.2.1

        #expect(String(decoding: output, as: UTF8.self) == #"{"id": "7", "tags": ["new","red"]}"#)
        #expect(overrides.request(.header) == ["X-Caller": "192.0.2.1"])

        var traced = TemplateOverrides()
        try template.render(into: &output, with: bindings, overrides: &traced, trace: PrintedTrace())
        #expect(traced == overrides)
    }

    struct PrintedTrace: TemplateTrace {
        func reference(_ text: String, value: String, line: Int) { print("\(line): \(text) = \(value)") }
        func directive(_ name: String, detail: String, line: Int) { print("\(line): \(name) \(detail)") }
    }

    @Test func lookingForMistakes() throws {
        let text = #"{"name": "$input.json('$.name')"}"#
        for finding in try MappingTemplate(source: text).findings(source: text, printsJSON: true) {
            print(finding.line, finding.message)  // 1 $input.json(…) stands inside quotes, but …
        }

        #expect(
            try MappingTemplate(source: text).findings(source: text, printsJSON: true).map(\.message)
                == ["$input.json(…) stands inside quotes, but it prints the quotes of a string itself"]
        )
    }

    @Test func overriding() throws {
        let body = Array(#"{"name": "Ada"}"#.utf8)

        let template = try MappingTemplate(source: #"{"name": "$input.path('$.name')"}"#)
        var output: [UInt8] = []
        var overrides = TemplateOverrides()
        try template.render(into: &output, with: TemplateBindings(payload: body), overrides: &overrides)

        #expect(String(decoding: output, as: UTF8.self) == #"{"name": "Ada"}"#)
    }
}
