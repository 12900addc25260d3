import Foundation
import Headgate
import HeadgateDefinitions
import Testing

@testable import HeadgateOpenAPI

/// The inputs of `Tests/Fuzz/openapi`, whole and cut short: findings, never an end of the process.
@Suite struct FuzzTests {
    @Test func theCorpusIsHarmless() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/openapi")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 7)
        for file in files {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            for part in stride(from: 0, through: text.count, by: 97) {
                let found = Diagnostics()
                let apis = DefinitionImport().apis(inText: String(text.prefix(part)), named: "a.yaml", found)
                #expect(apis.count < 4)
            }
            _ = DefinitionImport().apis(inText: text, named: "a.yaml", Diagnostics())
        }
    }
}
