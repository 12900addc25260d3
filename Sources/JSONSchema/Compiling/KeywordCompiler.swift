import JavaRegex
import OrderedJSON

/// Reads the keywords of one schema, and reports those that the draft would not have so.
struct KeywordCompiler {
    let place: SchemaDocuments.Place
    let members: JSONObject
    let checksFormats: Bool

    /// Assertions come in the order of their keywords, and `format` at the end, as the Java validator checks them.
    mutating func compile(_ compiler: inout SchemaCompiler) -> CompiledSchema {
        var schema = CompiledSchema()
        let (elements, most) = elementSchemas(&compiler)
        schema.elements = elements
        if let most { schema.assertions.append(.additionalItems(most: most)) }
        let (memberSchemas, isClosed) = memberSchemas(&compiler)
        schema.members = memberSchemas
        if isClosed {
            let named = Set(memberSchemas.named.keys)
            schema.assertions.append(
                .additionalProperties(named: named, patterns: memberSchemas.patterns.map(\.pattern))
            )
        }
        if let all = schemaList("allOf", &compiler) { schema.assertions.append(.allOf(all)) }
        if let any = schemaList("anyOf", &compiler) { schema.assertions.append(.anyOf(any)) }
        if let rule = dependencies(&compiler) { schema.assertions.append(rule) }
        if let values = enumeration(&compiler) { schema.assertions.append(.enumeration(values)) }
        counts([.maxItems, .maxLength, .maxProperties], &schema, &compiler)
        if let bound = bound("maximum", "exclusiveMaximum", &compiler) {
            schema.assertions.append(.maximum(bound.number, isExclusive: bound.isExclusive))
        }
        counts([.minItems, .minLength, .minProperties], &schema, &compiler)
        if let bound = bound("minimum", "exclusiveMinimum", &compiler) {
            schema.assertions.append(.minimum(bound.number, isExclusive: bound.isExclusive))
        }
        if let divisor = divisor(&compiler) { schema.assertions.append(.multipleOf(divisor)) }
        if let value = members["not"] { schema.assertions.append(.not(number("not", value, &compiler))) }
        if let one = schemaList("oneOf", &compiler) { schema.assertions.append(.oneOf(one)) }
        if let value = members["pattern"], let pattern = pattern("pattern", value, &compiler) {
            schema.assertions.append(.pattern(pattern, source: value.string ?? ""))
        }
        if let value = members["required"], let names = names("required", value, isEmptyAllowed: false, &compiler) {
            schema.assertions.append(.required(names.sorted(by: javaOrder)))
        }
        if let types = types(&compiler) { schema.assertions.append(.type(types)) }
        if let value = members["uniqueItems"] {
            if let isUnique = value.bool {
                if isUnique { schema.assertions.append(.uniqueItems) }
            } else {
                compiler.report(place, "uniqueItems", value, expected: "true or false")
            }
        }
        if let format = format(&compiler) { schema.assertions.append(.format(format)) }
        if let value = members["definitions"] { _ = schemaMap("definitions", value, &compiler) }
        checkTexts(&compiler)
        return schema
    }

    // MARK: Schemas

    private func number(_ keyword: String, _ value: JSONValue, _ compiler: inout SchemaCompiler) -> Int {
        compiler.number(of: compiler.child(of: place, keyword, value))
    }

    private func schemaList(_ keyword: String, _ compiler: inout SchemaCompiler) -> [Int]? {
        guard let value = members[keyword] else { return nil }
        guard let list = value.array, !list.isEmpty else {
            compiler.report(place, keyword, value, expected: "a list of schemas, at least one")
            return nil
        }
        return numbers(keyword, value, list, &compiler)
    }

    private func numbers(
        _ keyword: String,
        _ value: JSONValue,
        _ list: [JSONValue],
        _ compiler: inout SchemaCompiler,
    ) -> [Int] {
        let parent = compiler.child(of: place, keyword, value)
        return list.enumerated().map { index, schema in
            compiler.number(of: compiler.child(of: parent, String(index), schema))
        }
    }

