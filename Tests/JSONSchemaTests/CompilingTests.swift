import Foundation
import OrderedJSON
import Synchronization
import Testing

@testable import JSONSchema

/// What is wrong with schemas, and what they refer to.
struct CompilingTests {
    private static func mistakes(_ schema: String, _ resolver: SchemaResolver = .none) throws -> [String] {
        let json = try JSONValue(parsing: schema)
        do throws(InvalidSchema) {
            _ = try JSONSchema(json, resolver: resolver)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test(arguments: [
        ("[]", "the schema: found an empty list, expected a schema, which is an object"),
        (#"{"properties": {"a": true}}"#, "/properties/a: found true, expected a schema, which is an object"),
        (
            #"{"type": "strin"}"#,
            "/type: type has the text \"strin\", expected one of: array, boolean, integer, null, number, object, string",
        ),
        (#"{"required": []}"#, "/required: required has an empty list, expected a list of names, at least one"),
        (
            #"{"minimum": 1, "exclusiveMinimum": 0}"#,
            "/exclusiveMinimum: exclusiveMinimum has the number 0, expected true or false, as draft 4 has it beside minimum",
        ),
        (
            #"{"multipleOf": 0}"#,
            "/multipleOf: multipleOf has the number 0, expected a number above 0 with at most 18 digits",
        ),
        (#"{"maxLength": -1}"#, "/maxLength: maxLength has the number -1, expected a whole number from 0"),
        (
            #"{"a": 1, "items": {"enum": []}}"#,
            "/items/enum: enum has an empty list, expected a list of values, at least one",
        ),
        (#"{"anyOf": {}}"#, "/anyOf: anyOf has an empty object, expected a list of schemas, at least one"),
        (
            #"{"pattern": "a)"}"#,
            "/pattern: pattern has the text \"a)\", expected a regular expression of ECMA 262: unmatched ')'",
        ),
        (
            ##"{"$ref": "#/definitions/x"}"##,
            "/$ref: $ref has the text \"#/definitions/x\", expected the address of a schema; there is none at this one",
        ),
        (
            ##"{"$ref": "#"}"##,
            "/$ref: $ref has the text \"#\", expected a reference that ends at a schema, not in a circle",
        ),
    ])
    func mistake(_ schema: String, _ expected: String) throws {
        let found = try Self.mistakes(schema)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(expected.prefix { $0 != "'" }) == true, "\(found)")
    }

    @Test("All mistakes are told, those of other documents with their address")
    func all() throws {
        let resolver = SchemaResolver { $0 == "http://m.test/models/Pet" ? ["minimum": "x"] : nil }
        let schema = ##"{"type": 1, "items": {"$ref": "http://m.test/models/Pet"}, "maxItems": 1.5}"##
        #expect(
            try Self.mistakes(schema, resolver) == [
                "/maxItems: maxItems has the number 1.5, expected a whole number from 0",
                "/type: type has the number 1, expected one of: array, boolean, integer, null, number, object, string",
                "http://m.test/models/Pet/minimum: minimum has the text \"x\", expected a number",
            ]
        )
    }

    @Test("Models of an API refer to each other, in circles too, and each is asked for once")
    func models() throws {
        let asked = Mutex<[String]>([])
        let base = "https://apigateway.amazonaws.com/restapis/a1b2c3/models/"
        let resolver = SchemaResolver { uri in
            asked.withLock { $0.append(uri) }
            return switch uri {
            case base + "House":
                [
                    "type": "object",
                    "properties": ["contains": ["type": "array", "items": ["$ref": .string(base + "Person")]]],
                ]
            case base + "Person":
                ["type": "object", "required": ["name"], "properties": ["house": ["$ref": .string(base + "House")]]]
            default: nil
            }
        }
        let schema = try JSONSchema(["$ref": .string(base + "Person")], resolver: resolver)
        #expect(asked.withLock { $0.sorted() } == [base + "House", base + "Person"])
        let good = try JSONDocument(#"{"name": "a", "house": {"contains": [{"name": "b"}]}}"#)
        #expect(schema.accepts(good.root))
        let bad = try JSONDocument(
            #"{"name": "a", "house": {"contains": [{"name": "b", "house": {"contains": [{}]}}]}}"#
        )
        #expect(schema.errors(in: bad.root).map(\.instance) == ["/house/contains/0/house/contains/0"])
    }

    @Test("A reference into a document that the schema was taken out of goes to the resolver")
    func openAPI() throws {
        let resolver = SchemaResolver { $0 == "#/components/schemas/Pet" ? ["type": "integer"] : nil }
        let schema = try JSONSchema(["items": ["$ref": "#/components/schemas/Pet"]], resolver: resolver)
        #expect(schema.accepts(try JSONDocument("[1]").root))
        #expect(!schema.accepts(try JSONDocument("[null]").root))
    }

    @Test("The metaschema is at hand, and accepts itself")
    func metaschema() throws {
        let document = try #require(Metaschema.document)
        let schema = try JSONSchema(["$ref": "http://json-schema.org/draft-04/schema#"])
        #expect(schema.errors(in: try JSONDocument(JSONWriter.string(document)).root) == [])
        #expect(!schema.accepts(try JSONDocument(#"{"type": "foo"}"#).root))
    }

    // MARK: Bounds

    @Test("Schemas that apply themselves without end, or too often, end as refusals")
    func endless() throws {
        for text in [
            ##"{"allOf": [{"$ref": "#"}]}"##, ##"{"not": {"not": {"$ref": "#"}}}"##,
            ##"{"anyOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}], "definitions": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}"##,
        ] {
            let schema = try JSONSchema(try JSONValue(parsing: text))
            let instance = try JSONDocument("1")
            #expect(!schema.accepts(instance.root))
            #expect(!schema.errors(in: instance.root).isEmpty)
        }
        // Each level doubles the work: 2^300.
        let twice = try JSONSchema(
            try JSONValue(
                parsing: ##"{"oneOf": [{"type": "null"}, {"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]}"##
            )
        )
        let deep = try JSONDocument(String(repeating: "[", count: 300) + String(repeating: "]", count: 300))
        #expect(!twice.accepts(deep.root))
    }

    @Test("An instance may be as deep as a document may, on a small stack too")
    func deep() throws {
        let schema = try JSONSchema(
            try JSONValue(parsing: ##"{"type": "array", "anyOf": [{"maxItems": 1}], "items": {"$ref": "#"}}"##)
        )
        let instance = try JSONDocument(String(repeating: "[", count: 500) + String(repeating: "]", count: 500))
        let endless = try JSONSchema(try JSONValue(parsing: ##"{"allOf": [{"not": {"$ref": "#"}}]}"##))
        let isAccepted = Mutex(false)
        let thread = Thread {
            let isRefused = !endless.accepts(instance.root) && !endless.errors(in: instance.root).isEmpty
            isAccepted.withLock { $0 = isRefused && schema.accepts(instance.root) }
        }
        thread.stackSize = 2 << 20
        thread.start()
        while !thread.isFinished { usleep(1_000) }
        #expect(isAccepted.withLock { $0 })
    }

    @Test("Many elements are compared in linear time")
    func unique() throws {
        let schema = try JSONSchema(["uniqueItems": true])
        let many = "[" + (0..<100_000).map { "{\"a\":\($0)}" }.joined(separator: ",") + "]"
        #expect(schema.accepts(try JSONDocument(many).root))
    }
}
