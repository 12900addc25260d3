import Foundation
import Testing

/// Every Swift sample of the documentation stands in this folder too, where it must compile and, as far as it needs no
/// network, run: the same text but for layout, imports, and the `_ =` in front of a value that nobody uses.
struct SampleTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var file: String
        var line: Int
        var code: String

        var testDescription: String { "\(file):\(line)" }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(below folder: String) -> [String] {
        FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap { $0 as? String }
            .map { folder + "/" + $0 }.sorted() ?? []
    }

    private static func text(_ file: String) -> String {
        (try? String(contentsOf: root.appending(path: file), encoding: .utf8)) ?? ""
    }

    /// What counts of a line: nothing of an import, which a test file has in another place, and no layout.
    private static func relevant(_ line: some StringProtocol) -> String {
        var text = line.trimmingCharacters(in: .whitespaces)
        if text.hasPrefix("import ") { return "" }
        if text.hasPrefix("_ = ") { text.removeFirst(4) }
        return text.filter { !$0.isWhitespace }
    }

    private static func withoutTrailingCommas(_ code: String) -> String {
        code.replacingOccurrences(of: ",)", with: ")").replacingOccurrences(of: ",]", with: "]")
    }

    /// The samples of a page, or of a source file's comments.
    private static func samples(in file: String) -> [Sample] {
        var samples: [Sample] = []
        var open: Sample?
        for (number, line) in text(file).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var text = line.trimmingCharacters(in: .whitespaces)
            if file.hasSuffix(".swift") {
                guard text.hasPrefix("///") else { continue }
                text = text.dropFirst(3).trimmingCharacters(in: .whitespaces)
            }
            if text.hasPrefix("```") {
                if let sample = open { samples.append(sample) }
                open = open == nil && text == "```swift" ? Sample(file: file, line: number + 1, code: "") : nil
            } else {
                open?.code += relevant(text)
            }
        }
        return samples
    }

    private static let all: [Sample] = {
        let pages = files(below: "Sources").filter {
            $0.hasSuffix(".swift") || $0.contains(".docc/") && $0.hasSuffix(".md")
        }
        return (pages + files(below: "docs").filter { $0.hasSuffix(".md") } + ["README.md", "CONTRIBUTING.md"]).flatMap(
            samples
        )
    }()

    private static let compiled: [String] = files(below: "Tests/DocumentationTests").filter { $0.hasSuffix(".swift") }
        .map { file in withoutTrailingCommas(text(file).split(separator: "\n").map { relevant($0) }.joined()) }

    @Test(arguments: all)
    func everySampleIsCompiled(_ sample: Sample) {
        let code = Self.withoutTrailingCommas(sample.code)
        #expect(
            Self.compiled.contains { $0.contains(code) },
            "the sample at \(sample.file):\(sample.line) is in no file of Tests/DocumentationTests",
        )
    }

    @Test func samplesAreFound() {
        #expect(Self.all.count > 20)
        #expect(Self.all.allSatisfy { !$0.code.isEmpty })
    }
}
