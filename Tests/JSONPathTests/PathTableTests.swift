import Foundation
import JSONPath
import OrderedJSON
import Testing

/// What expressions find, by tables.
@Suite struct PathTableTests {
    private func rows(_ path: String) throws -> [[Substring]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
    }

    /// Results of json-path 2.9.0 with json-smart, whose dialect this is.
    @Test func everyCaseOfTheTable() throws {
        var documents: [Substring: JSONDocument] = [:]
        var count = 0
        for row in try rows("Cases/paths.tsv") {
            if row[0] == "doc" {
                documents[row[1]] = try JSONDocument(permissive: Array(row[2].utf8))
                continue
            }
            let document = try #require(documents[row[0]])
            let (verdict, text) = found(String(row[1]), document)
            #expect(verdict == row[2] && text == row[3], "\(row[1]) on document \(row[0])")
            count += 1
        }
        #expect(count >= 600)
    }

    private func found(_ expression: String, _ document: JSONDocument) -> (String, String) {
        do {
            let path = try JSONPath(expression)
            let result = try path.evaluate(document.root)
            switch result {
            case .missing: return ("missing", "")
            case .value(let value): return ("value", value.text(style: .javaList))
            case .list(let list): return ("list", JSONPathValue.list(list).text(style: .javaList))
            }
        } catch {
            return (error.reason == .syntax ? "malformed" : "limit", "")
        }
    }

    /// The template vectors that are nothing but one expression, through `$input.json`.
    @Test func everyTemplateVectorThatIsOnePath() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "../Conformance/vtl/jsonpath.jsonl")
        var count = 0
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let vector = try JSONDocument(String(line)).root
            guard let template = vector["template"]?.string, let path = expression(template) else { continue }
            let body = vector["body"]?.string ?? ""
            let document = try JSONDocument(permissive: Array((body.isEmpty ? "{}" : body).utf8))
            let expected = vector["output"]?.string.map { $0.hasSuffix("|") ? String($0.dropLast()) : $0 }
            let (verdict, _) = found(path, document)
            #expect((verdict == "malformed") == (vector["error"] != nil), "\(template)")
            if let expected {
                let text = try inputJSON(path, document)
                #expect(expected == text || expected.hasPrefix(text + "|"), "\(template)")
            }
            count += 1
        }
        #expect(count >= 160)
    }

    /// The expression of `$input.json("…")`, if that is all there is, apart from the same with `$input.path`.
    private func expression(_ template: String) -> String? {
        for quote in ["\"", "'"] {
            let start = "$input.json(\(quote)"
            guard template.hasPrefix(start), let end = template.range(of: "\(quote))") else { continue }
            let inside = template[template.index(template.startIndex, offsetBy: start.count)..<end.lowerBound]
            let rest = template[end.upperBound...]
            guard rest.isEmpty || rest == "|$input.path(\(quote)\(inside)\(quote))" else { return nil }
            return String(inside).replacing(quote + quote, with: quote)
        }
        return nil
    }

    private func inputJSON(_ path: String, _ document: JSONDocument) throws -> String {
        guard let value = try JSONPath(path).evaluate(document.root).value, !value.isNull else { return "\"\"" }
        return value.text(style: .inputJSON)
    }
}
