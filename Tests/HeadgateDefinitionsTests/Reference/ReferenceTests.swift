import Headgate
import OrderedJSON
import Testing

@testable import HeadgateDefinitions

@Suite("What follows from the declarations")
struct ReferenceTests {
    @Test("Every example decodes", arguments: SampleStages.registry.kinds)
    func examples(kind: String) throws {
        let declaration = try #require(SampleStages.registry[kind])
        let diagnostics = Diagnostics()
        let text =
            declaration.example.hasPrefix("- ")
            ? declaration.example : "- " + declaration.example.replacing("\n", with: "\n  ")
        let source = SourceText(file: "example.yaml", bytes: Array(text.utf8))
        let list = try #require(YAMLReader.documents(in: source, limits: ReadingLimits(), diagnostics).first)
        guard case .sequence(let entries) = list.value else {
            Issue.record("the example is no list: \(text)")
            return
        }
        let context = DecodingContext(diagnostics: diagnostics, directory: nil, services: StageServices())
        for entry in entries {
            guard case .mapping(let settings) = entry.value else { continue }
            for setting in settings where setting.key != "name" {
                #expect(SampleStages.registry[setting.key]?.stage(from: setting.value, context) != nil)
            }
        }
        #expect(diagnostics.all == [])
    }

    @Test("The schema resolves, and knows every key")
    func schema() throws {
        let schema = try JSONValue(parsing: SchemaGenerator.schema(for: SampleStages.registry))
        var references: Set<String> = []
        func collect(_ value: JSONValue) {
            if let reference = value["$ref"]?.string { references.insert(reference) }
            value.object?.forEach { collect($0.value) }
            value.array?.forEach(collect)
        }
        collect(schema)
        let definitions = try #require(schema["definitions"]?.object)
        #expect(references == Set(definitions.keys.map { "#/definitions/" + $0 }))
        let pipeline = try #require(definitions["pipeline"]?["properties"]?.object)
        #expect(pipeline.keys == PipelineFields(registry: SampleStages.registry).all.map(\.name))
        let integration = try #require(pipeline["integration"]?["properties"]?.object)
        #expect(integration.keys == IntegrationFields().all.map(\.name))
        #expect(definitions["pipeline"]?["required"] == ["route"])
        #expect(definitions["stage-http"]?["required"] == ["uri"])
        #expect(
            definitions["stage-response"]?["additionalProperties"]?["properties"]?.object?.keys == [
                "parameters", "templates", "contentHandling",
            ]
        )
        let select = try #require(definitions["stage-select"]?["anyOf"]?.array)
        #expect(select.map { $0["type"]?.string } == ["object", "array"])
        #expect(integration["timeoutInMillis"]?["anyOf"]?[0] == ["type": "integer", "minimum": 50, "maximum": 900_000])
    }

    @Test("Pages have every kind and every key")
    func pages() {
        let registry = SampleStages.registry
        let stages = ReferencePages.stagesPage(of: registry)
        let file = ReferencePages.pipelineFilePage(of: registry)
        for declaration in registry.declarations {
            #expect(stages.contains("\n## \(declaration.kind)\n"))
            #expect(ReferencePages.list(of: registry).contains(declaration.kind))
            for field in declaration.shape.fields() {
                #expect(ReferencePages.page(of: declaration).contains("\n| `\(field.name)` |"))
            }
        }
        for field in PipelineFields(registry: registry).all + IntegrationFields().all {
            #expect(file.contains("\n| `\(field.name)` |"))
        }
        // All rows of a table have as many cells as its head.
        var cells = 0
        for line in (stages + "\n" + file).split(separator: "\n", omittingEmptySubsequences: false) {
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            if cells > 0, bars > 0 { #expect(bars == cells, "\(line)") }
            cells = line.hasPrefix("|") ? bars : 0
        }
    }

    @Test("The list for programs")
    func list() throws {
        let list = try JSONValue(parsing: ReferencePages.listJSON(of: SampleStages.registry))
        #expect(list.array?.map { $0["kind"]?.string } == SampleStages.registry.kinds)
        #expect(list.array?.last?["fields"]?[0]?["required"] == true)
    }

    @Test("The page of a stage")
    func page() throws {
        let declaration = try #require(SampleStages.registry["http-proxy"])
        try Golden.check(ReferencePages.page(of: declaration) + "\n", against: "../Reference/http-proxy.md")
    }
}
