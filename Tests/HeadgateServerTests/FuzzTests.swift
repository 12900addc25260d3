import Foundation
import Headgate
import Testing

@testable import HeadgateServer

/// The inputs of `Tests/Fuzz/requests`: whatever comes, the connection ends, and a good one is served after it.
@Suite struct FuzzTests {
    @Test func theCorpusIsHarmless() async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/requests")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 100)
        var configuration = TestServer.configuration
        configuration.halfCloseGrace = .milliseconds(200)
        try await TestServer.serving(["ANY /a": Answer("well"), "ANY /stream": Answer("well")], configuration) {
            server in
            for file in files {
                let bytes = try Data(contentsOf: file)
                let wire = try server.connect()
                try await wire.send(Array(bytes))
                wire.finishSending()
                let answer = try await wire.rest()
                #expect(
                    answer.isEmpty || answer.hasPrefix("HTTP/1.1 "),
                    "\(file.lastPathComponent): \(answer.prefix(200))",
                )
            }
            #expect(try await server.ask("/a").body == "well")
        }
    }
}
