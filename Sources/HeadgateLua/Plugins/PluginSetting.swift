import Headgate
import JavaRegex
import OrderedJSON

/// One setting of a plugin, declared in its manifest: it becomes a key of the stage like those of a
/// built-in one, and a member of `config` in Lua.
struct PluginSetting: Sendable {
    let name: String
    let field: Field<JSONValue?>

    /// Every type, and what it is in Lua.
    static let types: [(name: String, meaning: String)] = [
        ("string", "a string"), ("integer", "an integer"), ("number", "a number"), ("boolean", "a boolean"),
        ("duration", "a number of seconds; written `500ms`, `5s`"), ("bytes", "an integer; written `64KB`, `1MiB`"),
        ("url", "a string, an absolute http or https URL"), ("header_name", "a string, the name of a header field"),
        ("regex", "a string, a regular expression of Java's"), ("secret", "a string, the name of a secret"),
        ("enum", "a string, one of `values`"), ("array", "a list, each of type `items`"),
        ("map", "a table with keys of the user's choice, values of type `items`"), ("any", "any value"),
    ]

    // MARK: The manifest's record

    private static let type = Field<String>(
        required: "type",
        .oneOf(types.map(\.name)),
        "What is written: " + types.map(\.name).joined(separator: ", ") + ".",
    )
    private static let description = Field<String>(required: "description", .string, "What the setting is for.")
    private static let required = Field<Bool>(
        "required",
        .boolean,
        default: false,
        shown: "false",
        "Whether the setting must be given.",
    )
    private static let fallback = Field<ConfigurationNode?>(
        optional: "default",
        FieldType(.any, expectation: "a value") { node, _ in node },
        "The value where it is left out.",
    )
    private static let values = Field<[String]>(
        "values",
        .list(of: .string),
        default: [],
        "For `enum`: what may be written.",
    )
    private static let items = Field<String>(
        "items",
        .oneOf(types.map(\.name).filter { !["enum", "array", "map"].contains($0) }),
        default: "string",
        shown: "string",
        "For `array` and `map`: the type of the elements.",
    )

    /// What stands below `config.NAME` of a manifest.
    struct Draft: Sendable {
        let type: FieldType<JSONValue>
        let description: String
        let isRequired: Bool
        let fallback: ConfigurationNode?
    }

    static let record = Record<Draft>(
        "config",
        "A setting of the plugin.",
        fields: [type, description, required, fallback, values, items],
    ) { settings in
        let kind = try settings[type]
        let words = try settings[values]
        if kind == "enum", words.isEmpty {
            throw InvalidValue("an enum needs its values", expected: "expected values: [a, b]")
        }
        let isRequired = try settings[required]
        let fallback = try settings[fallback]
        if isRequired, fallback != nil {
            throw InvalidValue(
                "a setting that is required has no use for a default",
                at: settings.location(of: Self.fallback),
            )
        }
        return Draft(
            type: try fieldType(kind, values: words, items: try settings[items]),
            description: try settings[description],
            isRequired: isRequired,
            fallback: fallback,
        )
    }

    /// nil after a report: the default is not of the setting's type.
    init?(_ name: String, _ draft: Draft, _ context: DecodingContext) {
        self.name = name
        let type = draft.type.map(Optional.some)
        if draft.isRequired {
            field = Field(required: name, type, draft.description)
        } else if let node = draft.fallback {
            guard let value = draft.type.decode(node, context.below("default")) else { return nil }
            var shown = JSONWriter.string(value)
            if case .scalar(let scalar) = node.value { shown = scalar.text }
            field = Field(name, type, default: value, shown: shown, draft.description)
        } else {
            field = Field(name, type, default: nil, draft.description)
        }
    }

    // MARK: Types

    private static func fieldType(_ name: String, values: [String], items: String) throws -> FieldType<JSONValue> {
        switch name {
        case "enum": return FieldType<String>.oneOf(values).map { .string($0) }
        case "array":
            let element = try fieldType(items, values: [], items: "string")
            return FieldType<[JSONValue]>.list(of: element).map { .array($0) }
        case "map":
            let element = try fieldType(items, values: [], items: "string")
            return FieldType<[MapEntry<JSONValue>]>.map(keys: "name", of: element).map { entries in
                .object(JSONObject(entries.map { ($0.key, $0.value) }))
            }
        case "string": return FieldType<String>.string.map { .string($0) }
        case "integer": return FieldType<Int>.integer().map { .number(JSONNumber($0)) }
        case "number": return number
        case "boolean": return FieldType<Bool>.boolean.map { .bool($0) }
        case "duration":
            return FieldType<Int>.duration(0...31_536_000_000_000).map { microseconds in
                JSONNumber("\(microseconds / 1_000_000).\(String(1_000_000 + microseconds % 1_000_000).dropFirst())")
                    .map { .number($0) } ?? .null
            }
        case "bytes": return FieldType<Int>.byteCount.map { .number(JSONNumber($0)) }
        case "url": return url
        case "header_name": return FieldType<String>.headerName.map { .string($0) }
        case "regex": return regex
        case "secret":
            return FieldType<String>.text(format: "secret", expectation: "the name of a secret").map { .string($0) }
        default:
            return FieldType(.any, expectation: "a value") { node, context in
                do throws(InvalidValue) {
                    return try LuaConfiguration.value(node)
                } catch {
                    context.diagnostics.error(
                        at: error.location ?? node.location,
                        error.message ?? "the value cannot be used",
                    )
                    return nil
                }
            }
        }
    }

    private static let number = FieldType<JSONValue>.scalar(.text(format: "number"), expectation: "a number") {
        scalar,
        _ throws(InvalidValue) in
        guard let number = JSONNumber(scalar.text) else { throw InvalidValue() }
        return .number(number)
    }

    private static let url = FieldType<JSONValue>.scalar(
        .text(format: "URL"),
        expectation: "an absolute http or https URL",
    ) {
        scalar,
        _ throws(InvalidValue) in
        do throws(InvalidURL) {
            _ = try BackendURL(parsing: scalar.text)
            return .string(scalar.text)
        } catch {
            throw InvalidValue(error.description)
        }
    }

    private static let regex = FieldType<JSONValue>.scalar(
        .text(format: "regular expression"),
        expectation: "a regular expression",
    ) { scalar, _ throws(InvalidValue) in
        do throws(PatternError) {
            _ = try Pattern(scalar.text)
            return .string(scalar.text)
        } catch {
            throw InvalidValue("the pattern is malformed: \(error)")
        }
    }
}
