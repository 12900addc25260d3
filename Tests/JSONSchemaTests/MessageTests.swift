import OrderedJSON
import Testing

@testable import JSONSchema

/// The words and the order of errors, which are those of the Java validator.
struct MessageTests {
    private static func errors(_ schema: String, _ instance: String) throws -> [String] {
        let schema = try JSONSchema(try JSONValue(parsing: schema))
        return schema.errors(in: try JSONDocument(instance).root).map(\.description)
    }

    @Test(arguments: [
        (#"{"required": ["name", "age"]}"#, "{}", #"object has missing required properties (["age","name"])"#),
        (
            #"{"type": "number"}"#, #""x""#,
            #"instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])"#,
        ),
        (
            #"{"type": ["string", "array"]}"#, "1.0",
            #"instance type (number) does not match any allowed primitive type (allowed: ["array","string"])"#,
        ),
        (
            #"{"enum": ["cat", "dog", 1.50]}"#, #""bi\"rd""#,
            #"instance value ("bi\"rd") not found in enum (possible values: ["cat","dog",1.50])"#,
        ),
        (#"{"minimum": 25}"#, "24", "numeric instance is lower than the required minimum (minimum: 25, found: 24)"),
        (
            #"{"maximum": 1e2}"#, "2600.50",
            "numeric instance is greater than the required maximum (maximum: 1E+2, found: 2600.50)",
        ),
        (
            #"{"minimum": 1, "exclusiveMinimum": true}"#, "1.0",
            "numeric instance is not strictly greater than the required minimum 1",
        ),
        (
            #"{"maximum": 1, "exclusiveMaximum": true}"#, "1",
            "numeric instance is not strictly lower than the required maximum 1",
        ),
        (#"{"multipleOf": 0.01}"#, "0.075", "remainder of division is not zero (0.075 / 0.01)"),
        (#"{"minLength": 3}"#, #""ab""#, #"string "ab" is too short (length: 2, required minimum: 3)"#),
        (#"{"maxLength": 1}"#, #""é\ud83d\ude00""#, "string \"é😀\" is too long (length: 2, maximum allowed: 1)"),
        (#"{"pattern": "^\\d{4}$"}"#, #""18""#, #"ECMA 262 regex "^\d{4}$" does not match input string "18""#),
        (#"{"minItems": 1}"#, "[]", "array is too short: must have at least 1 elements but instance has 0 elements"),
        (#"{"maxItems": 1}"#, "[1,2]", "array is too long: must have at most 1 elements but instance has 2 elements"),
        (#"{"uniqueItems": true}"#, "[1,1.0]", "array must not contain duplicate elements"),
        (
            #"{"items": [{}], "additionalItems": false}"#, "[1,2]",
            "schema only allows 1 elements in array but instance has 2 elements",
        ),
        (
            #"{"additionalProperties": false}"#, #"{"b":1,"a":2}"#,
            #"object instance has properties which are not allowed by the schema: ["a","b"]"#,
        ),
        (#"{"minProperties": 1}"#, "{}", "object has too few properties (found 0 but schema requires at least 1)"),
        (
            #"{"maxProperties": 0}"#, #"{"a":1}"#,
            "object has too many properties (found 1 but schema requires at most 0)",
        ),
        (
            #"{"dependencies": {"a": ["c", "b"]}}"#, #"{"a":1,"b":2}"#,
            #"property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["c"])"#,
        ),
        (
            #"{"allOf": [{}, {"type": "null"}]}"#, "1",
            "instance failed to match all required schemas (matched only 1 out of 2)",
        ),
        (
            #"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#, "1",
            "instance failed to match at least one required schema among 2",
        ),
        (
            #"{"oneOf": [{}, {}, {"type": "null"}]}"#, "1",
            "instance failed to match exactly one schema (matched 2 out of 3)",
        ),
        (#"{"not": {}}"#, "1", "instance matched a schema which it should not have"),
        (#"{"format": "ipv4"}"#, #""256.1.1.1""#, #"string "256.1.1.1" is not a valid IPv4 address"#),
        (#"{"format": "email"}"#, #""nobody""#, #"string "nobody" is not a valid email address"#),
    ])
    func words(_ schema: String, _ instance: String, _ expected: String) throws {
        #expect(try Self.errors(schema, instance) == ["the value: " + expected])
    }

    @Test("Members in the order of their names, keywords in theirs, and nothing below what is wrong")
    func order() throws {
        let schema = """
            {"type": "object", "properties": {
                "price": {"type": "number", "multipleOf": 2, "minimum": 25},
                "name": {"type": "string"},
                "list": {"minItems": 3, "items": {"type": "string"}},
                "kind": {"properties": {"deep": {"type": "null"}}}}}
            """
        let instance = #"{"price": 23, "name": 1, "list": [1, 2], "kind": {"deep": 1}}"#
        #expect(
            try Self.errors(schema, instance) == [
                "/kind/deep: instance type (integer) does not match any allowed primitive type (allowed: [\"null\"])",
                "/list: array is too short: must have at least 3 elements but instance has 2 elements",
                "/name: instance type (integer) does not match any allowed primitive type (allowed: [\"string\"])",
                "/price: numeric instance is lower than the required minimum (minimum: 25, found: 23)",
                "/price: remainder of division is not zero (23 / 2)",
            ]
        )
        let outer = #"{"required": ["id"], "properties": {"a": {"type": "null"}}}"#
        #expect(
            try Self.errors(outer, #"{"a": 1}"#) == [#"the value: object has missing required properties (["id"])"#]
        )
    }

    @Test("A message quotes no megabytes")
    func bounded() throws {
        let text = String(repeating: "x", count: 100_000)
        let errors = try Self.errors(#"{"maxLength": 3}"#, "\"\(text)\"")
        #expect(errors.count == 1 && errors[0].utf8.count < 1_000)
        let many = "[" + repeatElement("1", count: 5_000).joined(separator: ",") + "]"
        #expect(try Self.errors(#"{"items": {"type": "string"}}"#, many).count == 100)
    }
}
