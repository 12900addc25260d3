import Foundation
import MappingTemplates
import OrderedJSON
import Testing

/// The vectors of `Tests/Conformance/vtl`: every one passes, to the character.
struct ConformanceTests {
    @Test(arguments: ["vtl-language", "vtl-language-stock", "mapping-template", "jsonpath"])
    func vectors(_ family: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Conformance/vtl/\(family).jsonl")
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        var passed = 0
        for line in lines {
            let value = try JSONValue(parsing: Array(line), limits: JSONLimits(refusesLoneSurrogates: false))
            let result = try TemplateCase(value).run()
            let isMet = try #require(result.meets(value), "\(result.id) expects nothing")
            if isMet { passed += 1 }
            #expect(isMet, "\(result.id): \(result.line)")
        }
        print("conformance: \(family): \(passed) of \(lines.count) vectors pass")
        #expect(!lines.isEmpty)
    }
}
