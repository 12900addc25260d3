import Foundation
import OrderedJSON
import Testing

@testable import JSONSchema

/// The cases of Tests/Conformance/jsonschema, and where JSON_SCHEMA_TEST_SUITE names a checkout of the public
/// JSON-Schema-Test-Suite, those of its draft 4 too.
struct ConformanceTests {
    @Test(arguments: Self.files)
    func cases(_ file: String) throws {
        let groups = try #require(try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: file)))).array)
        #expect(!groups.isEmpty)
        for group in groups {
            let schema = try #require(group["schema"])
            let compiled: JSONSchema
            do {
                compiled = try JSONSchema(schema, resolver: Self.remotes)
            } catch {
                Issue.record("\(file): \(group["description"]?.string ?? ""): \(error)")
                continue
            }
            for test in group["tests"]?.array ?? [] {
                let data = try #require(test["data"])
                let isValid = try #require(test["valid"]?.bool)
                let instance = try JSONDocument(JSONWriter.string(data))
                let errors = compiled.errors(in: instance.root)
                let name = "\(file): \(group["description"]?.string ?? ""): \(test["description"]?.string ?? "")"
                #expect(errors.isEmpty == isValid, "\(name): \(errors)")
                #expect(compiled.accepts(instance.root) == isValid, "\(name)")
            }
        }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Conformance/jsonschema").path
    static let suite = ProcessInfo.processInfo.environment["JSON_SCHEMA_TEST_SUITE"]

    static let files: [String] = {
        var folders = [folder]
        if let suite {
            folders += [
                suite + "/tests/draft4", suite + "/tests/draft4/optional", suite + "/tests/draft4/optional/format",
            ]
        }
        return folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                .filter { $0.hasSuffix(".json") }.map { folder + "/" + $0 }
        }
    }()

    /// What the suite expects at its own address.
    static let remotes = SchemaResolver { uri in
        let address = "http://localhost:1234/"
        guard let suite, uri.hasPrefix(address) else { return nil }
        let path = suite + "/remotes/" + uri.dropFirst(address.count)
        return (try? Data(contentsOf: URL(fileURLWithPath: path))).flatMap { try? JSONValue(parsing: Array($0)) }
    }
}
