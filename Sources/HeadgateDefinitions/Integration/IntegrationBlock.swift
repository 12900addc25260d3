import Headgate

/// An `integration:` block as it was written.
struct IntegrationSettings: Sendable {
    var type: String
    var httpMethod: String?
    var uri: String?
    var connectionType: String?
    var connectionID: String?
    var transferMode: String?
    var responses: [IntegrationResponseBlock]?
    /// The whole block; stages decode their values from it.
    var node: ConfigurationNode

    var isProxy: Bool { type.hasSuffix("_PROXY") }
    var isHTTP: Bool { type.hasPrefix("HTTP") }
    var isAWS: Bool { type.hasPrefix("AWS") }
    var isMock: Bool { type == "MOCK" }
    /// Calls a Lambda function with mappings of its own: its errors are told by their message, not by a status.
    var callsFunction: Bool { type == "AWS" && uri?.contains(":lambda:path/") ?? false }

    /// The value of a key, if it says something.
    func written(_ key: String) -> ConfigurationNode.Entry? {
        guard case .mapping(let entries) = node.value, let entry = entries.last(where: { $0.key == key }) else {
            return nil
        }
        if case .null = entry.value.value { return nil }
        return entry
    }

    /// Where the value of a key stands, or else the block.
    func place(_ key: String) -> SourceLocation {
        written(key)?.value.location ?? node.location
    }
}

/// The `integration:` form: read by the fields of API Gateway's resource, checked by its rules, and
/// turned into the stages that do the same.
struct IntegrationBlock: Sendable {
    let registry: StageRegistry

    var fieldType: FieldType<[PipelineStage]> {
        let record = Self.record
        return FieldType(.record(record.shape), expectation: "a mapping with the keys of \(record.name)") {
            node,
            context in
            let decoded = record.decode(node, context)
            // What can be told of a block in which something is wrong is told in the same run.
            guard let settings = decoded ?? Self.tolerant(node, context) else { return nil }
            let before = context.diagnostics.errorCount
            IntegrationRules(settings: settings, registry: registry, diagnostics: context.diagnostics).check()
            if settings.isHTTP, settings.connectionType == "VPC_LINK",
                context.services[DeclaredLinks.self]?.takesAll ?? false
            {
                context.diagnostics.warning(
                    at: settings.place("connectionId"),
                    "no links are declared: the backend is called at its uri, from where this gateway runs",
                    suggestion: "declare the link in a file, and give it with --links FILE",
                )
            }
            guard decoded != nil, context.diagnostics.errorCount == before else {
                for (kind, settings) in IntegrationStages(settings: settings).parts {
                    _ = registry[kind]?.stage(from: settings, context.below(kind))
                }
                return nil
            }
            let stages = IntegrationStages(settings: settings)
            return StageList(registry: registry).stages(from: stages.list, context)
        }
    }

    /// The settings that can be read, without saying again why the others cannot; nil without a known type.
    private static func tolerant(_ node: ConfigurationNode, _ context: DecodingContext) -> IntegrationSettings? {
        let silent = DecodingContext(
            diagnostics: Diagnostics(),
            directory: context.directory,
            services: context.services,
        )
        let fields = IntegrationFields()
        func value<Value>(_ field: Field<Value?>) -> Value? {
            node[field.name].flatMap { field.type.decode($0, silent) } ?? nil
        }
        guard let type = node[fields.type.name].flatMap({ fields.type.type.decode($0, silent) }) else { return nil }
        return IntegrationSettings(
            type: type,
            httpMethod: value(fields.httpMethod),
            uri: value(fields.uri),
            connectionType: value(fields.connectionType),
            connectionID: value(fields.connectionID),
            transferMode: value(fields.responseTransferMode),
            responses: value(fields.integrationResponses),
            node: node,
        )
    }

    static let record: Record<IntegrationSettings> = {
        let fields = IntegrationFields()
        return Record("integration", "A backend call in one block.", fields: fields.all) { settings in
            IntegrationSettings(
                type: try settings[fields.type],
                httpMethod: try settings[fields.httpMethod],
                uri: try settings[fields.uri],
                connectionType: try settings[fields.connectionType],
                connectionID: try settings[fields.connectionID],
                transferMode: try settings[fields.responseTransferMode],
                responses: try settings[fields.integrationResponses],
                node: settings.node,
            )
        }
    }()
}

extension Diagnostics {
    var errorCount: Int {
        all.reduce(0) { $0 + ($1.severity == .error ? 1 : 0) }
    }
}
