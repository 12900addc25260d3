import OrderedJSON
import Testing

/// The grammar of RFC 8259, by a table of texts that must parse, must not, or are ours to decide.
@Suite struct ParsingTests {
    @Test func everyCaseOfTheTable() throws {
        let rows = try Cases.rows("parsing.tsv")
        #expect(rows.count >= 350)
        for row in rows {
            let name = row[0]
            let bytes = Cases.bytes(row[2])
            var isAccepted = false
            do {
                let document = try JSONDocument(parsing: bytes)
                isAccepted = true
                try expectRoundTrip(document, String(name))
            } catch let error as JSONParseError {
                #expect((0...bytes.count).contains(error.offset), "\(name): \(error)")
                #expect(error.line >= 1 && error.column >= 1, "\(name): \(error)")
            }
            #expect(isAccepted == (row[1] == "accept"), "\(name)")
            // Whatever the verdict, the permissive parser must come to an end.
            _ = try? JSONDocument(permissive: bytes)
        }
    }

    private func expectRoundTrip(_ document: JSONDocument, _ name: String) throws {
        for style in [JSONStyle.compact, .pretty, .inputJSON, .javaList] {
            let text = JSONWriter.string(document.root, style: style)
            // Java writes an infinite double as null and a long decimal as a short one: other values.
            let changes = ["exponent", "overflow", "tiny"].contains { name.contains($0) }
            if style.numbers == .java, changes { continue }
            let again = try JSONDocument(text)
            #expect(JSONWriter.string(again.root, style: style) == text, "\(name)")
        }
        let value = JSONValue(document.root)
        #expect(JSONWriter.string(value) == JSONWriter.string(document.root), "\(name)")
    }

    @Test(arguments: [
        ("[1,]", "line 1, column 4 (offset 3): found ']', expected a value"),
        ("{\"a\": 1,\n \"b\" 2}", "line 2, column 6 (offset 14): found '2', expected ':'"),
        ("{\"é\": x}", "line 1, column 7 (offset 7): found 'x', expected a value"),
        ("[1 2]", "line 1, column 4 (offset 3): found '2', expected ',' or ']'"),
        ("{\"a\":1 \"b\"}", "line 1, column 8 (offset 7): found '\"', expected ',' or '}'"),
        ("{,}", "line 1, column 2 (offset 1): found ',', expected a key or '}'"),
        ("{\"a\":1,}", "line 1, column 8 (offset 7): found '}', expected a key"),
        ("[01]", "line 1, column 3 (offset 2): found a number with a leading zero, expected a digit"),
        ("-", "line 1, column 2 (offset 1): found the end of the text, expected a digit"),
        ("nul", "line 1, column 4 (offset 3): found the end of the text, expected 'null'"),
        ("[] []", "line 1, column 4 (offset 3): found '[', expected the end of the text"),
        ("\u{FEFF}[]", "line 1, column 1 (offset 0): found a byte order mark, expected a value"),
        (
            "\"abc",
            "line 1, column 5 (offset 4): found the end of the text, expected '\"' to end the string that starts "
                + "at offset 0",
        ),
        (
            "\"\\ud800\"",
            "line 1, column 2 (offset 1): found half of a surrogate pair, expected an escaped surrogate pair or "
                + "another character",
        ),
        ("\"\\q\"", "line 1, column 3 (offset 2): found 'q', expected one of \"\\/bfnrtu behind '\\'"),
        ("\"\\u12x4\"", "line 1, column 6 (offset 5): found 'x', expected a hexadecimal digit"),
    ])
    func errorsSayWhereAndWhat(_ text: String, _ message: String) {
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(text) }
        #expect(error?.description == message)
    }

    @Test func reasonsTellEncodingAndLimitsFromSyntax() {
        #expect(error([0x22, 0xFF, 0x22])?.reason == .encoding)
        #expect(error([0x5B])?.reason == .syntax)
        #expect(error(Array(repeating: 0x5B, count: 600))?.reason == .limit)
    }

    private func error(_ bytes: [UInt8]) -> JSONParseError? {
        do {
            _ = try JSONDocument(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    /// Strings of every length up to a few machine words, with a character of each kind at every place.
    @Test func specialCharactersAtEveryPlace() throws {
        let specials: [(source: String, text: String)] = [
            ("\\n", "\n"), ("\\\"", "\""), ("\\\\", "\\"), ("\\/", "/"), ("/", "/"), ("\\u20ac", "€"), ("€", "€"),
            ("é", "é"), ("😀", "😀"), ("\\ud83d\\ude00", "😀"), ("\u{7F}", "\u{7F}"), ("\u{85}", "\u{85}"),
            ("\u{2028}", "\u{2028}"),
        ]
        for length in 0..<20 {
            for place in 0...length {
                for special in specials {
                    let before = String(repeating: "a", count: place)
                    let after = String(repeating: "b", count: length - place)
                    let document = try JSONDocument("[\"\(before)\(special.source)\(after)\"]")
                    #expect(document.root[0]?.string == before + special.text + after)
                    let written = JSONWriter.string(document.root, style: .javaList)
                    #expect(try JSONDocument(written).root[0]?.string == before + special.text + after)
                }
                let control = Array("[\"".utf8) + Array(repeating: 0x61, count: place) + [0x1F]
                #expect(error(control)?.offset == place + 2)
            }
        }
    }
}
