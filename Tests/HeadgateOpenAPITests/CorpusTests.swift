import Headgate
import HeadgateOpenAPI
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Documents of other people: real ones where they stand beside the checkout, and those of the
/// conformance cases.
@Suite struct CorpusTests {
    /// Real documents, if there are any here: the folder that `HEADGATE_OPENAPI_CORPUS` names, else
    /// `shared/conformance/openapi` beside the checkout.
    static let folder: String? = {
        let given = getenv("HEADGATE_OPENAPI_CORPUS").map { String(cString: $0) }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = given ?? "/\(root)/../shared/conformance/openapi"
        return access(folder, R_OK) == 0 ? folder : nil
    }()

    static let documents: [String] =
        folder.map { folder in
            Folder.names(folder).filter { $0.hasSuffix(".json") || $0.hasSuffix(".yaml") }.map { folder + "/" + $0 }
        } ?? []

    @Test(
        .enabled(if: !CorpusTests.documents.isEmpty, "no corpus here; name one with HEADGATE_OPENAPI_CORPUS"),
        arguments: documents,
    )
    func importsWithoutAnError(_ path: String) throws {
        let diagnostics = Diagnostics()
        let apis = DefinitionImport().apis(inFile: path, diagnostics)
        #expect(diagnostics.all.filter { $0.severity == .error }.map(Finding.line) == [])
        #expect(apis.count == 1)
        #expect(apis.first?.methods.contains { $0.integration != nil } == true)
    }
}
