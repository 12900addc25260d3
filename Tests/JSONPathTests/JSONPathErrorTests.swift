import Foundation
import JSONPath
import OrderedJSON
import Testing

/// Messages, limits and hostile expressions.
@Suite struct JSONPathErrorTests {
    @Test(arguments: [
        ("", "the expression is empty, expected a path such as $.name, at offset 0 of \"\""),
        ("$.", "the path ends with '.', expected a name, at offset 1 of \"$.\""),
        ("$.a..", "the path ends with '.', expected a name, at offset 4 of \"$.a..\""),
        ("$a", "found 'a', expected '.' or '[', at offset 1 of \"$a\""),
        ("$.a...b", "found another '.', expected a name, '*' or '[', at offset 5 of \"$.a...b\""),
        ("$.a b", "found a blank behind 'a'; write ['a name'] if it has blanks, at offset 3 of \"$.a b\""),
        (
            "$.items[name]",
            "found 'n' in brackets, expected a quoted name, an index, ':', '*' or '?(', at offset 8 of "
                + "\"$.items[name]\"",
        ),
        ("$.items[1x]", "found 'x', expected digits, ',', ':' or ']', at offset 9 of \"$.items[1x]\""),
        ("$.items[1", "the bracket is not closed, expected ']', at offset 9 of \"$.items[1\""),
        ("$.items[:]", "the slice has no bounds; write [*] for all elements, at offset 8 of \"$.items[:]\""),
        ("$['a", "a name is not closed, expected ', at offset 2 of \"$['a\""),
        ("$.a.sum(1", "the arguments are not closed, expected ')', at offset 7 of \"$.a.sum(1\""),
        (
            "$.a[?(@.b contians 1)]",
            "found 'contians', expected an operator; did you mean 'contains'?, at offset 10 of "
                + "\"$.a[?(@.b contians 1)]\"",
        ),
        (
            "$.a[?(@.b = 1)]",
            "found '=', expected an operator; did you mean '=='?, at offset 10 of \"$.a[?(@.b = 1)]\"",
        ),
        (
            "$.a[?(@.b == x)]",
            "found 'x', expected a path, a number, a quoted string or another literal, at offset 13 of "
                + "\"$.a[?(@.b == x)]\"",
        ),
        ("$.a[?(@.b == 'x)]", "a string is not closed, expected ', at offset 13 of \"$.a[?(@.b == 'x)]\""),
        ("$.a[?(@.b == 1]", "the filter is not closed, expected ')', at offset 5 of \"$.a[?(@.b == 1]\""),
        (
            "$.a[?(@.b == 1 @.c)]",
            "found '@', expected ')', at offset 15 of \"$.a[?(@.b == 1 @.c)]\"",
        ),
        ("$.a[?(1)]", "found a value alone, expected a path or a comparison, at offset 6 of \"$.a[?(1)]\""),
    ])
    func messages(_ expression: String, _ message: String) {
        let error = #expect(throws: JSONPathError.self) { try JSONPath(expression) }
        #expect(error?.description == message)
    }

    @Test func offsetsInsideOfFiltersCountFromTheStart() {
        let error = #expect(throws: JSONPathError.self) { try JSONPath("$.a[?(@.b[?(@.c <> 1)])]") }
        #expect(error?.offset == 16)
        #expect(error?.message == "found '<>', expected an operator")
    }

    private func document(_ text: String) throws -> JSONNode { try JSONDocument(text).root }

