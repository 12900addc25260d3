import JSONPath
import JSONSchema
import JavaRegex
import OrderedJSON
import Testing

/// The samples of `OrderedJSON`, `JSONPath`, `JSONSchema` and `JavaRegex`.
struct LibrarySamples {
    @Test func readingJSON() throws {
        let bytes = Array(#"{"items": [{"sku": "a", "price": 1.50}, {}]}"#.utf8)

        let document = try JSONDocument(parsing: bytes)
        let root = document.root
        for item in root["items"]?.elements ?? root.elements {
            print(item["sku"]?.string ?? "-", item["price"]?.number?.spelling ?? "-")
        }

        #expect(root["items"]?[0]?["price"]?.number?.spelling == "1.50")
    }

    @Test func buildingJSON() {
        var answer: JSONValue = ["id": 7, "tags": ["new"]]
        answer["total"] = .number(JSONNumber("12.50") ?? 0)
        _ = JSONWriter.string(answer)  // {"id":7,"tags":["new"],"total":12.50}

        #expect(JSONWriter.string(answer) == #"{"id":7,"tags":["new"],"total":12.50}"#)
    }

    @Test func walkingJSON() throws {
        let document = try JSONDocument("[1, 2.5]")

        let sum = document.withTape { tape in
            tape.elements(tape.root).reduce(0) { $0 + JavaNumber(tape.number($1)).double }
        }

        #expect(sum == 3.5)
    }

    @Test func findingInJSON() throws {
        let document = try JSONDocument(#"{"shop": {"items": [{"sku": "a", "price": 19}, {"sku": "b", "price": 20}]}}"#)

        let path = try JSONPath("$.shop.items[?(@.price < 20)].sku")
        switch try path.evaluate(document.root) {
        case .missing: print("nothing")
        case .value(let value): print(value.text())
        case .list(let list): print(list.map { $0.text() })
        }

        do {
            let path = try JSONPath("$.shop.items[?(@.price < 20)].sku")
            let result = try path.evaluate(document.root)  // .list of strings

            guard case .list(let list) = result else {
                Issue.record("an indefinite path finds a list")
                return
            }
            #expect(list.map { $0.text() } == [#""a""#])
        }
    }

    @Test func validatingJSON() throws {
        let schema = try JSONSchema(["type": "object", "required": ["name"]])
        let body = try JSONDocument(#"{"age": 3}"#)
        _ = schema.accepts(body.root)  // false
        _ = schema.errors(in: body.root)  // object has missing required properties (["name"])

        #expect(!schema.accepts(body.root))
        #expect(schema.errors(in: body.root).map(\.message) == [#"object has missing required properties (["name"])"#])
    }

    @Test func matchingAsJava() throws {
        let pattern = try Pattern("4\\d{2}")
        _ = try pattern.matches("404")  // true: the whole text
        _ = try Pattern("(\\w+)@(\\w+)").replaceAll(in: "a@b", with: "$2 at $1")  // "b at a"
        _ = try Pattern("\\s*,\\s*").split("a , b,c,,")  // ["a", "b", "c"]

        #expect(try pattern.matches("404"))
        #expect(try Pattern("(\\w+)@(\\w+)").replaceAll(in: "a@b", with: "$2 at $1") == "b at a")
        #expect(try Pattern("\\s*,\\s*").split("a , b,c,,") == ["a", "b", "c"])
    }
}
