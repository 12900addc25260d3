import Headgate
import HeadgateStages

/// Writes what a method asks of its requests, and what its API does with every payload, as stages in
/// front of the integration's and behind them. Every value keeps its place.
struct MethodStages {
    let method: MethodBlock
    let routes: [Route]
    /// nil for a pipeline that belongs to no API.
    let shared: SharedAPI?
    /// Bodies pass as they come, so that they are neither compressed nor unpacked.
    let isStreamed: Bool
    let registry: StageRegistry
    let diagnostics: Diagnostics

    /// In front of the integration: unpacking, then who may call and how often, then what the request must have.
    var before: [ConfigurationNode] {
        let isJudgedLast = method.authorizationType == "COGNITO_USER_POOLS"
        let access = isJudgedLast ? [authorizer, resourcePolicy] : [resourcePolicy, authorizer]
        return ([decompress] + access + [apiKey, throttle, validate]).compactMap { $0 }
    }

    /// Behind it.
    var after: [ConfigurationNode] {
        guard let size = minimumCompressionSize else { return [] }
        return [stage("compress", mapping([("minimumSize", word(String(size)))]))]
    }

    private var minimumCompressionSize: Int? {
        isStreamed ? nil : shared?.block.minimumCompressionSize
    }

    private var decompress: ConfigurationNode? {
        minimumCompressionSize.map { _ in stage("decompress", mapping([])) }
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

    private var resourcePolicy: ConfigurationNode? {
        guard let policy = shared?.block.policy else { return nil }
        return stage(
            "resource-policy",
            mapping([("policy", policy), ("authorizationType", word(method.authorizationType))]),
        )
    }

    private var authorizer: ConfigurationNode? {
        switch method.authorizationType {
        case "NONE": nil
        case "AWS_IAM": stage("iam-authorizer", mapping([]))
        default: namedAuthorizer
        }
    }

    private var namedAuthorizer: ConfigurationNode? {
        let all = shared?.block.authorizers ?? []
        guard case .scalar(let name)? = method.authorizer?.value, let found = all.first(where: { $0.key == name.text })
        else {
            var written = ""
            if case .scalar(let name)? = method.authorizer?.value { written = name.text }
            diagnostics.error(
                at: method.authorizer?.location ?? method.location,
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a "
                    + "valid authorizer.",
                expected: all.isEmpty
                    ? "the API has no authorizers" : "expected one of: " + all.map(\.key).joined(separator: ", "),
                suggestion: Suggestion.didYouMean(written, among: all.map(\.key)),
            )
            return nil
        }
        let node = found.value.node
        let names = found.value.isUserPool ? Self.tokenSettings : Self.functionSettings
        var settings: [(String, ConfigurationNode?)] = names.map { ($0.stage, node[$0.resource]) }
        if found.value.isUserPool, !method.scopes.isEmpty {
            settings.append(
                ("authorizationScopes", ConfigurationNode(.sequence(method.scopes.map(word)), at: method.location))
            )
        }
        return stage(found.value.isUserPool ? "jwt-authorizer" : "lambda-authorizer", mapping(settings))
    }

    /// The members of an Authorizer resource as their stages call them.
    private static let tokenSettings = ["providerARNs", "identitySource", "identityValidationExpression"].map {
        (resource: $0, stage: $0)
    }

    private static let functionSettings =
        [(resource: "authorizerUri", stage: "function")]
        + [
            "type", "identitySource", "identityValidationExpression", "authorizerResultTtlInSeconds",
            "authorizerCredentials",
        ]
        .map { (resource: $0, stage: $0) }

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
                expected: all.isEmpty
                    ? "the API has no validators" : "expected one of: " + all.map(\.key).joined(separator: ", "),
                suggestion: Suggestion.didYouMean(name, among: all.map(\.key)),
            )
        }
        return nil
    }

    private var validate: ConfigurationNode? {
        guard let checks else { return nil }
        let required = checks.parameters ? method.requiredParameters : []
        let models = checks.body ? bodyModels : nil
        guard !required.isEmpty || models != nil else { return nil }
        let names = ConfigurationNode(.sequence(required.map { word($0.key) }), at: method.location)
        return stage(
            "validate",
            mapping([("requestParameters", required.isEmpty ? nil : names), ("requestModels", models)]),
        )
    }

    /// By media type. Without any, the body must fit the model `Empty`: a JSON object.
    private var bodyModels: ConfigurationNode {
        let entries = method.models.compactMap { entry -> ConfigurationNode.Entry? in
            guard let value = entry.value.map(model) else { return nil }
            return ConfigurationNode.Entry(key: entry.key, keyLocation: entry.location, value: value)
        }
        guard entries.isEmpty else { return ConfigurationNode(.mapping(entries), at: method.location) }
        return mapping([("application/json", word("Empty"))])
    }

    /// A name, or the schema. Definitions of other tools have names that the service would not take.
    private func model(_ reference: ConfigurationNode) -> ConfigurationNode {
        guard case .scalar(let name) = reference.value,
            shared?.block.models.contains(where: { $0.key == name.text }) == true,
            !name.text.utf8.allSatisfy({ VariableName.isByte($0) && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
            )
        else { return reference }
        return mapping([("$ref", word("#/definitions/" + name.text))])
    }

    // MARK: Nodes

    private func stage(_ kind: String, _ settings: ConfigurationNode) -> ConfigurationNode {
        mapping([(kind, settings)])
    }

    private func word(_ text: String) -> ConfigurationNode {
        ConfigurationNode(
            .scalar(.init(text: text, isPlain: true, contentLocation: method.location)),
            at: method.location,
        )
    }

    private func entry(_ key: String, _ value: ConfigurationNode) -> ConfigurationNode.Entry {
        ConfigurationNode.Entry(key: key, keyLocation: value.location, value: value)
    }

    private func mapping(_ members: [(String, ConfigurationNode?)]) -> ConfigurationNode {
        let entries = members.compactMap { key, value in value.map { entry(key, $0) } }
        return ConfigurationNode(.mapping(entries), at: entries.first?.value.location ?? method.location)
    }
}
