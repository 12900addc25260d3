import Foundation
import Testing

/// Files that hold what a person reads, compared whole. With `RECORD_GOLDENS=1` in the environment they
/// are written, and the test fails once, so that the difference is looked at before it is committed.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    static func check(_ text: String, against name: String) throws {
        let file = folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
            if let written = try? String(contentsOf: file, encoding: .utf8), written == text { return }
            try Data(text.utf8).write(to: file)
            Issue.record("recorded \(name)")
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "\(name); RECORD_GOLDENS=1 writes what came out")
    }
}
