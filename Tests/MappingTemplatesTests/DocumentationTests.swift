import Foundation
import OrderedJSON
import Testing

@testable import MappingTemplates

/// The reference pages say what is: every row of their tables of examples is rendered, and every method that they list
/// or call missing is looked up.
struct DocumentationTests {
    private static func page(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "Sources/MappingTemplates/MappingTemplates.docc")
        return try String(contentsOf: folder.appending(path: name + ".md"), encoding: .utf8)
    }

    /// What stands between backticks, without the blanks that Markdown takes for a part of the cell.
    private static func codes(in text: some StringProtocol) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    // MARK: Examples

    private static func bindings() throws -> TemplateBindings {
        let page = try page("TemplateLanguage")
        let json = try #require(
            page.components(separatedBy: "```json\n").dropFirst().first?.components(separatedBy: "```").first
        )
        let values = try JSONValue(parsing: json)
        func group(_ name: String) -> [(name: String, value: String)] {
            values["params"]?[name]?.object.map { $0.map { ($0.key, $0.value.string ?? "") } } ?? []
        }
        return TemplateBindings(
            payload: Array(JSONWriter.string(try #require(values["body"])).utf8),
            parameters: TemplateParameterLists(
                path: group("path"),
                querystring: group("querystring"),
                header: group("header"),
            ),
            context: values["context"]?.object,
            stageVariables: values["stageVariables"]?.object,
        )
    }

    @Test(arguments: ["TemplateLanguage", "TemplateVariables"])
    func examplesPrintWhatTheirPageSays(_ name: String) throws {
        let bindings = try Self.bindings()
        var examples = 0
        var isTable = false
        for line in try Self.page(name).split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "| template | prints |" { isTable = true }
            if !line.hasPrefix("|") { isTable = false }
            guard isTable, line.hasPrefix("| `") else { continue }
            let codes = Self.codes(in: line)
            try #require(codes.count == 2, "\(line)")
            #expect(try MappingTemplate(source: codes[0]).render(with: bindings) == codes[1], "\(codes[0])")
            examples += 1
        }
        #expect(examples > 10)
    }

    // MARK: Methods

    /// The methods of a section, and those that it calls missing.
    private static func methods(_ title: String) throws -> (there: Set<String>, missing: [String]) {
        let page = try page("TemplateMethods")
        let section = try #require(
            page.components(separatedBy: "\n## ").first { $0.hasPrefix(title + "\n") },
            "the page has no section \(title)",
        )
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }
        let calls = rows.flatMap { row -> [String] in codes(in: row) }
        let there = calls.map { call in String(call.prefix { $0 != "(" }) }
        let paragraphs = section.components(separatedBy: "\n\n").filter { $0.hasPrefix("Missing") }
        let missing = paragraphs.flatMap { paragraph -> [String] in codes(in: paragraph) }
        return (Set(there), missing.filter { $0.allSatisfy(\.isLetter) && $0.first?.isLowercase == true })
    }

    @Test(arguments: [
        ("Strings", JavaSurface.stringMethods, "java.lang.String"),
        ("Lists", JavaSurface.listMethods, "net.minidev.json.JSONArray"),
        ("Maps", JavaSurface.mapMethods, "java.util.LinkedHashMap"),
    ])
    func listedMethodsAreThoseThatThereAre(_ title: String, _ methods: [Method], _ className: String) throws {
        let listed = try Self.methods(title)
        #expect(listed.there.symmetricDifference(methods.map(\.rawValue)).sorted() == [])
        #expect(!listed.missing.isEmpty)
        for name in listed.missing {
            #expect(JavaSurface.isUnsupported(name, class: className, isMap: title == "Maps"), "\(name)")
        }
    }

    @Test(arguments: [
        "Strings", "Lists", "Maps", "Views, entries and iterators", "Numbers", "Booleans, characters and classes",
    ])
    func everyListedMethodIsKnown(_ title: String) throws {
        let listed = try Self.methods(title)
        #expect(listed.there.filter { Method(rawValue: $0) == nil }.sorted() == [])
        #expect(listed.there.count > 10)
    }

    @Test func whatNumbersMissIsMissing() throws {
        let classes = ["java.math.BigInteger", "java.math.BigDecimal"]
        for name in try Self.methods("Numbers").missing {
            #expect(classes.contains { JavaSurface.isUnsupported(name, class: $0, isMap: false) }, "\(name)")
        }
    }
}
