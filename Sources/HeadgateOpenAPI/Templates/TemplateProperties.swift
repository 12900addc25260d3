import Headgate

/// What a template says about an API beside its document: settings, the deployment stage, keys.
struct TemplateProperties {
    let resource: TemplateAPIs.Resource
    let resources: [TemplateAPIs.Resource]
    let members: MemberReader
    let variables: DefinitionVariables

    private var properties: ConfigurationNode { resource.properties }

    func apply(to api: inout RestAPI) {
        if let name = members.text(properties["Name"], "Name")?.text, api.name.isEmpty || api.name == resource.id {
            api.name = name
        }
        if let description = members.text(properties["Description"], "Description")?.text, api.description == nil {
            api.description = description
        }
        let types = members.texts(properties["BinaryMediaTypes"], "BinaryMediaTypes").map {
            $0.replaced(by: $0.text.replacingTildes)
        }
        api.binaryMediaTypes += types.filter { !api.binaryMediaTypes.contains($0) }
        if let size = OpenAPIReader.compressionSize(properties["MinimumCompressionSize"], members) {
            api.minimumCompressionSize = size
        }
        if let source = members.word(properties["ApiKeySourceType"], "ApiKeySourceType", of: APIKeySource.self) {
            api.apiKeySource = source
        }
        if let policy = properties["Policy"], policy.isMapping { api.policy = DefinitionTree(policy) }
        let responses = GatewayResponseReader(members: members, variables: variables)
        for entry in members.mapping(properties["GatewayResponses"], "GatewayResponses") {
            guard let type = responses.type(entry.key, at: entry.keyLocation) else { continue }
            api.gatewayResponses.removeAll { $0.type == type }
            api.gatewayResponses.append(serverlessResponse(type, entry, responses))
        }
        readAuth(into: &api)
        if let cors = properties["Cors"], !cors.isNull {
            members.diagnostics.warning(
                at: cors.location,
                "Cors of the resource is not applied",
                suggestion: "write OPTIONS methods of type mock into the document",
            )
        }
        readStage(into: &api)
    }

    /// SAM's spelling of a gateway response.
    private func serverlessResponse(
        _ type: GatewayResponseType,
        _ entry: ConfigurationNode.Entry,
        _ reader: GatewayResponseReader,
    ) -> APIGatewayResponse {
        var entries: [ConfigurationNode.Entry] = []
        for member in entry.value.entries {
            switch member.key {
            case "StatusCode":
                entries.append(.init(key: "statusCode", keyLocation: member.keyLocation, value: member.value))
            case "ResponseTemplates":
                entries.append(.init(key: "responseTemplates", keyLocation: member.keyLocation, value: member.value))
            case "ResponseParameters":
                let parameters = member.value.entries.flatMap { group in
                    group.value.entries.map { parameter in
                        let place = group.key == "Headers" ? "header" : group.key == "Paths" ? "path" : "querystring"
                        return ConfigurationNode.Entry(
                            key: "gatewayresponse.\(place).\(parameter.key)",
                            keyLocation: parameter.keyLocation,
                            value: parameter.value,
                        )
                    }
                }
                entries.append(
                    .init(
                        key: "responseParameters",
                        keyLocation: member.keyLocation,
                        value: ConfigurationNode(.mapping(parameters), at: member.value.location),
                    )
                )
            default: entries.append(member)
            }
        }
        return reader.response(
            type,
            from: ConfigurationNode(.mapping(entries), at: entry.value.location),
            at: entry.keyLocation,
        )
    }

    /// SAM's `Auth`: keys for all methods, signatures, authorizers.
    private func readAuth(into api: inout RestAPI) {
        guard let auth = properties["Auth"], auth.isMapping else { return }
        for entry in members.mapping(auth["Authorizers"], "Authorizers") {
            let definition = entry.value
            let isPool = definition["UserPoolArn"] != nil
            let isRequest = definition["FunctionPayloadType"]?.text?.uppercased() == "REQUEST"
            var authorizer = APIAuthorizer(name: entry.key, kind: isPool ? .cognito : isRequest ? .request : .token)
            authorizer.place = Place(entry.keyLocation)
            let header = definition["Identity"]?["Header"]?.text ?? "Authorization"
            authorizer.identitySource = "method.request.header." + header
            authorizer.providerARNs = members.texts(definition["UserPoolArn"], "UserPoolArn")
            if let function = members.text(definition["FunctionArn"], "FunctionArn") {
                authorizer.uri = function.replaced(
                    by: ServerlessEvents.invocationURI(of: function.text, variables.options)
                )
            }
            api.authorizers.append(authorizer)
        }
        let needsKey = members.boolean(auth["ApiKeyRequired"], "ApiKeyRequired") ?? false
        let defaultName = members.text(auth["DefaultAuthorizer"], "DefaultAuthorizer")
        for index in api.methods.indices where api.methods[index].verb != "OPTIONS" {
            if needsKey { api.methods[index].apiKeyRequired = true }
            guard let defaultName, api.methods[index].authorization == .none else { continue }
            if defaultName.text == "AWS_IAM" {
                api.methods[index].authorization = .iam
            } else if let authorizer = api.authorizer(defaultName.text) {
                api.methods[index].authorization =
                    authorizer.kind == .cognito
                    ? .cognito(authorizer: defaultName, scopes: []) : .custom(authorizer: defaultName)
            }
        }
    }

