import Headgate
import HeadgateDefinitions
import HeadgateOpenAPI
import Testing

/// Nothing is lost on the way from a definition to pipeline files and back, nor from a definition to
/// the document that is exported.
@Suite struct RoundTripTests {
    @Test(.enabled(if: !CorpusTests.documents.isEmpty, "no corpus here"), arguments: CorpusTests.documents)
    func realDocuments(_ path: String) throws {
        let diagnostics = Diagnostics()
        for api in DefinitionImport().apis(inFile: path, diagnostics) { try check(api, path) }
    }

    @Test(arguments: ConformanceDocuments.all)
    func conformanceDocuments(_ document: ConformanceDocuments.Document) throws {
        let diagnostics = Diagnostics()
        let apis = DefinitionImport().apis(inText: document.text, named: document.name, diagnostics)
        #expect(diagnostics.all.filter { $0.severity == .error }.map(Finding.line) == [])
        let api = try #require(apis.first)
        try check(api, document.name)
    }

    private func check(_ api: RestAPI, _ name: String) throws {
        try checkFiles(api)
        let writer = OpenAPIWriter(api)
        for (text, ending) in [(writer.json, "json"), (writer.yaml, "yaml")] {
            let diagnostics = Diagnostics()
            let again = DefinitionImport().apis(inText: text, named: "exported.\(ending)", diagnostics)
            #expect(diagnostics.all.filter { $0.severity == .error }.map(Finding.line) == [], "\(text)")
            #expect(differences(again.first, api) == [])
        }
    }

    private func checkFiles(_ api: RestAPI) throws {
        let diagnostics = Diagnostics()
        let nodes = PipelineFiles(api).files.compactMap { file in
            ConfigurationDocument.read(text: file.text, named: file.name, environment: [:], diagnostics)
        }
        let again = PipelineFilesReader(diagnostics: diagnostics).api(from: nodes)
        #expect(diagnostics.all.filter { $0.severity == .error }.map(Finding.line) == [])
        #expect(differences(again, api) == [])
    }

    /// What is not the same, in a form that a person can read.
    private func differences(_ found: RestAPI?, _ expected: RestAPI) -> [String] {
        guard let found = found?.inNaturalOrder else { return ["there is no API"] }
        var expected = expected.inNaturalOrder
        if found.methods == expected.methods { expected.methods = found.methods }
        guard found != expected else { return [] }
        var all: [String] = []
        for (left, right) in zip(Mirror(reflecting: found).children, Mirror(reflecting: expected).children)
        where String(describing: left.value) != String(describing: right.value) {
            all.append("\(left.label ?? ""): \(left.value) is not \(right.value)")
        }
        return all.isEmpty ? ["they differ"] : all
    }
}
