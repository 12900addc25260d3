import Foundation
import MappingTemplates
import OrderedJSON
import Testing

/// What a check says of templates that compile.
struct LintTests {
    @Test(arguments: [
        // Functions and members that do not exist.
        (
            "{\"a\": \"$util.escapeJavascript($x)\"}", true,
            "1:8: $util has no escapeJavascript(), so that this prints nothing; did you mean \"escapeJavaScript\"?",
        ),
        ("\n  $util.toJson($x)", false, "2:3: $util has no toJson(), so that this prints nothing"),
        (
            "$input.params.id $input.parms('id')", false,
            "1:1: $input has no params, so that this prints nothing; did you mean \"params\"? | 1:18: $input has no parms(), so that this prints nothing; did you mean \"params\"?",
        ),
        (
            "#set($t = \"$util.qr('x')\")$util.base64Encode($t)$input.body", false,
            "1:12: $util has no qr(), so that this prints nothing",
        ),
        ("#set($util = {'a': 1})$util.a", false, ""),
        ("\\$util.nothing()", false, ""),
        // $input.json in quotes.
        (
            "{\"a\": \"$input.json('$.a')\"}", true,
            "1:8: $input.json(…) stands inside quotes, but it prints the quotes of a string itself; leave the quotes out, or write $util.escapeJavaScript($input.path(…)) inside them",
        ),
        (
            "{\"a\": \"x \\\" ${input.json('$.a')}\"}", true,
            "1:13: $input.json(…) stands inside quotes, but it prints the quotes of a string itself; leave the quotes out, or write $util.escapeJavaScript($input.path(…)) inside them",
        ),
        ("{\"a\": \"$input.json('$.a')\"}", false, ""),
        ("{\"a\": $input.json('$.a'), \"b\": \"$input.path('$.b')\"}", true, ""),
        (
            "#if($x == 1){\"a\": \"#{else}{\"a\": \"#end$input.json('$')\"}", true,
            "1:38: $input.json(…) stands inside quotes, but it prints the quotes of a string itself; leave the quotes out, or write $util.escapeJavaScript($input.path(…)) inside them",
        ),
        // Output that is no JSON.
        (
            "{\n  \"a\": $input.params('a'),\n  \"b\": 1,\n}\n", true,
            "4: with 1 for every value the output is no JSON: found '}'",
        ),
        ("{\"a\": $x\n \"b\": $y}", true, "2: with 1 for every value the output is no JSON: found '\"'"),
        ("{\"a\": $x $y}", true, "1: with 1 for every value the output is no JSON: found '1'"),
        ("{\"a\": [#foreach($i in [1..2])$i#end]}", true, ""),
        (
            "{\"a\": [#foreach($i in [1..2])$i #end]}", true,
            "1: with 1 for every value the output is no JSON: found '2'",
        ),
        (
            "{\"a\": $input.path('$.a.b').size(), \"s\": \"$context.identity.sourceIp\", \"v\": \"$stageVariables.v\"}",
            true, "",
        ),
        ("{\"list\": [#foreach($i in $input.path('$.l'))\"$i\"#if($foreach.hasNext),#end#end]}", true, ""),
        // Not meant to be JSON, or not known to be wrong.
        ("<p>$context.requestId</p>", true, ""),
        ("Action=SendMessage&MessageBody=\"$input.json('$')\"", true, ""),
        ("", true, ""),
        ("{statusCode: 200}", true, ""),
        ("[$a][$b]", true, ""),
        (
            "## one\n#* two\n*#{\n  ## three\n  \"a\": 1\n  \"b\": 2\n}", true,
            "6: with 1 for every value the output is no JSON: found '\"'",
        ),
        ("#if($input.params('a') == 'b'){}#end", true, ""),
        (
            "{\"a\": $util.parseJson('x').b.get(9)$input.path('$.l')[0]", true,
            "1: with 1 for every value the output is no JSON: found the end of the text",
        ),
        ("{\"a\": #set($l = [])$l.get(1)", true, ""),
    ])
    func findings(source: String, printsJSON: Bool, expected: String) throws {
        let found = try MappingTemplate(source: source).findings(source: source, printsJSON: printsJSON).map {
            finding in
            let place = finding.column.map { "\(finding.line):\($0)" } ?? "\(finding.line)"
            return "\(place): \(finding.message)" + (finding.suggestion.map { "; \($0)" } ?? "")
        }
        #expect(found.joined(separator: " | ") == expected)
    }

    /// The templates of the documents of the data plane's vectors are right.
    @Test func noFalseAlarms() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Conformance/dataplane")
        var templates: Set<String> = []
        func collect(_ value: JSONValue) {
            for element in value.array ?? [] { collect(element) }
            guard let object = value.object else { return }
            for (key, member) in zip(object.keys, object.values) {
                if key == "requestTemplates" || key == "responseTemplates" {
                    if let template = member.object?["application/json"]?.string { templates.insert(template) }
                } else {
                    collect(member)
                }
            }
        }
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "jsonl" {
            for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
                collect(try JSONValue(parsing: Array(line), limits: JSONLimits(refusesLoneSurrogates: false)))
            }
        }
        #expect(templates.count > 50)
        for template in templates.sorted() {
            guard let compiled = try? MappingTemplate(source: template) else { continue }
            let findings = compiled.findings(source: template, printsJSON: true)
            #expect(findings.isEmpty, "\(template)")
        }
    }
}
