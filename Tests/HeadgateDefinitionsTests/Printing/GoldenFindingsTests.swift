import Foundation
import Headgate
import Testing

@testable import HeadgateDefinitions

/// What `headgate check` prints for files with mistakes. `Golden/NAME.yaml` (or `.json`, or a folder of
/// files) is the input, `Golden/NAME.txt` the output.
@Suite("What mistakes look like")
struct GoldenFindingsTests {
    static let cases: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Golden.folder.path)) ?? []
        return names.filter { !$0.hasSuffix(".txt") && !$0.hasPrefix(".") }.sorted()
    }()

    private static let loader = DefinitionsLoader(
        registry: SampleStages.registry,
        environment: ["HOST": "pets.example", "TIMEOUT": "9"],
    )

    @Test("There are many of them")
    func coverage() {
        #expect(Self.cases.count >= 100)
    }

    @Test("As it was looked at", arguments: cases)
    func findings(name: String) throws {
        let path = Golden.folder.appendingPathComponent(name)
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder)
        let names =
            isFolder.boolValue ? try FileManager.default.contentsOfDirectory(atPath: path.path).sorted() : [name]
        let contents = try names.map { file in
            let url = isFolder.boolValue ? path.appendingPathComponent(file) : path
            return (file: file, bytes: [UInt8](try Data(contentsOf: url)))
        }
        let loaded = Self.loader.load(contents: contents, directory: nil)
        #expect(!loaded.diagnostics.isEmpty)
        let text = DiagnosticPrinter(sources: loaded.sources).text(loaded.diagnostics) + "\n"
        try Golden.check(text, against: path.deletingPathExtension().lastPathComponent + ".txt")
    }
}
