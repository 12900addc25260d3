import Headgate

/// A method as the service's Method resource has it.
struct MethodNodes {
    let method: APIMethod

    var node: ConfigurationNode {
        Build.mapping(
            [
                ("operationName", method.operationName.map { Build.text($0) }),
                ("authorizationType", method.authorization == .none ? nil : Build.text(method.authorization.type)),
                ("authorizer", authorizer),
                ("authorizationScopes", scopes),
                ("apiKeyRequired", method.apiKeyRequired ? Build.boolean(true) : nil),
                ("requestValidator", method.requestValidator?.node),
                ("requestParameters", parameters),
                ("requestModels", Self.models(method.requestModels)),
                ("methodResponses", Build.mapping(method.responses.map(response)).nonEmpty),
            ],
            at: method.place.location,
        )
    }

    private var authorizer: ConfigurationNode? {
        switch method.authorization {
        case .none, .iam: nil
        case .custom(let name), .cognito(let name, _): name.node
        }
    }

    private var scopes: ConfigurationNode? {
        guard case .cognito(_, let scopes) = method.authorization, !scopes.isEmpty else { return nil }
        return Build.list(scopes.map { Build.text($0) })
    }

    /// Variables of the path that nothing else is said about are parameters anyway.
    private var parameters: ConfigurationNode? {
        let variables = PathRules.variables(of: method.path)
        let entries = method.parameters.compactMap { parameter -> ConfigurationNode.Entry? in
            let isImplied =
                parameter.source == .path && parameter.unused == nil && parameter.isRequired
                && variables.contains(parameter.name)
            guard !isImplied else { return nil }
            let required = Build.boolean(parameter.isRequired, at: parameter.place.location)
            guard let unused = parameter.unused else { return Build.entry(parameter.key, required) }
            let members = (parameter.isRequired ? [Build.entry("required", required)] : []) + unused.entries
            return Build.entry(parameter.key, Build.mapping(members, at: parameter.place.location))
        }
        return Build.mapping(entries).nonEmpty
    }

    static func models(_ models: [Named<ModelReference>]) -> ConfigurationNode? {
        let entries = models.map { model in
            let value: ConfigurationNode
            switch model.value {
            case .named(let name): value = name.node
            case .inline(let schema): value = schema.node
            case .absent: value = ConfigurationNode(ConfigurationNode.Value.null, at: model.place.location)
            }
            return Build.entry(model.name, value, at: model.place.location)
        }
        return Build.mapping(entries).nonEmpty
    }

    private func response(_ response: MethodResponseDeclaration) -> ConfigurationNode.Entry {
        let headers = response.headers.map { header in
            Build.entry("method.response.header." + header.name, header.unused?.node ?? Build.boolean(false))
        }
        let members: [(String, ConfigurationNode?)] = [
            ("description", response.description.map { Build.text($0) }),
            ("responseParameters", Build.mapping(headers).nonEmpty),
            ("responseModels", Self.models(response.models)),
        ]
        let node = Build.mapping(
            Build.mapping(members).entries + (response.unused?.entries ?? []),
            at: response.place.location,
        )
        return Build.entry(String(response.status), node, at: response.place.location)
    }
}

/// An integration in its two spellings.
struct IntegrationNodes {
    let integration: APIIntegration

    /// As the service's Integration resource has it.
    var resource: ConfigurationNode {
        var members = shared(isLower: false)
        if !integration.responses.isEmpty {
            members.append(("integrationResponses", Build.list(integration.responses.map(resource))))
        }
        return Build.mapping(members, at: integration.place.location)
    }

    /// As `x-amazon-apigateway-integration` has it: small letters, responses by pattern.
    var openAPI: ConfigurationNode {
        var members = shared(isLower: true)
        if !integration.responses.isEmpty {
            let entries = integration.responses.map { response in
                Build.entry(
                    response.selectionPattern?.text ?? "default",
                    self.response(response, [], isOpenAPI: true),
                )
            }
            members.append(("responses", Build.mapping(entries)))
        }
        return Build.mapping(members, at: integration.place.location)
    }

    private func shared(isLower: Bool) -> [(String, ConfigurationNode?)] {
        let place = integration.place.location
        func word(_ text: String?) -> ConfigurationNode? {
            text.map { Build.text(isLower ? $0.lowercased() : $0, at: place) }
        }
        return [
            ("type", word(integration.kind.rawValue)),
            ("httpMethod", integration.httpMethod.map { Build.text($0, at: place) }),
            ("uri", integration.uri?.node),
            ("connectionType", integration.connectionType.map { Build.text($0.rawValue, at: place) }),
            ("connectionId", integration.connectionID?.node),
            ("integrationTarget", integration.integrationTarget?.node),
            ("credentials", integration.credentials?.node),
            ("timeoutInMillis", integration.timeoutInMillis.map { Build.integer($0, at: place) }),
            (
                "tlsConfig",
                integration.insecureSkipVerification.map {
                    Build.mapping([("insecureSkipVerification", Build.boolean($0, at: place))], at: place)
                },
            ),
            ("responseTransferMode", integration.responseTransferMode.map { Build.text($0.rawValue, at: place) }),
            ("cacheNamespace", integration.cacheNamespace?.node),
            ("cacheKeyParameters", Build.texts(integration.cacheKeyParameters)),
            ("passthroughBehavior", word(integration.passthroughBehavior?.rawValue)),
            ("contentHandling", integration.contentHandling.map { Build.text($0.rawValue, at: place) }),
            ("requestParameters", Build.texts(integration.requestParameters)),
            ("requestTemplates", Build.texts(integration.requestTemplates)),
        ]
    }

    private func resource(_ response: APIIntegrationResponse) -> ConfigurationNode {
        self.response(response, [("selectionPattern", response.selectionPattern?.node)], isOpenAPI: false)
    }

    private func response(
        _ response: APIIntegrationResponse,
        _ more: [(String, ConfigurationNode?)],
        isOpenAPI: Bool,
    ) -> ConfigurationNode {
        let status =
            isOpenAPI
            ? Build.text(String(response.status), at: response.place.location)
            : Build.integer(response.status, at: response.place.location)
        return Build.mapping(
            [("statusCode", status)] + more + [
                ("contentHandling", response.contentHandling.map { Build.text($0.rawValue) }),
                ("responseParameters", Build.texts(response.responseParameters)),
                ("responseTemplates", Build.texts(response.responseTemplates)),
            ],
            at: response.place.location,
        )
    }
}
