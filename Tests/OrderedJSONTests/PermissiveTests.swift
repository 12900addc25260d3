import OrderedJSON
import Testing

/// What json-smart's permissive mode makes of payloads.
@Suite struct PermissiveTests {
    @Test func everyCaseOfTheTable() throws {
        let rows = try Cases.rows("permissive.tsv")
        #expect(rows.count >= 80)
        for row in rows {
            let expected = String(decoding: Cases.bytes(row[1]), as: UTF8.self)
            let found: String
            do {
                let document = try JSONDocument(permissive: Cases.bytes(row[0]))
                found = JSONWriter.string(document.root, style: .javaList)
            } catch {
                found = "refused"
            }
            #expect(found == expected, "\(row[0])")
        }
    }

    @Test func whatIsRefusedTellsTheStrictError() {
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(permissive: Array("{\"a\": [1, 2".utf8)) }
        #expect(error?.description == "line 1, column 12 (offset 11): found the end of the text, expected ',' or ']'")
        #expect(throws: JSONParseError.self) { try JSONDocument(permissive: [0x61, 0xFF]) }
    }

    @Test func loneSurrogatesReadAsJavaWritesThem() throws {
        let root = try JSONDocument(permissive: Array(#"["\ud800","\udc00x","\ud83d\ude00"]"#.utf8)).root
        #expect(root.elements.compactMap(\.string) == ["?", "?x", "😀"])
    }

    @Test func limitsHold() {
        let deep = Array((String(repeating: "[", count: 600) + "a" + String(repeating: "]", count: 600)).utf8)
        #expect(throws: JSONParseError.self) { try JSONDocument(permissive: deep) }
        #expect(throws: JSONParseError.self) {
            try JSONDocument(permissive: Array("{a:1,b:2}".utf8), limits: JSONLimits(values: 3))
        }
    }
}
