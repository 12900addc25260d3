import JSONPath
import MappingTemplates
import OrderedJSON

/// Something that takes any bytes. What it returns says in a few words what became of them: inputs that end in a new
/// way are kept and damaged further.
struct Target: Sendable {
    let pieces: [String]
    let run: @Sendable ([UInt8]) -> String

    static let all = [
        "json": json, "jsonpath": jsonPath, "templates": templates, "requests": RequestTarget.target,
        "files": FileTargets.files, "openapi": FileTargets.openAPI,
    ]

    /// A message without what changes from input to input.
    private static func shape(_ message: String) -> String {
        String(message.filter { !$0.isNumber }.prefix(120))
    }

    // MARK: JSON

    /// Parses strictly and permissively; what is accepted is written in every style and read again.
    private static let json = Target(
        pieces: [
            "{", "}", "[", "]", ":", ",", "\"", "'", "\\", "\\u00e9", "\\ud83d", "\\ude00", "-", "0", "1e", "1.5e-3",
            "true",
            "false", "null", "NaN", " ", "\n", "\u{7F}", "\u{2028}", "é", "😀", "/", "\"a\":", "[[", "{\"a\":1,\"a\":2}",
        ],
        run: { bytes in
            var result = ""
            for isPermissive in [false, true] {
                do {
                    let document = try isPermissive ? JSONDocument(permissive: bytes) : JSONDocument(parsing: bytes)
                    let value = JSONValue(document.root)
                    for style in [JSONStyle.compact, .pretty, .inputJSON, .javaList] {
                        let text = JSONWriter.string(document.root, style: style)
                        precondition(text == JSONWriter.string(value, style: style), "two writers, two texts")
                        precondition((try? JSONDocument(text)) != nil, "what was written cannot be read")
                    }
                    result += "accepted \(document.root.kind) \(min(document.indexCount, 20)) "
                } catch {
                    result += shape("\(error)")
                }
            }
            return result
        },
    )

    // MARK: JSONPath

    /// The first line is the expression, the rest a document; without a second line, one that has everything.
    private static let jsonPath = Target(
        pieces: [
            "$", "@", ".", "..", "*", "[*]", "[0]", "[-1]", "[1:]", "[:2]", "[0,2]", "['a']", "[?(", ")]", "(", ")",
            ".a", ".b",
            ".length()", ".min()", ".keys()", ".concat(", " == ", " != ", " < ", " =~ ", " in ", " nin ", " contains ",
            " size ", " empty ", " subsetof ", " && ", " || ", "!", "1", "-2.5e3", "'x'", "/a.*/i", "['a',1]",
            "{'a':1}",
            "true", "null", "\\", "\n", "é", "(a+)+b", "[]",
        ],
        run: { bytes in
            let parts = bytes.split(separator: 0x0A, maxSplits: 1)
            let text = parts.count > 1 ? Array(parts[1]) : Array(everything.utf8)
            do {
                let path = try JSONPath(String(decoding: parts.first ?? [], as: UTF8.self))
                guard let document = try? JSONDocument(permissive: text) else { return "no document" }
                let result = try path.evaluate(document.root, limits: JSONPathLimits(steps: 20_000))
                guard let value = result.value else { return "nothing" }
                precondition((try? JSONDocument(value.text())) != nil, "the result is no JSON")
                return "found \(min(value.text().count, 60))"
            } catch {
                return shape("\(error)")
            }
        },
    )

    private static let everything = #"""
        {"a": [{"a": 1, "b": "x", "c": [1, 2.5, null]}, {"a": {"b": ["é", "[1]", "$.a"]}}, 7, "text", []],
         "b": {"a": true, "": "", "é": -1e400}, "c": [[["deep"]]], "x": 12345678901234567890}
        """#

    // MARK: Templates

    /// Compiles, lints and renders a template with both profiles.
    private static let templates = Target(
        pieces: [
            "$", "$!", "${", "}", "\\", "#", "##", "#*", "*#", "#[[", "]]#", "#set($x = ", ")", "#if(", "#elseif(",
            "#else",
            "#{else}", "#end", "#foreach($i in ", "#break", "#stop", "#define($d)", "$d", "#macro(m $a)", "#m(", "#@m(",
            "#evaluate(", "$x", "$i", "$x.y", "$x[0]", ".length()", ".get(", ".put(", ".add(", ".split(",
            ".replaceAll(",
            ".substring(", ".format(", ".entrySet()", ".iterator()", ".compareTo(", ".pow(", ".class.name",
            "$input.path('$",
            "$input.json('$..a')", "$input.params()", "$util.parseJson(", "$util.escapeJavaScript(",
            "$context.requestOverride.header.a", "$stageVariables", "$foreach.parent", "[1..3]", "[1, 'a', 2.5]",
            "{'k': [1]}", "\"a$x\"", "'b'", " + ", " - ", " * ", " / ", " % ", " == ", " && ", "!", "-1", "2147483647",
            "9223372036854775808", "1.5e3", "\n", " ", "é", "😀", "\"", "'", "(", "(a+)+", "true",
        ],
        run: { bytes in
            var result = ""
            for profile in MappingTemplate.Profile.allCases {
                do {
                    let template = try MappingTemplate(source: bytes, profile: profile)
                    _ = template.findings(source: String(decoding: bytes, as: UTF8.self), printsJSON: true)
                    var output: [UInt8] = []
                    var overrides = TemplateOverrides()
                    try template.render(into: &output, with: bindings, overrides: &overrides)
                    result += "rendered \(min(output.count, 40)) \(overrides.isEmpty) "
                } catch let error as TemplateSyntaxError {
                    result += shape("\(error.expected) ")
                } catch {
                    result += shape("\(error) ")
                }
            }
            return result
        },
    )

    private static var bindings: TemplateBindings {
        TemplateBindings(
            payload: Array(everything.utf8),
            parameters: TemplateParameterLists(
                path: [("id", "42")],
                querystring: [("q", "r&\"b\"")],
                header: [("H", "x/y"), ("X-N", "O'N")],
            ),
            context: (try? JSONValue(parsing: Array(#"{"stage": "v1", "identity": {"ip": "1.2.3.4", "u": null}}"#.utf8)))?
                .object,
            stageVariables: (try? JSONValue(parsing: Array(#"{"v": "w"}"#.utf8)))?.object,
        )
    }
}
