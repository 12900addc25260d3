import Foundation
import MappingTemplates
import OrderedJSON
import Testing

/// The inputs of `Tests/Fuzz/templates`: nothing may crash, run on or grow without end.
struct FuzzTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../Fuzz/templates"
    )

    private static let names: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).sorted()
    }()

    /// A twentieth of the work that is allowed otherwise, since these tests are not optimised.
    private static let limits = TemplateLimits(work: 20_000)

    private static let payload = Array(
        #"{"a": 1, "decimal": 1.23456789012345678901234567890, "items": [{"id": 1, "name": "n"}, {"id": 2}]}"#.utf8
    )

    private func rendered(_ source: [UInt8], _ profile: MappingTemplate.Profile) throws -> [UInt8] {
        let template = try MappingTemplate(source: source, name: "template", profile: profile, limits: Self.limits)
        var output: [UInt8] = []
        var overrides = TemplateOverrides()
        try template.render(into: &output, with: TemplateBindings(payload: Self.payload), overrides: &overrides)
        return output
    }

    @Test func thereAreInputs() { #expect(Self.names.count >= 100) }

    @Test(arguments: names)
    func wholeAndCutShort(name: String) throws {
        let source = [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
        for profile in MappingTemplate.Profile.allCases {
            for length in stride(from: source.count, to: 0, by: -max(1, source.count / 5)) {
                let output = try? rendered(Array(source[..<length]), profile)
                #expect(output?.count ?? 0 <= Self.limits.outputBytes)
            }
        }
    }

    /// What stops a template, or how much it prints: `Golden/hostile.txt`, looked at by a person.
    @Test func hostileTemplatesEndInAnError() throws {
        var lines: [String] = []
        for name in Self.names where name.hasPrefix("hostile-") {
            let source = [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
            do {
                lines.append("\(name): prints \(try rendered(source, .velocity).count) bytes")
            } catch {
                lines.append("\(name): \(String(describing: error).prefix(160))")
            }
        }
        let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/hostile.txt")
        let text = lines.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["HEADGATE_UPDATE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: golden)
        }
        #expect(text == (try String(contentsOf: golden, encoding: .utf8)))
    }
}
