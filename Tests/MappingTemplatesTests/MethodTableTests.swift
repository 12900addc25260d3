import Foundation
import MappingTemplates
import OrderedJSON
import Testing

/// What Java's methods answer on each kind of value. `Cases/methods.jsonl` holds, for every kind and nearly every
/// method, what Velocity 1.7 on OpenJDK 17 prints; `receivers.vtl` and `payload.json` say what the values are.
struct MethodTableTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    private static func lines() throws -> [JSONValue] {
        try Data(contentsOf: folder.appending(path: "methods.jsonl")).split(separator: UInt8(ascii: "\n"))
            .map { try JSONValue(parsing: Array($0)) }
    }

    @Test func everyMethodAnswersAsJavas() throws {
        let receivers = try String(contentsOf: Self.folder.appending(path: "receivers.vtl"), encoding: .utf8)
        let payload = try Array(Data(contentsOf: Self.folder.appending(path: "payload.json")))
        let rows = try Self.lines()
        for row in rows {
            let text = try #require(row["template"]?.string)
            // `#set` swallows the line break that follows it, so that only the row prints.
            let output = try? MappingTemplate(source: receivers + text).render(with: TemplateBindings(payload: payload))
            #expect(output == row["output"]?.string, "\(row["id"]?.string ?? ""): \(text)")
        }
        #expect(rows.count > 900)
    }

    /// A method that Java has and this engine has not is said, where printing nothing would hide it.
    @Test(arguments: [
        ("$s.chars()", "java.lang.String.chars() is not supported; the nearest supported method is charAt()"),
        ("$list.stream()", "net.minidev.json.JSONArray.stream() is not supported"),
        ("$vm.forEach($x)", "java.util.LinkedHashMap.forEach() is not supported"),
        ("$big.bitCount()", "java.math.BigInteger.bitCount() is not supported"),
        ("$big.not()", "java.math.BigInteger.not() is not supported"),
        ("$dec.setScale(2, 4)", "java.math.BigDecimal.setScale() is not supported"),
    ])
    func unsupportedMethodsAreNamed(_ text: String, _ message: String) throws {
        let receivers = try String(contentsOf: Self.folder.appending(path: "receivers.vtl"), encoding: .utf8)
        let payload = try Array(Data(contentsOf: Self.folder.appending(path: "payload.json")))
        let line = receivers.utf8.count(where: { $0 == UInt8(ascii: "\n") }) + 1
        let template = try MappingTemplate(source: receivers + text, name: "orders.vtl")
        let error = #expect(throws: TemplateRenderError.self) {
            _ = try template.render(with: TemplateBindings(payload: payload))
        }
        #expect(error?.reason == .method)
        #expect(error?.description.hasPrefix("orders.vtl:\(line): \(message)") == true, "\(error?.description ?? "")")
    }
}
