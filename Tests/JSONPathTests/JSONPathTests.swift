import JSONPath
import OrderedJSON
import Testing

/// The interface: definite or not, plain or not, what results are.
@Suite struct JSONPathTests {
    private let document: JSONDocument

    init() throws {
        document = try JSONDocument(#"{"a": {"b": [1, {"c": "x"}], "k/l": true}, "n": null, "l": [3, 1, 2.5]}"#)
    }

    @Test(arguments: [
        ("$", true, true), ("$.a.b", true, true), ("$['a']['b'][0]", true, true), ("$.l[-1]", true, true),
        ("a.b", true, true),
        ("$['a','n']", true, false), ("$.l.length()", true, false), ("$..c", false, false), ("$.l[*]", false, false),
        ("$.l[0,1]", false, false), ("$.l[1:]", false, false), ("$.l[?(@ > 1)]", false, false),
        ("$..c.length()", true, false),
    ])
    func definiteAndPlain(_ expression: String, _ isDefinite: Bool, _ isPlain: Bool) throws {
        let path = try JSONPath(expression)
        #expect(path.isDefinite == isDefinite)
        #expect(path.isPlain == isPlain)
        #expect(path.description == expression)
    }

    @Test func plainPathsWalkTheIndex() throws {
        let path = try JSONPath("$.a.b[-1].c")
        let text = try document.withTape { tape in
            let position = try #require(path.position(in: tape, from: tape.root))
            return tape.string(position)
        }
        #expect(text == "x")
        for expression in ["$.a.x", "$.l[3]", "$..c"] {
            let path = try JSONPath(expression)
            #expect(document.withTape { path.position(in: $0, from: 0) } == nil)
        }
    }

    @Test func kindsOfResult() throws {
        guard case .value(.node(let node)) = try evaluate("$.a.b[1]") else {
            Issue.record("a definite path finds a node")
            return
        }
        #expect(node["c"]?.string == "x")
        guard case .list(let list) = try evaluate("$.l[*]") else {
            Issue.record("an indefinite path finds a list")
            return
        }
        #expect(list.map { $0.text() } == ["3", "1", "2.5"])
        #expect(list.positions?.document === document && list.positions?.positions.count == 3)
        #expect(try evaluate("$.x").isMissing && evaluate("$.x").value == nil)
        #expect(try evaluate("$.n").value?.isNull == true)
        guard case .value(.integer(3)) = try evaluate("$.l.length()") else {
            Issue.record("a length is an integer")
            return
        }
        guard case .value(.double(6.5)) = try evaluate("$.l.sum()") else {
            Issue.record("a sum is a double")
            return
        }
        guard case .value(.keys(["b", "k/l"])) = try evaluate("$.a.keys()") else {
            Issue.record("keys are a set")
            return
        }
        guard case .value(.object(let members)) = try evaluate("$.a['k/l','b']") else {
            Issue.record("several names make an object")
            return
        }
        #expect(members.map(\.key) == ["k/l", "b"])
    }

    private func evaluate(_ expression: String) throws -> JSONPathResult {
        try JSONPath(expression).evaluate(document.root)
    }

    @Test func writing() throws {
        let value = try #require(try evaluate("$.a['k/l','b']").value)
        #expect(value.text() == #"{"k/l":true,"b":[1,{"c":"x"}]}"#)
        #expect(value.text(style: .javaList) == #"{"k\/l":true,"b":[1,{"c":"x"}]}"#)
        #expect(
            value.text(style: .pretty) == """
                {
                  "k/l": true,
                  "b": [
                    1,
                    {
                      "c": "x"
                    }
                  ]
                }
                """
        )
        #expect(try evaluate("$..c").value?.text(style: .pretty) == "[\n  \"x\"\n]")
        #expect(try evaluate("$.a.keys()").value?.text() == #"["b","k\/l"]"#.replacing("\\/", with: "/"))
        #expect(try evaluate("$.l.max()").value?.text() == "3.0")
        #expect(try evaluate("$.l.append(1e3)").value?.text() == "[3,1,2.5,1e3]")
    }

    /// A path starts at the node it is given, wherever that is.
    @Test func evaluationBelowTheRoot() throws {
        let node = try #require(document.root["a"])
        #expect(try JSONPath("$.b[0]").evaluate(node).value?.text() == "1")
        #expect(try JSONPath("$..c").evaluate(node).value?.text() == #"["x"]"#)
        #expect(try JSONPath("$.b[?(@.c == $.b[1].c)]").evaluate(node).value?.text() == #"[{"c":"x"}]"#)
    }

    @Test func onePathManyDocumentsManyTasks() async throws {
        let path = try JSONPath("$.items[?(@.n > 5)].n.length()")
        let sum = try JSONPath("$..n.sum()")
        await withTaskGroup(of: String?.self) { group in
            for size in 1...16 {
                group.addTask {
                    let items = (0..<size).map { "{\"n\":\($0)}" }.joined(separator: ",")
                    guard let document = try? JSONDocument("{\"items\":[\(items)]}"),
                        (try? path.evaluate(document.root)) != nil
                    else { return nil }
                    let expected = "\(Double(size * (size - 1) / 2))"
                    return (try? sum.evaluate(document.root))?.value?.text() == expected ? "" : "size \(size)"
                }
            }
            for await complaint in group {
                #expect(complaint == "")
            }
        }
    }
}