    private func schemaMap(
        _ keyword: String,
        _ value: JSONValue,
        _ compiler: inout SchemaCompiler,
    ) -> [(name: String, schema: Int)] {
        guard case .object(let schemas) = value else {
            compiler.report(place, keyword, value, expected: "an object of schemas")
            return []
        }
        let parent = compiler.child(of: place, keyword, value)
        return schemas.map { name, schema in (name, compiler.number(of: compiler.child(of: parent, name, schema))) }
    }

    private func elementSchemas(_ compiler: inout SchemaCompiler) -> (ElementSchemas, most: Int?) {
        let additional = members["additionalItems"]
        var additionalSchema: Int?
        if let additional, additional.bool == nil {
            additionalSchema = number("additionalItems", additional, &compiler)
        }
        guard let items = members["items"] else { return (.none, nil) }
        guard let list = items.array else { return (.all(number("items", items, &compiler)), nil) }
        let most = additional?.bool == false ? list.count : nil
        return (.positional(numbers("items", items, list, &compiler), additional: additionalSchema), most)
    }

    private func memberSchemas(_ compiler: inout SchemaCompiler) -> (MemberSchemas, isClosed: Bool) {
        var schemas = MemberSchemas()
        if let value = members["properties"] {
            for (name, schema) in schemaMap("properties", value, &compiler) { schemas.named[name] = schema }
        }
        if let value = members["patternProperties"] {
            let parent = compiler.child(of: place, "patternProperties", value)
            let rules = schemaMap("patternProperties", value, &compiler).sorted { javaOrder($0.name, $1.name) }
            for (source, schema) in rules {
                if let pattern = ECMAPattern.compile(source, &compiler, at: parent, keyword: source) {
                    schemas.patterns.append((pattern, schema))
                }
            }
        }
        guard let additional = members["additionalProperties"] else { return (schemas, false) }
        if let isAllowed = additional.bool { return (schemas, !isAllowed) }
        schemas.additional = number("additionalProperties", additional, &compiler)
        return (schemas, false)
    }

    private func dependencies(_ compiler: inout SchemaCompiler) -> Assertion? {
        guard let value = members["dependencies"] else { return nil }
        guard case .object(let rules) = value else {
            compiler.report(place, "dependencies", value, expected: "an object of schemas and of lists of names")
            return nil
        }
        let parent = compiler.child(of: place, "dependencies", value)
        var lists: [(property: String, required: [String])] = []
        var schemas: [(property: String, schema: Int)] = []
        for (property, rule) in rules {
            if rule.kind == .object {
                schemas.append((property, compiler.number(of: compiler.child(of: parent, property, rule))))
            } else {
                let keywords = KeywordCompiler(place: parent, members: rules, checksFormats: false)
                guard let names = keywords.names(property, rule, isEmptyAllowed: false, &compiler) else { continue }
                lists.append((property, names.sorted(by: javaOrder)))
            }
        }
        schemas.sort { javaOrder($0.property, $1.property) }
        return .dependencies(names: lists, schemas: schemas)
    }

    // MARK: Values

    private func enumeration(_ compiler: inout SchemaCompiler) -> JSONDocument? {
        guard let value = members["enum"] else { return nil }
        guard let list = value.array, !list.isEmpty else {
            compiler.report(place, "enum", value, expected: "a list of values, at least one")
            return nil
        }
        var limits = JSONLimits()
        limits.depth = JSONLimits.largestDepth
        return try? JSONDocument(JSONWriter.string(value), limits: limits)
    }

    private func counts(
        _ keywords: [CountRule.Keyword],
        _ schema: inout CompiledSchema,
        _ compiler: inout SchemaCompiler,
    ) {
        for keyword in keywords {
            guard let value = members[keyword.rawValue] else { continue }
            if let limit = value.int, limit >= 0 {
                schema.assertions.append(.count(CountRule(keyword: keyword, limit: limit)))
            } else {
                compiler.report(place, keyword.rawValue, value, expected: "a whole number from 0")
            }
        }
    }

