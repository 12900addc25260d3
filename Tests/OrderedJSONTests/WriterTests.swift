import OrderedJSON
import Testing

/// Writing values as text.
@Suite struct WriterTests {
    private let source =
        #"{ "u":"http:\/\/a/b","e":"\u20ac","é":["\u2028\u007f<&'>\u0001","\b\f\n\r\t\"\\"],"#
        + #""n":[1.50,1e5,-0,10000000.0],"o":{},"l":[] }"#

    @Test func compact() throws {
        let text =
            #"{"u":"http://a/b","e":"€","é":[""# + "\u{2028}\u{7F}" + #"<&'>\u0001","\b\f\n\r\t\"\\"],"#
            + #""n":[1.50,1e5,-0,10000000.0],"o":{},"l":[]}"#
        #expect(JSONWriter.string(try JSONDocument(source).root) == text)
        #expect(JSONWriter.string(try JSONValue(parsing: source)) == text)
    }

    @Test func asInputJSONPrints() throws {
        let text =
            #"{"u":"http://a/b","e":"\u20AC","é":["\u2028\u007F<&'>\u0001","\b\f\n\r\t\"\\"],"#
            + #""n":[1.5,100000.0,0,1.0E7],"o":{},"l":[]}"#
        #expect(JSONWriter.string(try JSONDocument(source).root, style: .inputJSON) == text)
        #expect(JSONWriter.string(try JSONValue(parsing: source), style: .inputJSON) == text)
    }

    @Test func asListsPrint() throws {
        let text =
            #"{"u":"http:\/\/a\/b","e":"\u20AC","é":["\u2028\u007F<&'>\u0001","\b\f\n\r\t\"\\"],"#
            + #""n":[1.5,100000.0,0,1.0E7],"o":{},"l":[]}"#
        #expect(JSONWriter.string(try JSONDocument(source).root, style: .javaList) == text)
    }

    @Test func pretty() throws {
        let text = """
            {
              "a": [
                1,
                {
                  "b": "c"
                }
              ],
              "d": {},
              "e": []
            }
            """
        let source = #"{"a":[1,{"b":"c"}],"d":{},"e":[]}"#
        #expect(JSONWriter.string(try JSONDocument(source).root, style: .pretty) == text)
        #expect(JSONWriter.string(try JSONValue(parsing: source), style: .pretty) == text)
        #expect(JSONWriter.string(try JSONDocument(text).root) == source)
    }

    /// What is written canonically already is copied whole; each of these differs from that in one place only.
    @Test(arguments: [
        (#"["a", 1]"#, #"["a",1]"#, #"["a",1]"#), (#"["\u0061"]"#, #"["a"]"#, #"["a"]"#),
        (#"["\/"]"#, #"["/"]"#, #"["\/"]"#), (#"["/"]"#, #"["/"]"#, #"["\/"]"#), (#"[1.0]"#, #"[1.0]"#, #"[1.0]"#),
        (#"[1.00]"#, #"[1.00]"#, #"[1.0]"#), (#"[-0]"#, #"[-0]"#, #"[0]"#), (#"[1e0]"#, #"[1e0]"#, #"[1.0]"#),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#, #"{"a":2}"#), (#"{"a/":1}"#, #"{"a/":1}"#, #"{"a\/":1}"#),
        (#"{"\t":1}"#, #"{"\t":1}"#, #"{"\t":1}"#), (#"["€"]"#, #"["€"]"#, #"["\u20AC"]"#),
        (#"[0.0005]"#, #"[0.0005]"#, #"[5.0E-4]"#), (#"[12345678.5]"#, #"[12345678.5]"#, #"[1.23456785E7]"#),
    ])
    func copyingStopsWhereTheStyleDiffers(_ source: String, _ compact: String, _ javaList: String) throws {
        // The same inside of a canonical neighbourhood, so that only the right part is rewritten.
        for (before, after) in [("", ""), ("[[1,2],", ",{\"x\":[true]}]"), ("{\"k\":", "}")] {
            let root = try JSONDocument(before + source + after).root
            #expect(JSONWriter.string(root) == before + compact + after)
            #expect(JSONWriter.string(root, style: .javaList) == before + javaList + after)
        }
    }

    @Test func ownStructures() {
        var output: [UInt8] = []
        JSONWriter.appendObject([("a", 1), ("b", 2)], to: &output, style: .pretty) { value, output in
            output.append(contentsOf: String(value).utf8)
        }
        #expect(String(decoding: output, as: UTF8.self) == "{\n  \"a\": 1,\n  \"b\": 2\n}")
        output = []
        JSONWriter.appendArray([String](), to: &output) { JSONWriter.append(string: $0, to: &$1) }
        #expect(output == Array("[]".utf8))
    }
}
