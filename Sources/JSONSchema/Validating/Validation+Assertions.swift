import JavaRegex
import OrderedJSON

extension Validation {
    func check(_ assertion: Assertion, _ value: Int) {
        let kind = tape.kind(value)
        switch assertion {
        case .type(let types): check(types, value, kind)
        case .enumeration(let values): check(enumeration: values, value)
        case .allOf(let schemas): checkAll(schemas, value)
        case .anyOf(let schemas): checkAny(schemas, value)
        case .oneOf(let schemas): checkOne(schemas, value)
        case .not(let schema):
            if accepts(schema, value) { fail("not", "instance matched a schema which it should not have") }
        case .count(let rule): check(rule, value, kind)
        case .maximum(let limit, let isExclusive):
            if kind == .number { check(maximum: limit, isExclusive, value) }
        case .minimum(let limit, let isExclusive):
            if kind == .number { check(minimum: limit, isExclusive, value) }
        case .multipleOf(let divisor):
            if kind == .number { check(multipleOf: divisor, value) }
        case .pattern(let pattern, let source):
            if kind == .string { check(pattern, source, value) }
        case .format(let format):
            if kind == .string { check(format, value) }
        case .required(let names):
            if kind == .object { check(required: names, value) }
        case .additionalProperties(let named, let patterns):
            if kind == .object { checkClosed(named, patterns, value) }
        case .dependencies(let names, let schemas):
            if kind == .object { check(dependencies: names, schemas, value) }
        case .additionalItems(let most):
            if kind == .array, tape.count(value) > most {
                let count = tape.count(value)
                fail(
                    "additionalItems",
                    "schema only allows \(most) elements in array but instance has \(count) elements",
                )
            }
        case .uniqueItems:
            if kind == .array { checkUnique(value) }
        }
    }

    // MARK: Any value

    private func check(_ types: TypeSet, _ value: Int, _ kind: JSONKind) {
        let type = TypeSet.of(kind, isInteger: tape.isInteger(value))
        guard types.isDisjoint(with: type) else { return }
        fail(
            "type",
            "instance type (\(type.names.joined())) does not match any allowed primitive type (allowed: \(list(types.names)))",
        )
    }

    private func check(enumeration values: JSONDocument, _ value: Int) {
        var isFound = false
        values.withTape { other in
            for candidate in other.elements(other.root) where !isFound {
                isFound = JSONEquality.equal(tape, value, other, candidate)
            }
        }
        guard spend(tape.extent(value)), !isFound else { return }
        fail(
            "enum",
            "instance value (\(text(value))) not found in enum (possible values: \(JSONWriter.string(values.root)))",
        )
    }

    // MARK: Combinations

    private func checkAll(_ schemas: [Int], _ value: Int) {
        var matched = 0
        for schema in schemas where accepts(schema, value) { matched += 1 }
        guard matched < schemas.count else { return }
        fail(
            "allOf",
            "instance failed to match all required schemas (matched only \(matched) out of \(schemas.count))",
        )
    }

    private func checkAny(_ schemas: [Int], _ value: Int) {
        for schema in schemas where accepts(schema, value) { return }
        fail("anyOf", "instance failed to match at least one required schema among \(schemas.count)")
    }

    private func checkOne(_ schemas: [Int], _ value: Int) {
        var matched = 0
        for schema in schemas where accepts(schema, value) {
            matched += 1
            if matched > 1, !collects { break }
        }
        guard matched != 1 else { return }
        fail("oneOf", "instance failed to match exactly one schema (matched \(matched) out of \(schemas.count))")
    }

    // MARK: Numbers

    private func check(maximum limit: SchemaNumber, _ isExclusive: Bool, _ value: Int) {
        let order = SchemaNumber(tape.number(value)).compared(to: limit)
        if order > 0 {
            fail(
                "maximum",
                "numeric instance is greater than the required maximum (maximum: \(limit.javaText), found: \(text(value)))",
            )
        } else if order == 0, isExclusive {
            fail("maximum", "numeric instance is not strictly lower than the required maximum \(limit.javaText)")
        }
    }

    private func check(minimum limit: SchemaNumber, _ isExclusive: Bool, _ value: Int) {
        let order = SchemaNumber(tape.number(value)).compared(to: limit)
        if order < 0 {
            fail(
                "minimum",
                "numeric instance is lower than the required minimum (minimum: \(limit.javaText), found: \(text(value)))",
            )
        } else if order == 0, isExclusive {
            fail("minimum", "numeric instance is not strictly greater than the required minimum \(limit.javaText)")
        }
    }

    private func check(multipleOf divisor: SchemaNumber, _ value: Int) {
        guard !SchemaNumber(tape.number(value)).isMultiple(of: divisor) else { return }
        fail("multipleOf", "remainder of division is not zero (\(text(value)) / \(divisor.javaText))")
    }

    // MARK: Counts