    private func expectLimit(_ expression: String, _ node: JSONNode, steps: Int = 2_000_000) throws {
        let path = try JSONPath(expression)
        let start = threadSeconds()
        let error = #expect(throws: JSONPathError.self) {
            try path.evaluate(node, limits: JSONPathLimits(steps: steps))
        }
        #expect(error?.reason == .limit)
        #expect(threadSeconds() - start < 10)
    }

    /// The CPU time of this thread, on which other tests have no influence.
    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func scansAreBounded() throws {
        let deep = try document(String(repeating: "[", count: 500) + String(repeating: "]", count: 500))
        try expectLimit("$..*..*..*..*", deep)
        let wide = try document("[" + String(repeating: "[1,2,3,4,5],", count: 1_000_000) + "0]")
        try expectLimit("$..*", wide)
        try expectLimit("$..[0]..[0]..*..*", wide, steps: 200_000)
        try expectLimit("$[*]", wide, steps: 10_000)
        #expect(try JSONPath("$..nope").evaluate(document("[[],{}]")).value?.text() == "[]")
    }

    @Test func filterBombs() throws {
        let list = try document("[" + (0..<3_000).map(String.init).joined(separator: ",") + "]")
        try expectLimit("$[?($[*] noneof $[*] || @ > 1)][?(@ > 2)]", list, steps: 1_000)
        try expectLimit("$[?($[*] subsetof $[*])]", list, steps: 200_000)
        try expectLimit("$[?(@ in $)]", list, steps: 200_000)
        try expectLimit("$[?($.* contains @)]", list, steps: 200_000)
        let texts = try document(
            "{\"t\":\"" + String(repeating: "a", count: 1_000_000) + "\",\"l\":["
                + String(repeating: "\"\(String(repeating: "a", count: 1_000))b\",", count: 5_000) + "\"\"]}"
        )
        try expectLimit("$.l[?($.t contains @)]", texts, steps: 200_000)
    }

    @Test func regularExpressionsAreBounded() throws {
        let list = try document(
            "[" + String(repeating: "\"\(String(repeating: "a", count: 60))!\",", count: 50) + "1]"
        )
        let start = threadSeconds()
        _ = try? JSONPath("$[?(@ =~ /(a|aa)+$/)]").evaluate(list)
        _ = try? JSONPath("$[?(@ =~ /(a*)*b/)]").evaluate(list)
        #expect(threadSeconds() - start < 10)
    }

    @Test func longUnionsAndExpressions() throws {
        let list = try document("[" + (0..<20_000).map(String.init).joined(separator: ",") + "]")
        let union = (0..<10_000).map { String($0 * 2) }.joined(separator: ",")
        guard case .list(let found) = try JSONPath("$[\(union)]").evaluate(list) else {
            Issue.record("a union finds a list")
            return
        }
        #expect(found.count == 10_000)
        for expression in [
            "$[" + String(repeating: "0,", count: 40_000) + "0]",
            "$" + String(repeating: ".a", count: 300),
            "$[?(" + String(repeating: "(", count: 100) + "@.a" + String(repeating: ")", count: 100) + ")]",
            "$[?(" + String(repeating: "!", count: 100) + "(@.a))]",
            String(repeating: "$[?(@.a", count: 60) + String(repeating: ")]", count: 60),
        ] {
            let error = #expect(throws: JSONPathError.self) { try JSONPath(expression) }
            #expect(error?.reason == .limit, "\(expression.prefix(40))")
        }
        #expect(JSONPathLimits(steps: -1).steps == 0)
    }

    /// Slices with extreme bounds must not run over all numbers between them.
    @Test func extremeBounds() throws {
        let list = try document("[1,2,3]")
        for (expression, text) in [
            ("$[-2147483648:2147483647]", "[1,2,3,1,2,3]"), ("$[2147483647:]", "[]"), ("$[:-2147483648]", "[]"),
            ("$[-2147483648]", nil), ("$[2147483647]", nil), ("$[?(@ == 1e999999999)]", "[]"),
            ("$[?(@ < 1e-2147483647)]", "[]"), ("$.index(1e300)", nil), ("$[?(@ size 1e30)]", "[]"),
        ] as [(String, String?)] {
            #expect(try JSONPath(expression).evaluate(list).value?.text() == text, "\(expression)")
        }
    }
}
