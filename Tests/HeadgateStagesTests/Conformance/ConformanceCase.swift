import Foundation
import OrderedJSON
import Testing

/// One line of Tests/Conformance/dataplane: a request against an API document, and what must be seen.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    let area: String
    let json: JSONValue

    var id: String { json["id"]?.string ?? "" }
    var testDescription: String { id }

    /// The cases of some areas that the stages of this module can answer without anything around them.
    static func load(_ areas: [String]) -> [ConformanceCase] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Conformance/dataplane")
        return areas.flatMap { area -> [ConformanceCase] in
            guard let text = try? String(contentsOf: folder.appendingPathComponent(area + ".jsonl"), encoding: .utf8)
            else {
                return []
            }
            return text.split(separator: "\n").compactMap { line in
                (try? JSONValue(parsing: String(line))).map { ConformanceCase(area: area, json: $0) }
            }
        }.filter(\.isWithinReach)
    }

    /// Lambda, gateway-wide refusals and the network are other modules' business.
    private var isWithinReach: Bool {
        let backend = json["backend"]?["kind"]?.string
        guard let integration = ConformanceAPI(self).integration else { return false }
        let type = integration["type"]?.string?.lowercased() ?? ""
        let isStorage = integration["uri"]?.string?.contains(":s3:path/") == true
        return ["none", "echo", "echoBody", "fixed", "aws"].contains(backend) && json["backend"]?["delayMs"] == nil
            && (["http", "http_proxy", "mock"].contains(type) || (type == "aws" && isStorage))
            && integration["uri"]?.string?.contains("refused.test") != true
            && json["request"]?["rawTarget"] == nil
    }
}