    // MARK: Stage

    private func readStage(into api: inout RestAPI) {
        let source: ConfigurationNode?
        if resource.type == "AWS::Serverless::Api" {
            source = properties
        } else {
            source =
                resources.first { $0.type == "AWS::ApiGateway::Stage" && $0.refers("RestApiId", to: resource.id) }?
                .properties
                ?? resources.first {
                    $0.type == "AWS::ApiGateway::Deployment" && $0.refers("RestApiId", to: resource.id)
                        && $0.properties["StageName"] != nil
                }?.properties
        }
        guard let source, let name = source["StageName"]?.text else { return }
        let reader = StageReader(members: members)
        var stage = api.stage ?? DeploymentStage(name: name)
        stage.name = name
        stage.place = Place(source.location)
        stage.variables += reader.variables(source["Variables"] ?? source["StageDescription"]?["Variables"])
        if let canary = source["CanarySetting"] {
            stage.canary = .init(percentTraffic: members.number(canary["PercentTraffic"], "PercentTraffic") ?? 0)
            stage.canary?.variableOverrides = reader.variables(canary["StageVariableOverrides"])
        }
        for setting in members.list(source["MethodSettings"], "MethodSettings") {
            let path = (setting["ResourcePath"]?.text ?? "/*").split(separator: "/").joined(separator: "/")
                .split(separator: "~1", omittingEmptySubsequences: true).joined(separator: "/")
            let key = (path.isEmpty ? "" : path) + "/" + (setting["HttpMethod"]?.text ?? "*")
            let members = setting.without(["ResourcePath", "HttpMethod"])
            stage.methodSettings.append(Named(key, reader.settings(members.lowerCamel), at: Place(setting.location)))
        }
        stage.apiKeys += keys(reader)
        api.stage = stage
    }

    /// Keys whose value the template says.
    private func keys(_ reader: StageReader) -> [DeploymentStage.APIKey] {
        resources.filter { $0.type == "AWS::ApiGateway::ApiKey" }.compactMap { key in
            guard let value = members.text(key.properties["Value"], "Value") else { return nil }
            var apiKey = DeploymentStage.APIKey(id: key.id, value: value.text)
            apiKey.name = members.text(key.properties["Name"], "Name")?.text
            apiKey.isEnabled = members.boolean(key.properties["Enabled"], "Enabled") ?? false
            apiKey.place = Place(key.location)
            let plans = resources.filter { resource in
                resource.type == "AWS::ApiGateway::UsagePlanKey" && resource.refers("KeyId", to: key.id)
            }.compactMap { $0.reference("UsagePlanId") }
            if let plan = resources.first(where: { $0.type == "AWS::ApiGateway::UsagePlan" && plans.contains($0.id) }) {
                if let quota = plan.properties["Quota"], let limit = members.integer(quota["Limit"], "Limit") {
                    apiKey.quota = .init(
                        limit: limit,
                        period: members.word(quota["Period"], "Period", of: DeploymentStage.APIKey.Period.self) ?? .day,
                    )
                }
                if let throttle = plan.properties["Throttle"] {
                    apiKey.throttle = .init(
                        rateLimit: members.number(throttle["RateLimit"], "RateLimit"),
                        burstLimit: members.integer(throttle["BurstLimit"], "BurstLimit"),
                    )
                }
            }
            return apiKey
        }
    }
}

extension String {
    /// SAM writes `image~1png` for `image/png`.
    fileprivate var replacingTildes: String {
        split(separator: "~", omittingEmptySubsequences: false).enumerated().map { index, piece in
            index > 0 && piece.first == "1" ? "/" + piece.dropFirst() : (index > 0 ? "~" : "") + piece
        }.joined()
    }
}

extension ConfigurationNode {
    /// CloudFormation's `HttpMethod` is `httpMethod` elsewhere; the keys of one mapping, not of those inside.
    var lowerCamel: ConfigurationNode {
        let entries = entries.map { entry in
            Entry(
                key: entry.key.prefix(1).lowercased() + entry.key.dropFirst(),
                keyLocation: entry.keyLocation,
                value: entry.value,
            )
        }
        return ConfigurationNode(.mapping(entries), at: location)
    }

    /// The mapping with one key's value changed.
    func replacing(_ key: String, _ change: (ConfigurationNode) -> ConfigurationNode) -> ConfigurationNode {
        let entries = entries.map { entry in
            entry.key == key
                ? Entry(key: entry.key, keyLocation: entry.keyLocation, value: change(entry.value)) : entry
        }
        return ConfigurationNode(.mapping(entries), at: location)
    }

    func renaming(_ key: String, to name: String) -> ConfigurationNode {
        let entries = entries.map { entry in
            entry.key == key ? Entry(key: name, keyLocation: entry.keyLocation, value: entry.value) : entry
        }
        return ConfigurationNode(.mapping(entries), at: location)
    }
}
