import Headgate

/// An API as pipeline files have it: one mapping for what its methods share, and one pipeline a method,
/// with the service's own names for everything. What is served is decoded from these nodes, and what
/// `headgate import` writes are these nodes, so that a file can say whatever an import understands.
public struct PipelineNodes {
    let api: RestAPI

    /// The nodes of one API.
    public init(_ api: RestAPI) {
        self.api = api
    }

    // MARK: The API

    /// `api:` and `stage:` of the file that the pipelines share.
    public var shared: ConfigurationNode {
        Build.mapping(
            [("api", settings), ("stage", api.stage.map { StageNodes(stage: $0).node })],
            at: api.place.location,
        )
    }

    private var settings: ConfigurationNode {
        Build.mapping(
            [
                ("id", api.id.map { Build.text($0) }),
                ("name", Build.text(api.name)),
                ("description", api.description.map { Build.text($0) }),
                ("version", api.version.map { Build.text($0) }),
                ("apiKeySource", api.apiKeySource == .header ? nil : Build.text(api.apiKeySource.rawValue)),
                ("binaryMediaTypes", Build.texts(api.binaryMediaTypes)),
                ("minimumCompressionSize", api.minimumCompressionSize.map { Build.integer($0) }),
                ("endpointConfiguration", api.endpointConfiguration?.node),
                ("policy", api.policy?.node),
                ("requestValidator", api.requestValidator?.node),
                ("requestValidators", validators),
                ("authorizers", Build.mapping(api.authorizers.map(authorizer)).nonEmpty),
                ("gatewayResponses", Build.mapping(api.gatewayResponses.map(gatewayResponse)).nonEmpty),
                ("models", Build.mapping(api.models.map(model)).nonEmpty),
                ("documentation", api.documentation?.node),
                ("openapi", format),
            ],
            at: api.place.location,
        )
    }

    private var validators: ConfigurationNode? {
        Build.mapping(
            api.requestValidators.map { validator in
                let value = Build.mapping([
                    ("validateRequestBody", validator.value.validatesBody ? Build.boolean(true) : nil),
                    ("validateRequestParameters", validator.value.validatesParameters ? Build.boolean(true) : nil),
                ])
                return Build.entry(validator.name, value, at: validator.place.location)
            }
        ).nonEmpty
    }

    private func authorizer(_ authorizer: APIAuthorizer) -> ConfigurationNode.Entry {
        let node = Build.mapping(
            [
                ("type", Build.text(authorizer.kind.rawValue)),
                ("authType", authorizer.authType.map { Build.text($0) }),
                ("authorizerUri", authorizer.uri?.node),
                ("authorizerCredentials", authorizer.credentials?.node),
                ("identitySource", authorizer.identitySource.map { Build.text($0) }),
                ("identityValidationExpression", authorizer.identityValidationExpression?.node),
                ("authorizerResultTtlInSeconds", authorizer.resultTTLSeconds.map { Build.integer($0) }),
                ("providerARNs", Build.texts(authorizer.providerARNs)),
            ],
            at: authorizer.place.location,
        )
        return Build.entry(authorizer.name, node, at: authorizer.place.location)
    }

    private func gatewayResponse(_ response: APIGatewayResponse) -> ConfigurationNode.Entry {
        let node = Build.mapping(
            [
                ("statusCode", response.statusCode.map { Build.integer($0) }),
                ("responseParameters", Build.texts(response.responseParameters)),
                ("responseTemplates", Build.texts(response.responseTemplates)),
            ],
            at: response.place.location,
        )
        return Build.entry(response.type.name, node, at: response.place.location)
    }

    private func model(_ model: APIModel) -> ConfigurationNode.Entry {
        let node = Build.mapping(
            [("description", model.description.map { Build.text($0) }), ("schema", model.schema.node)],
            at: model.place.location,
        )
        return Build.entry(model.name, node, at: model.place.location)
    }

    /// The version of OpenAPI, and what only other tools read.
    private var format: ConfigurationNode {
        let version: ConfigurationNode.Entry
        switch api.format {
        case .swagger: version = Build.entry("swagger", Build.text("2.0"))
        case .openAPI(let number): version = Build.entry("openapi", Build.text(number))
        }
        return Build.mapping([version] + (api.unused?.entries ?? []))
    }

    // MARK: Pipelines

    /// One a method that has an integration, in the order of the definition.
    public func pipeline(of method: APIMethod, named name: String) -> ConfigurationNode {
        Build.mapping(
            [
                ("name", Build.text(name)),
                ("description", method.description.map { Build.text($0) }),
                ("route", Build.text(method.route, at: method.place.location)),
                ("method", MethodNodes(method: method).node.nonEmpty),
                ("integration", method.integration.map { IntegrationNodes(integration: $0).resource }),
                ("openapi", method.unused?.node),
            ],
            at: method.place.location,
        )
    }

    /// A name for each method: what its author called it, or its verb and path. Unique.
    public func names() -> [String] {
        var taken: Set<String> = []
        return api.methods.map { method in
            let words = method.operationName ?? method.verb.lowercased() + "-" + Self.slug(of: method.path)
            let base = Self.slug(words)
            var name = base
            var count = 2
            while !taken.insert(name.lowercased()).inserted {
                name = "\(base)-\(count)"
                count += 1
            }
            return name
        }
    }

    /// `/pets/{id}` is `pets-id`, `/` is `root`.
    public static func slug(of path: String) -> String {
        let slug = slug(path)
        return slug.isEmpty ? "root" : slug
    }

    private static func slug(_ text: String) -> String {
        let kept = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") ? $0 : "-" }
        return String(String(kept).split(separator: "-").joined(separator: "-").prefix(96))
    }
}
