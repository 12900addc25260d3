import OrderedJSON

/// A compiled JSON Schema, draft 4 (draft-zyp-json-schema-04, draft-fge-json-schema-validation-00).
///
/// Compile once, validate often: a compiled schema is immutable, has its references resolved and its regular
/// expressions compiled, and may be used from any thread.
///
/// What the standard leaves open is as in the Java validator that API Gateway uses: `1.0` is no integer, keywords
/// beside `$ref` are ignored, errors come in the alphabetical order of their keywords and of the members' names,
/// and members and elements are only looked into where nothing was wrong before.
public struct JSONSchema: Sendable {
    let schemas: [CompiledSchema]

    /// Compiles a schema.
    /// - Parameters:
    ///   - schema: the document.
    ///   - address: its URI, where it has one; an `id` in it goes before.
    ///   - checksFormats: whether `format` is checked: the draft's own, and `regex`. Others are never checked.
    ///   - resolver: gives the documents that `$ref` names and that are not part of this one.
    /// - Throws: ``InvalidSchema`` with everything that is wrong, in this document and in those that it refers to.
    public init(
        _ schema: JSONValue,
        address: String = "",
        checksFormats: Bool = true,
        resolver: SchemaResolver = .none,
    ) throws(InvalidSchema) {
        var compiler = SchemaCompiler(SchemaDocuments(schema, address: address, resolver: resolver), checksFormats)
        schemas = compiler.compile()
        if !compiler.mistakes.isEmpty { throw InvalidSchema(mistakes: compiler.mistakes) }
    }

    /// Whether the instance fits the schema. Stops at the first thing that does not.
    public func accepts(_ instance: JSONNode, limits: ValidationLimits = .default) -> Bool {
        instance.document.withTape { tape in
            let validation = Validation(schemas, instance.document, tape, limits, collects: false)
            validation.apply(0, to: instance.position)
            return !validation.failed
        }
    }

    /// Why the instance does not fit the schema; empty if it does.
    public func errors(in instance: JSONNode, limits: ValidationLimits = .default) -> [ValidationError] {
        instance.document.withTape { tape in
            let validation = Validation(schemas, instance.document, tape, limits, collects: true)
            validation.apply(0, to: instance.position)
            return validation.errors
        }
    }
}

/// Finds the schema documents that references name.
public struct SchemaResolver: Sendable {
    private let find: @Sendable (String) -> JSONValue?

    /// - Parameter find: gets an absolute URI without its fragment, or a reference as it is written where it points
    ///   into the document that it stands in and nothing is there (`#/definitions/Pet`). nil where there is no such
    ///   schema. Called while a schema is compiled, at most once for each name.
    public init(_ find: @escaping @Sendable (String) -> JSONValue?) {
        self.find = find
    }

    /// Knows no documents.
    public static let none = SchemaResolver { _ in nil }

    func callAsFunction(_ uri: String) -> JSONValue? { find(uri) }
}
