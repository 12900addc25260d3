import Headgate

/// Puts an API together from the resources of a template that has no document: Resource, Method, Model,
/// RequestValidator, GatewayResponse, Authorizer.
struct ResourceAssembly {
    let api: TemplateAPIs.Resource
    let resources: [TemplateAPIs.Resource]
    let members: MemberReader
    let variables: DefinitionVariables

    private static let deepest = 64

    private func parts(_ type: String) -> [TemplateAPIs.Resource] {
        resources.filter { $0.type == "AWS::ApiGateway::" + type && $0.refers("RestApiId", to: api.id) }
    }

    func assemble(into result: inout RestAPI) {
        result.models = parts("Model").compactMap(model)
        for validator in parts("RequestValidator") {
            let node = validator.properties.lowerCamel.without(["restApiId", "name"])
            result.requestValidators.append(
                Named(name(of: validator), OpenAPIReader.validator(node, members), at: Place(validator.location))
            )
        }
        result.authorizers = parts("Authorizer").compactMap(authorizer)
        let responses = GatewayResponseReader(members: members, variables: variables)
        for part in parts("GatewayResponse") {
            guard let text = members.text(part.properties["ResponseType"], "ResponseType"),
                let type = responses.type(text.text, at: text.location)
            else { continue }
            let node = part.properties.lowerCamel.without(["restApiId", "responseType"])
            result.gatewayResponses.append(responses.response(type, from: node, at: part.location))
        }
        for part in parts("Method") { if let method = method(part, in: result) { result.methods.append(method) } }
    }

    /// The chosen name, or the logical id, which is as good a name.
    private func name(of resource: TemplateAPIs.Resource) -> String {
        resource.properties["Name"]?.text ?? resource.id
    }

    private func model(_ part: TemplateAPIs.Resource) -> APIModel? {
        guard let schema = part.properties["Schema"] else { return nil }
        var node = schema
        if let text = schema.located {
            // A schema may be a JSON text in the template.
            guard let parsed = ConfigurationNode(json: text, members.diagnostics) else { return nil }
            node = parsed
        }
        let names = parts("Model").map(name)
        let tree = DefinitionTree(SchemaReferences.rewritten(node, to: SchemaReferences.canonical, among: names))
        return APIModel(
            name: name(of: part),
            description: part.properties["Description"]?.text,
            schema: tree,
            place: Place(part.location),
        )
    }

    private func authorizer(_ part: TemplateAPIs.Resource) -> APIAuthorizer? {
        guard let kind = members.word(part.properties["Type"], "Type", of: APIAuthorizer.Kind.self) else { return nil }
        var authorizer = APIAuthorizer(name: name(of: part), kind: kind)
        authorizer.place = Place(part.location)
        authorizer.authType = part.properties["AuthType"]?.text
        let node = part.properties.lowerCamel.renaming("providerARNs", to: "providerARNs")
        SecurityReader.readMembers(of: node, into: &authorizer, members, variables)
        return authorizer
    }

    // MARK: Methods

    private func method(_ part: TemplateAPIs.Resource, in api: RestAPI) -> APIMethod? {
        guard let path = path(of: part.written["ResourceId"], at: part.location),
            let verb = members.text(part.properties["HttpMethod"], "HttpMethod")?.text.uppercased()
        else { return nil }
        var method = APIMethod(path: path, verb: verb)
        method.place = Place(part.location)
        if !(Route.anyMethods + ["ANY"]).contains(verb) {
            members.diagnostics.error(
                at: part.properties["HttpMethod"]?.location ?? part.location,
                "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
            )
        }
        var node = part.properties.without(["RestApiId", "ResourceId", "HttpMethod", "Integration"]).lowerCamel
        node = node.renaming("requestValidatorId", to: "requestValidator").renaming("authorizerId", to: "authorizer")
        node = node.replacing("requestValidator") { named(part.written["RequestValidatorId"], else: $0) }
        node = node.replacing("authorizer") { named(part.written["AuthorizerId"], else: $0) }
        node = node.replacing("requestModels") { models($0, part.written["RequestModels"]) }
        node = node.replacing("methodResponses") { list in
            ConfigurationNode(.sequence(list.elements.map(\.lowerCamel)), at: list.location)
        }
        MethodReader(members: members, modelNames: api.models.map(\.name)).read(node, into: &method, at: part.location)
        if let integration = part.properties["Integration"] { method.integration = self.integration(integration) }
        return method
    }

    /// The name of the resource that a property refers to.
    private func named(_ written: ConfigurationNode?, else node: ConfigurationNode) -> ConfigurationNode {
        guard let id = TemplateAPIs.Resource.logicalID(written), let target = resources.first(where: { $0.id == id })
        else { return node }
        let scalar = ConfigurationNode.Scalar(text: name(of: target), isPlain: false, contentLocation: node.location)
        return ConfigurationNode(.scalar(scalar), at: node.location)
    }

    private func models(_ node: ConfigurationNode, _ written: ConfigurationNode?) -> ConfigurationNode {
        let entries = node.entries.map { entry in
            ConfigurationNode.Entry(
                key: entry.key,
                keyLocation: entry.keyLocation,
                value: named(written?[entry.key], else: entry.value),
            )
        }
        return ConfigurationNode(.mapping(entries), at: node.location)
    }

    private func integration(_ node: ConfigurationNode) -> APIIntegration? {
        let resource = node.lowerCamel
            .renaming("integrationHttpMethod", to: "httpMethod")
            .replacing("tlsConfig") { $0.lowerCamel }
            .replacing("integrationResponses") { list in
                ConfigurationNode(.sequence(list.elements.map(\.lowerCamel)), at: list.location)
            }
        return IntegrationReader(form: .resource, members: members, variables: variables).integration(from: resource)
    }

    /// From the chain of `ParentId`; nil after a report.
    private func path(of written: ConfigurationNode?, at location: SourceLocation) -> String? {
        var pieces: [String] = []
        var node = written
        for _ in 0..<Self.deepest {
            guard let id = TemplateAPIs.Resource.logicalID(node) else { break }
            if id == api.id { return "/" + pieces.reversed().joined(separator: "/") }
            guard let parent = resources.first(where: { $0.id == id && $0.type == "AWS::ApiGateway::Resource" }) else {
                break
            }
            pieces.append(parent.properties["PathPart"]?.text ?? "")
            node = parent.written["ParentId"]
        }
        members.diagnostics.error(
            at: location,
            "Invalid Resource identifier specified",
            expected: "expected ResourceId: a reference to a resource of the API, or to its RootResourceId",
        )
        return nil
    }
}