    private func bound(
        _ keyword: String,
        _ exclusive: String,
        _ compiler: inout SchemaCompiler,
    ) -> (number: SchemaNumber, isExclusive: Bool)? {
        var isExclusive = false
        if let value = members[exclusive] {
            if let flag = value.bool {
                isExclusive = flag
                if members[keyword] == nil {
                    compiler.report(place, exclusive, value, expected: "\(keyword) beside it")
                }
            } else {
                compiler.report(
                    place,
                    exclusive,
                    value,
                    expected: "true or false, as draft 4 has it beside \(keyword)",
                )
            }
        }
        guard let value = members[keyword] else { return nil }
        guard let number = value.number else {
            compiler.report(place, keyword, value, expected: "a number")
            return nil
        }
        return (SchemaNumber(number), isExclusive)
    }

    private func divisor(_ compiler: inout SchemaCompiler) -> SchemaNumber? {
        guard let value = members["multipleOf"] else { return nil }
        guard let number = value.number.map(SchemaNumber.init), number.isPositive, number.digitCount <= 18 else {
            compiler.report(place, "multipleOf", value, expected: "a number above 0 with at most 18 digits")
            return nil
        }
        return number
    }

    private func types(_ compiler: inout SchemaCompiler) -> TypeSet? {
        guard let value = members["type"] else { return nil }
        let expected = "one of: " + TypeSet.names.joined(separator: ", ")
        let words = value.array ?? [value]
        if words.isEmpty { compiler.report(place, "type", value, expected: "a type, or a list of at least one") }
        var types: TypeSet = []
        for (index, word) in words.enumerated() {
            let type = word.string.map(TypeSet.named) ?? []
            if type.isEmpty {
                compiler.report(place, "type", word, expected: expected)
            } else if types.contains(type) {
                compiler.report(
                    place,
                    "type",
                    word,
                    expected: "each type once",
                    found: "\(word.foundText) twice, at \(index)",
                )
            }
            types.formUnion(type)
        }
        if types.contains(.number) { types.formUnion(.integer) }
        return types.isEmpty ? nil : types
    }

    private func names(
        _ keyword: String,
        _ value: JSONValue,
        isEmptyAllowed: Bool,
        _ compiler: inout SchemaCompiler,
    ) -> [String]? {
        guard let list = value.array, !list.isEmpty || isEmptyAllowed else {
            compiler.report(place, keyword, value, expected: "a list of names, at least one")
            return nil
        }
        var names: [String] = []
        for name in list {
            if let text = name.string, !names.contains(text) {
                names.append(text)
            } else {
                compiler.report(place, keyword, name, expected: "names, each once")
            }
        }
        return names
    }

    // MARK: Text

    private func pattern(_ keyword: String, _ value: JSONValue, _ compiler: inout SchemaCompiler) -> Pattern? {
        guard let source = value.string else {
            compiler.report(place, keyword, value, expected: "a regular expression")
            return nil
        }
        return ECMAPattern.compile(source, &compiler, at: place, keyword: keyword)
    }

    private func format(_ compiler: inout SchemaCompiler) -> SchemaFormat? {
        guard let value = members["format"] else { return nil }
        guard let name = value.string else {
            compiler.report(place, "format", value, expected: "the name of a format")
            return nil
        }
        return checksFormats ? SchemaFormat(rawValue: name) : nil
    }

    private func checkTexts(_ compiler: inout SchemaCompiler) {
        for keyword in ["id", "$schema", "title", "description"] {
            if let value = members[keyword], value.string == nil {
                compiler.report(place, keyword, value, expected: "text")
            }
        }
    }
}

/// Java's order of strings: by UTF-16 code units.
func javaOrder(_ left: String, _ right: String) -> Bool {
    left.utf16.lexicographicallyPrecedes(right.utf16)
}