    private func check(_ rule: CountRule, _ value: Int, _ kind: JSONKind) {
        let limit = rule.limit
        switch (rule.keyword, kind) {
        case (.maxItems, .array) where tape.count(value) > limit:
            let count = tape.count(value)
            fail(
                "maxItems",
                "array is too long: must have at most \(limit) elements but instance has \(count) elements",
            )
        case (.minItems, .array) where tape.count(value) < limit:
            let count = tape.count(value)
            fail(
                "minItems",
                "array is too short: must have at least \(limit) elements but instance has \(count) elements",
            )
        case (.maxProperties, .object) where tape.count(value) > limit:
            let count = tape.count(value)
            fail(
                "maxProperties",
                "object has too many properties (found \(count) but schema requires at most \(limit))",
            )
        case (.minProperties, .object) where tape.count(value) < limit:
            let count = tape.count(value)
            fail(
                "minProperties",
                "object has too few properties (found \(count) but schema requires at least \(limit))",
            )
        case (.maxLength, .string):
            let length = length(value)
            guard length > limit else { return }
            fail("maxLength", "string \"\(string(value))\" is too long (length: \(length), maximum allowed: \(limit))")
        case (.minLength, .string):
            let length = length(value)
            guard length < limit else { return }
            fail(
                "minLength",
                "string \"\(string(value))\" is too short (length: \(length), required minimum: \(limit))",
            )
        default: return
        }
    }

    /// In characters, which are Unicode code points.
    private func length(_ value: Int) -> Int {
        var count = 0
        if tape.hasEscapes(value) {
            for byte in tape.string(value).utf8 where byte & 0xC0 != 0x80 { count += 1 }
        } else {
            for byte in tape.sourceText(value) where byte & 0xC0 != 0x80 { count += 1 }
        }
        return count
    }

    // MARK: Text

    private func check(_ pattern: Pattern, _ source: String, _ value: Int) {
        let text = tape.string(value)
        guard !matches(pattern, text) else { return }
        fail("pattern", "ECMA 262 regex \"\(source)\" does not match input string \"\(shortened(text))\"")
    }

    private func check(_ format: SchemaFormat, _ value: Int) {
        let text = tape.string(value)
        guard !format.accepts(text) else { return }
        fail("format", format.message(shortened(text)))
    }

    /// A match that takes more work than it may is none.
    func matches(_ pattern: Pattern, _ text: String) -> Bool {
        (try? pattern.firstMatch(in: text)) != nil
    }

    // MARK: Objects

    private func check(required names: [String], _ value: Int) {
        let missing = names.filter { !has($0, value) }
        if !missing.isEmpty { fail("required", "object has missing required properties (\(list(missing)))") }
    }

    private func has(_ name: String, _ object: Int) -> Bool {
        var name = name
        return name.withUTF8 { tape.value(forKey: $0, of: object) != nil }
    }

    private func checkClosed(_ named: Set<String>, _ patterns: [Pattern], _ value: Int) {
        var unwanted: [String] = []
        for member in tape.members(value) {
            let name = tape.string(member.key)
            if named.contains(name) || patterns.contains(where: { matches($0, name) }) { continue }
            unwanted.append(name)
            if !collects { break }
        }
        guard !unwanted.isEmpty else { return }
        let names = list(unwanted.sorted(by: javaOrder))
        fail("additionalProperties", "object instance has properties which are not allowed by the schema: \(names)")
    }

    private func check(
        dependencies names: [(property: String, required: [String])],
        _ schemas: [(property: String, schema: Int)],
        _ value: Int,
    ) {
        for (property, required) in names where has(property, value) {
            let missing = required.filter { !has($0, value) }
            if missing.isEmpty { continue }
            fail(
                "dependencies",
                "property \"\(property)\" of object has missing property dependencies "
                    + "(schema requires \(list(required)); missing: \(list(missing)))",
            )
        }
        for (property, schema) in schemas where has(property, value) { apply(schema, to: value) }
    }

    // MARK: Arrays

    private func checkUnique(_ value: Int) {
        var seen: [Int: [Int]] = [:]
        for element in tape.elements(value) {
            guard spend(tape.extent(element)) else { return }
            let hash = JSONEquality.hash(tape, element)
            for other in seen[hash] ?? [] {
                guard spend(1) else { return }
                if JSONEquality.equal(tape, element, tape, other) {
                    return fail("uniqueItems", "array must not contain duplicate elements")
                }
            }
            seen[hash, default: []].append(element)
        }
    }

    // MARK: Words

    /// `["a","b"]`.
    private func list(_ names: [String]) -> String {
        JSONWriter.string(.array(names.map { .string($0) }))
    }

    /// A value as Java prints it, at most so much of it as a person wants to read.
    private func text(_ value: Int) -> String {
        if tape.kind(value) == .number { return SchemaNumber(tape.number(value)).javaText }
        return shortened(JSONWriter.string(JSONNode(document: document, position: value)))
    }

    private func string(_ value: Int) -> String {
        shortened(tape.string(value))
    }

    /// What a client sent may be megabytes; the message that quotes it is not.
    private func shortened(_ text: String) -> String {
        guard text.utf8.count > 1_024 else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(256))) + "…"
    }
}

extension SchemaNumber {
    /// As Java prints the number: what has a fraction or an exponent as `BigDecimal` does.
    var javaText: String {
        if text == "-0" { return "0" }
        let isInteger = !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        return isInteger ? text : JavaBigDecimal.description(of: text)
    }
}
