import Foundation
import HeadgateGateway
import HeadgateTesting
import Testing

/// The pipeline files of "Pipeline files": each block's first line says which file it is, and all of them together are a
/// folder that has nothing to complain about and passes its own tests.
struct PipelineSamples {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Sources/HeadgateDefinitions/HeadgateDefinitions.docc/PipelineFiles.md")

    private func write(to folder: URL) throws -> Int {
        var files: [String: String] = ["pipelines/orders/enrich.lua": "return { response = function(ctx) end }\n"]
        let blocks = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
        for block in blocks {
            let text = try #require(block.components(separatedBy: "```").first)
            let name = try #require(text.split(separator: "\n").first)
            try #require(name.hasPrefix("# pipelines/"), "a block begins with its file's name, not with \(name)")
            files[String(name.dropFirst(2)), default: ""] += text
        }
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true,
            )
            try Data(text.utf8).write(to: file)
        }
        return blocks.count
    }

    @Test func theFilesAreValidAndPassTheirTests() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "headgate-samples-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try write(to: folder) > 5)
        let path = folder.appending(path: "pipelines").path
        let loaded = try await Gateway.check(pipelines: path)
        #expect(loaded.diagnostics.map { "\($0.location): \($0.message)" } == [])
        let results = try await PipelineTestRunner().run(path)
        #expect(results.all.count == 1)
        #expect(results.allPassed, "\(results.text(.plain, trace: true))")
    }
}
