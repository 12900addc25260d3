import Headgate
import HeadgateStages

/// Writes what a method asks of its requests, and what its API does with every payload, as stages in
/// front of the integration's and behind them. Every value keeps its place.
struct MethodStages {
    let method: MethodBlock
    let routes: [Route]
    /// nil for a pipeline that belongs to no API.
    let shared: SharedAPI?
    let registry: StageRegistry
    let diagnostics: Diagnostics

    /// In front of the integration: unpacking, then who may call and how often, then what the request must have.
    var before: [ConfigurationNode] {
        [decompress, authorizer, apiKey, throttle, validate].compactMap { $0 }
    }

    /// Behind it.
    var after: [ConfigurationNode] {
        guard let size = shared?.block.minimumCompressionSize else { return [] }
        return [stage("compress", mapping([("minimumSize", word(String(size)))]))]
    }

    private var decompress: ConfigurationNode? {
        shared?.block.minimumCompressionSize.map { _ in stage("decompress", mapping([])) }
    }

    private var apiKey: ConfigurationNode? {
        guard method.apiKeyRequired else { return nil }
        let source = shared?.block.keySource ?? .header
        return stage("api-key", mapping(source == .header ? [] : [("source", word(source.rawValue))]))
    }

    private var throttle: ConfigurationNode? {
        guard let route = routes.first, let throttle = shared?.stage?.throttle(of: route) else { return nil }
        return stage(
            "throttle",
            mapping([
                ("rateLimit", throttle.rateLimit.map { word(String($0)) }),
                ("burstLimit", throttle.burstLimit.map { word(String($0)) }),
            ]),
        )
    }

    // MARK: Authorization

    private var authorizer: ConfigurationNode? {
        switch method.authorizationType {
        case "NONE":
            return nil
        case "AWS_IAM":
            return stage("authorizer", mapping([("type", word("AWS_IAM"))]))
        default:
            return namedAuthorizer
        }
    }

    private var namedAuthorizer: ConfigurationNode? {
        let all = shared?.block.authorizers ?? []
        guard case .scalar(let name)? = method.authorizer?.value, let found = all.first(where: { $0.key == name.text }) else {
            var written = ""
            if case .scalar(let name)? = method.authorizer?.value { written = name.text }
            diagnostics.error(
                at: method.authorizer?.location ?? method.location,
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a "
                    + "valid authorizer.",
                expected: all.isEmpty ? "the API has no authorizers" : "expected one of: " + all.map(\.key).joined(separator: ", "),
                suggestion: Suggestion.didYouMean(written, among: all.map(\.key)),
            )
            return nil
        }
        guard case .mapping(var entries) = found.value.node.value else { return nil }
        entries.removeAll { $0.key == "authType" }
        if !method.scopes.isEmpty {
            let scopes = ConfigurationNode(.sequence(method.scopes.map(word)), at: method.location)
            entries.append(entry("scopes", scopes))
        }
        return stage("authorizer", ConfigurationNode(.mapping(entries), at: found.value.node.location))
    }

    // MARK: Validation

    /// What the method's validator checks; nil without one.
    private var checks: APIBlock.RequestChecks? {
        var name = shared?.block.validator
        if case .scalar(let own)? = method.validator?.value { name = own.text }
        guard let name else { return nil }
        let all = shared?.block.validators ?? []
        if let found = all.last(where: { $0.key == name }) { return found.value }
        if let validator = method.validator {
            diagnostics.warning(
                at: validator.location,
                "Invalid Request Validator identifier specified",
                expected: all.isEmpty ? "the API has no validators" : "expected one of: " + all.map(\.key).joined(separator: ", "),
                suggestion: Suggestion.didYouMean(name, among: all.map(\.key)),
            )
        }
        return nil
    }

    private var validate: ConfigurationNode? {
        guard let checks, checks.body || checks.parameters else { return nil }
        let required = checks.parameters ? requiredParameters : []
        let models = checks.body ? bodyModels : nil
        guard !required.isEmpty || models != nil else { return nil }
        return stage(
            "validate",
            mapping([
                ("parameters", required.isEmpty ? nil : ConfigurationNode(.sequence(required.map { word($0.key) }), at: method.location)),
                ("body", models),
                ("definitions", models == nil ? nil : definitions),
            ]),
        )
    }

    /// The variables of the path are required even where nothing is said about them.
    private var requiredParameters: [RequestParameterName] {
        method.requiredParameters
    }

    /// By media type. Without any, the body must fit the model `Empty`: a JSON object.
    private var bodyModels: ConfigurationNode {
        let entries = method.models.compactMap { model -> (String, ConfigurationNode)? in
            guard let value = model.value else { return nil }
            return schema(of: value).map { (model.key, $0) }
        }
        return mapping(entries.isEmpty ? [("application/json", Self.emptyModel(at: method.location))] : entries)
    }

    private func schema(of reference: ConfigurationNode) -> ConfigurationNode? {
        guard case .scalar(let name) = reference.value else { return reference }
        if shared?.block.models.contains(where: { $0.key == name.text }) == true {
            return mapping([("$ref", word("#/definitions/" + name.text))])
        }
        switch name.text {
        case "Empty": return Self.emptyModel(at: reference.location)
        case "Error": return Self.emptyModel(at: reference.location)
        default:
            diagnostics.error(
                at: reference.location,
                "Invalid model identifier specified: \(name.text)",
                suggestion: Suggestion.didYouMean(name.text, among: shared?.block.models.map(\.key) ?? []),
            )
            return nil
        }
    }

    /// The models that every API has.
    private static func emptyModel(at location: SourceLocation) -> ConfigurationNode {
        let type = ConfigurationNode(
            .scalar(.init(text: "object", isPlain: false, contentLocation: location)), at: location)
        return ConfigurationNode(.mapping([.init(key: "type", keyLocation: location, value: type)]), at: location)
    }

    private var definitions: ConfigurationNode? {
        guard let models = shared?.block.models, !models.isEmpty else { return nil }
        let entries = models.map { ConfigurationNode.Entry(key: $0.key, keyLocation: $0.location, value: $0.value) }
        return ConfigurationNode(.mapping(entries), at: method.location)
    }

    // MARK: Nodes

    private func stage(_ kind: String, _ settings: ConfigurationNode) -> ConfigurationNode {
        mapping([(kind, settings)])
    }

    private func word(_ text: String) -> ConfigurationNode {
        ConfigurationNode(.scalar(.init(text: text, isPlain: true, contentLocation: method.location)), at: method.location)
    }

    private func entry(_ key: String, _ value: ConfigurationNode) -> ConfigurationNode.Entry {
        ConfigurationNode.Entry(key: key, keyLocation: value.location, value: value)
    }

    private func mapping(_ members: [(String, ConfigurationNode?)]) -> ConfigurationNode {
        let entries = members.compactMap { key, value in value.map { entry(key, $0) } }
        return ConfigurationNode(.mapping(entries), at: entries.first?.value.location ?? method.location)
    }
}
