import Headgate
import JSONSchema
import OrderedJSON
import Synchronization

/// The schema that request bodies of one media type must fit.
public struct RequestModel: Sendable {
    /// What messages and `explain` call it: its name, its file, or `a schema of its own`.
    public let name: String
    /// The compiled schema, draft 4; references to other models are resolved.
    public let schema: JSONSchema

    /// A model from a schema that is compiled already.
    public init(name: String, schema: JSONSchema) {
        self.name = name
        self.schema = schema
    }

    /// A model as files have it: a name, a path to a JSON file, or the schema itself.
    static let fieldType = FieldType<RequestModel>(
        .any,
        expectation: "the name of a model, the path of a JSON file, or a JSON Schema",
    ) { node, context in
        RequestModelReader(context: context, models: context.services[NamedModels.self] ?? .none).read(node)
    }
}

extension FieldType where Value == [MapEntry<RequestModel>] {
    /// The models of a file, by name. They are compiled where they stand; ``NamedModels`` in the context's services
    /// must hold them already, since they may refer to each other.
    public static let namedModels = map(
        keys: "model name",
        of: FieldType<RequestModel>(.any, expectation: "a JSON Schema") { node, context in
            let models = context.services[NamedModels.self] ?? .none
            return RequestModelReader(context: context, models: models).named(context.key ?? "", node)
        },
        checkKey: { NamedModels.isName($0) ? nil : InvalidValue(expected: "expected letters and digits") },
    )
}

/// Reads models and what they refer to, and reports what is wrong where it is written.
private struct RequestModelReader {
    let context: DecodingContext
    let models: NamedModels

    func read(_ node: ConfigurationNode) -> RequestModel? {
        switch node.value {
        case .mapping:
            guard let schema = ModelText.json(node) else {
                context.diagnostics.error(at: node.location, "the schema nests too deeply")
                return nil
            }
            return compile(schema, "a schema of its own", node)
        case .scalar(let scalar) where scalar.text.utf8.first == UInt8(ascii: "{"):
            do throws(JSONParseError) {
                return compile(try JSONValue(parsing: scalar.text), "a schema of its own", node)
            } catch {
                let place = scalar.location(line: error.line, column: error.column)
                context.diagnostics.error(at: place, "found \(error.found)", expected: "expected \(error.expected)")
                return nil
            }
        case .scalar(let scalar) where NamedModels.isName(scalar.text): return named(scalar.text, node)
        case .scalar(let scalar): return file(scalar.text, node)
        case .null, .sequence:
            context.mismatch(node, expected: RequestModel.fieldType.expectation)
            return nil
        }
    }

    func named(_ name: String, _ node: ConfigurationNode) -> RequestModel? {
        if let schema = models.schema(name) { return compile(schema, name, models.node(name) ?? node) }
        if let written = models.node(name) {
            context.diagnostics.error(
                at: written.location,
                "the model \"\(name)\" is no schema",
                expected: "expected a mapping, or JSON",
            )
            return nil
        }
        context.diagnostics.error(
            at: node.location,
            "Invalid model identifier specified: \(name)",
            expected: "expected one of: " + models.names.joined(separator: ", "),
            suggestion: Suggestion.didYouMean(name, among: models.names),
        )
        return nil
    }

    private func file(_ path: String, _ node: ConfigurationNode) -> RequestModel? {
        do throws(InvalidValue) {
            return compile(try open(path), path, node)
        } catch {
            context.diagnostics.error(
                at: error.location ?? node.location,
                error.message ?? "the file cannot be used",
                expected: error.expected,
                suggestion: error.suggestion,
            )
            return nil
        }
    }

    private func open(_ path: String) throws(InvalidValue) -> JSONValue {
        if let directory = context.directory { context.services[ConsultedFiles.self]?.add(directory + "/" + path) }
        return try ModelFile.read(path, in: context.directory)
    }

    private func compile(_ schema: JSONValue, _ name: String, _ node: ConfigurationNode) -> RequestModel? {
        let resolver = SchemaResolver {
            [models, files = context.services[ConsultedFiles.self], directory = context.directory] in
            if let name = NamedModels.name(in: $0) { return models.schema(name) }
            guard $0.hasSuffix(".json"), !$0.contains(":") else { return nil }
            if let directory { files?.add(directory + "/" + $0) }
            return try? ModelFile.read($0, in: directory)
        }
        do throws(InvalidSchema) {
            return RequestModel(name: name, schema: try JSONSchema(schema, resolver: resolver))
        } catch {
            for mistake in error.mistakes { report(mistake, name, node) }
            return nil
        }
    }

    private func report(_ mistake: SchemaMistake, _ name: String, _ node: ConfigurationNode) {
        var (name, place) = (name, node)
        if let document = mistake.document {
            name = NamedModels.name(in: document) ?? document
            place = models.node(name) ?? node
        }
        let words = mistake.pointer.isEmpty ? "" : " at \(mistake.pointer)"
        context.diagnostics.error(
            at: ModelText.location(of: mistake.pointer, in: place),
            "the model \(name.quotedForMessage) is no JSON Schema of draft 4: "
                + "\(mistake.keyword.map { "\($0) has " } ?? "found ")\(mistake.found)\(words)",
            expected: "expected \(mistake.expected)",
        )
    }
}
