import Foundation
import Headgate
import HeadgateStages
import Testing

@testable import HeadgateDefinitions

/// The inputs of `Tests/Fuzz/files`, whole and cut short: pipelines or findings, never an end of the process.
@Suite struct FuzzTests {
    @Test func theCorpusIsHarmless() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fuzz/files")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 100)
        let loader = DefinitionsLoader(
            registry: StageRegistry(BuiltInStages.declarations),
            environment: ["NAME": "value"],
        )
        for file in files {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            let name = text.hasPrefix("{") ? "a.json" : "a.yaml"
            for part in [text.count, text.count / 2, text.count / 3, max(text.count - 1, 0)] {
                let loaded = loader.load(text: String(text.prefix(part)), file: name)
                #expect(
                    !loaded.pipelines.isEmpty || !loaded.diagnostics.isEmpty || !loaded.functions.isEmpty || part < 60,
                    "\(file.lastPathComponent) to \(part)",
                )
            }
        }
    }
}
