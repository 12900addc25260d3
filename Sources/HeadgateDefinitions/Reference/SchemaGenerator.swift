import Headgate
import OrderedJSON

/// Writes a JSON Schema (draft 7, which editors know best) of pipeline files from the declarations that
/// read them, so that completion and checks in an editor say what the loader says.
///
/// Where the loader reads a text it takes any scalar; where it reads a number, a word or a truth value
/// it takes a text with `${NAME}` too. The schema allows both.
public enum SchemaGenerator {
    /// The schema, indented, without a line break at the end.
    public static func schema(for registry: StageRegistry) -> String {
        JSONWriter.string(value(for: registry), style: .pretty)
    }

    static func value(for registry: StageRegistry) -> JSONValue {
        let pipeline: JSONValue = ["$ref": "#/definitions/pipeline"]
        var definitions: JSONValue = [
            "pipeline": schema(of: PipelineDraft.record(registry).shape, depth: 0),
            "stage": stage(registry),
            "api": schema(of: APIBlock.record.shape, depth: 0),
            "deployment-stage": schema(of: StageBlock.record.shape, depth: 0),
            "function": schema(of: FunctionBlock.record.shape, depth: 0),
            "link": schema(of: LinkBlock.record.shape, depth: 0),
        ]
        for declaration in registry.declarations {
            definitions[definitionName(declaration)] = schema(of: declaration.shape, depth: 0)
        }
        return [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Headgate pipeline file",
            "description": .string(PipelineFile.documentation),
            "if": ["type": "object", "anyOf": .array(sharingKeys.map { ["required": [.string($0)]] })],
            "then": [
                "properties": [
                    PipelineFile.apiKey: ["$ref": "#/definitions/api"],
                    PipelineFile.stageKey: ["$ref": "#/definitions/deployment-stage"],
                    PipelineFile.functionsKey: ["type": "array", "items": ["$ref": "#/definitions/function"]],
                    PipelineFile.linksKey: ["type": "array", "items": ["$ref": "#/definitions/link"]],
                    PipelineFile.listKey: ["type": "array", "minItems": 1, "items": pipeline],
                    PipelineFile.modelsKey: ["type": "object"],
                ],
                "additionalProperties": false,
            ],
            "else": pipeline,
            "definitions": definitions,
        ]
    }

    /// A file with one of these is no pipeline by itself.
    private static let sharingKeys = [
        PipelineFile.listKey, PipelineFile.apiKey, PipelineFile.stageKey, PipelineFile.functionsKey,
        PipelineFile.linksKey,
    ]

    private static func definitionName(_ declaration: StageDeclaration) -> String {
        "stage-" + declaration.kind
    }

    /// One entry of `stages:`: a kind alone, or a kind with its settings and maybe a name.
    private static func stage(_ registry: StageRegistry) -> JSONValue {
        var properties = JSONObject()
        for declaration in registry.declarations {
            properties[declaration.kind] = ["$ref": .string("#/definitions/" + definitionName(declaration))]
        }
        properties["name"] = [
            "description": .string(StageListShape.nameDocumentation), "type": .array(scalarTypes),
        ]
        let kinds = registry.kinds.map(JSONValue.string)
        return [
            "anyOf": [
                ["enum": .array(kinds)],
                [
                    "type": "object",
                    "properties": .object(properties),
                    "additionalProperties": false,
                    "oneOf": .array(kinds.map { ["required": [$0]] }),
                ],
            ]
        ]
    }

    // MARK: Shapes

    /// Records that hold themselves are cut here; a deeper value is allowed to be anything.
    private static let deepest = 12

    /// What a text may look like in YAML.
    private static let scalarTypes: [JSONValue] = ["string", "number", "boolean"]

    private static func schema(of shape: ConfigurationShape, depth: Int) -> JSONValue {
        guard depth < deepest else { return [:] }
        switch shape {
        case .text:
            return ["type": .array(scalarTypes)]
        case .integer(let range):
            var number: JSONValue = ["type": "integer"]
            number["minimum"] = range.map { .number(JSONNumber($0.lowerBound)) }
            number["maximum"] = range.map { .number(JSONNumber($0.upperBound)) }
            return ["anyOf": [number, text(like: "^[0-9]+$")]]
        case .boolean:
            return ["anyOf": [["type": "boolean"], text(like: "^(true|false)$")]]
        case .oneOf(let words, let ignoringCase):
            let list: JSONValue = ["enum": .array(words.map(JSONValue.string))]
            let others = ignoringCase ? "^(\(words.map(anyCase).joined(separator: "|")))$" : nil
            return ["anyOf": [list, text(like: others)]]
        case .list(let element):
            if StageListShape.isEntry(element) {
                return ["type": "array", "minItems": 1, "items": ["$ref": "#/definitions/stage"]]
            }
            return ["type": "array", "items": schema(of: element, depth: depth + 1)]
        case .map(_, let values):
            return ["type": "object", "additionalProperties": orNull(schema(of: values, depth: depth + 1))]
        case .record(let record):
            return schema(of: record, depth: depth)
        case .either(let shapes):
            return ["anyOf": .array(shapes.map { schema(of: $0, depth: depth + 1) })]
        case .any:
            return [:]
        }
    }

    private static func schema(of record: RecordShape, depth: Int) -> JSONValue {
        let fields = record.fields()
        var properties = JSONObject()
        for field in fields { properties[field.name] = property(field, depth: depth + 1) }
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        var object: JSONValue = [
            "description": .string(record.documentation),
            // A key with nothing behind it is a record without settings.
            "type": required.isEmpty ? ["object", "null"] : "object",
            "properties": .object(properties),
        ]
        if !required.isEmpty { object["required"] = .array(required) }
        if let rest = record.rest, case .map(_, let values) = rest.shape {
            object["additionalProperties"] = orNull(schema(of: values, depth: depth + 1))
        } else {
            object["additionalProperties"] = false
        }
        guard let shorthand = record.shorthand, let field = fields.first(where: { $0.name == shorthand }) else {
            return object
        }
        return ["anyOf": [object, schema(of: field.shape, depth: depth + 1)]]
    }

    private static func property(_ field: FieldShape, depth: Int) -> JSONValue {
        var value: JSONValue = ["description": .string(field.documentation)]
        for (key, member) in schema(of: field.shape, depth: depth).object ?? [:] where key != "description" {
            value[key] = member
        }
        value["default"] = field.defaultText.map { text in
            JSONScalar.value(.init(text: text, isPlain: true, contentLocation: SourceLocation(file: "", line: 1)))
        }
        return value
    }

    /// A text of this form, or one that the environment completes.
    private static func text(like pattern: String?) -> JSONValue {
        let reference = "\\$\\{[A-Z_][A-Z0-9_]*(:-[^}]*)?\\}"
        return ["type": "string", "pattern": .string(pattern.map { $0 + "|" + reference } ?? reference)]
    }

    /// `[Gg][Ee][Tt]`: JSON Schema's patterns know no flag for it.
    private static func anyCase(_ word: String) -> String {
        word.map { letter in
            letter.isLetter ? "[\(letter.uppercased())\(letter.lowercased())]" : String(letter)
        }.joined()
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        guard case .array(let types)? = schema["type"], !types.contains("null") else { return schema }
        var schema = schema
        schema["type"] = .array(types + ["null"])
        return schema
    }
}
