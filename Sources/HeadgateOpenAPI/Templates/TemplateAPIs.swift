import Headgate

/// The APIs of a SAM or CloudFormation template.
struct TemplateAPIs {
    let template: ConfigurationNode
    let options: DefinitionOptions
    let functions: IntrinsicFunctions
    let variables: DefinitionVariables
    let diagnostics: Diagnostics

    /// A resource of the template that is there by its condition.
    struct Resource {
        let id: String
        let type: String
        let location: SourceLocation
        /// As written, with functions: to find what it refers to.
        let written: ConfigurationNode
        /// With functions evaluated.
        let properties: ConfigurationNode
    }

    private static let apiTypes = ["AWS::ApiGateway::RestApi", "AWS::Serverless::Api"]
    private static let readTypes: Set<String> = [
        "AWS::ApiGateway::RestApi", "AWS::Serverless::Api", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::GatewayResponse",
        "AWS::ApiGateway::Authorizer", "AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey", "AWS::Serverless::Function",
    ]

    func apis() -> [RestAPI] {
        let resources = readResources()
        var found: [(id: String, api: RestAPI)] = resources.filter { Self.apiTypes.contains($0.type) }.compactMap {
            resource in
            api(resource, among: resources).map { (resource.id, $0) }
        }
        if let implicit = ServerlessEvents(
            resources: resources,
            members: MemberReader(diagnostics: diagnostics),
            variables: variables,
        )
        .implicitAPI(at: template.location) {
            found.append(("ServerlessRestApi", implicit))
        }
        if found.isEmpty { reportNone() }
        guard let wanted = options.api else { return found.map(\.api) }
        let chosen = found.filter { $0.id == wanted || $0.api.name == wanted }
        if chosen.isEmpty, !found.isEmpty {
            diagnostics.error(
                at: template.location,
                "no API is called \(wanted.quotedForMessage)",
                expected: "expected one of: " + found.map(\.id).joined(separator: ", "),
                suggestion: Suggestion.didYouMean(wanted, among: found.map(\.id)),
            )
        }
        return chosen.map(\.api)
    }

    private func readResources() -> [Resource] {
        (template["Resources"]?.entries ?? []).compactMap { entry in
            guard let type = entry.value["Type"]?.text, Self.readTypes.contains(type) else { return nil }
            if let condition = entry.value["Condition"]?.located,
                !functions.holds(named: condition.text, at: condition.location)
            {
                return nil
            }
            let written = withGlobals(
                entry.value["Properties"] ?? ConfigurationNode(.mapping([]), at: entry.keyLocation),
                type,
            )
            guard let properties = evaluated(written, of: type) else { return nil }
            return Resource(
                id: entry.key,
                type: type,
                location: entry.keyLocation,
                written: written,
                properties: properties,
            )
        }
    }

    /// Of functions only what routes need: their policies and environments name much that no API is about.
    private func evaluated(_ written: ConfigurationNode, of type: String) -> ConfigurationNode? {
        guard type == "AWS::Serverless::Function" else { return functions.evaluate(written) }
        let events = written.entry("Events").flatMap { entry in
            let apis = entry.value.entries.filter { $0.value["Type"]?.text == "Api" }
            return functions.evaluate(ConfigurationNode(.mapping(apis), at: entry.value.location)).map {
                ConfigurationNode.Entry(key: entry.key, keyLocation: entry.keyLocation, value: $0)
            }
        }
        return ConfigurationNode(.mapping([events].compactMap { $0 }), at: written.location)
    }

    /// SAM's `Globals: {Api: …}` apply to APIs that do not say otherwise.
    private func withGlobals(_ properties: ConfigurationNode, _ type: String) -> ConfigurationNode {
        guard type == "AWS::Serverless::Api", let globals = template["Globals"]?["Api"] else { return properties }
        let own = Set(properties.entries.map(\.key))
        return ConfigurationNode(
            .mapping(properties.entries + globals.entries.filter { !own.contains($0.key) }),
            at: properties.location,
        )
    }

    private func reportNone() {
        guard !diagnostics.hasErrors else { return }
        let others = (template["Resources"]?.entries ?? []).first { entry in
            let type = entry.value["Type"]?.text ?? ""
            return type.hasPrefix("AWS::ApiGatewayV2::") || type == "AWS::Serverless::HttpApi"
        }
        if let others {
            diagnostics.error(
                at: others.keyLocation,
                "\(others.key) is an HTTP API (API Gateway version 2)",
                expected: "expected a REST API",
            )
        } else {
            diagnostics.error(
                at: template.location,
                "the template has no REST API",
                expected: "expected a resource of type AWS::ApiGateway::RestApi or AWS::Serverless::Api",
            )
        }
    }

    // MARK: One API

    private func api(_ resource: Resource, among resources: [Resource]) -> RestAPI? {
        let members = MemberReader(diagnostics: diagnostics)
        var api: RestAPI
        if let document = document(of: resource) {
            guard
                let read = OpenAPIReader(
                    root: document,
                    options: options,
                    variables: variables,
                    diagnostics: diagnostics,
                ).api()
            else { return nil }
            api = read
        } else {
            if diagnostics.hasErrors { return nil }
            api = RestAPI(name: resource.id)
            api.place = Place(resource.location)
            if resource.type == "AWS::ApiGateway::RestApi" {
                ResourceAssembly(api: resource, resources: resources, members: members, variables: variables).assemble(
                    into: &api
                )
            }
        }
        if resource.type == "AWS::Serverless::Api" {
            ServerlessEvents(resources: resources, members: members, variables: variables).addMethods(
                to: &api,
                of: resource,
            )
        }
        TemplateProperties(resource: resource, resources: resources, members: members, variables: variables).apply(
            to: &api
        )
        if api.name.isEmpty { api.name = resource.id }
        return api
    }

    /// The OpenAPI document inside of the resource, or in a file that it names.
    private func document(of resource: Resource) -> ConfigurationNode? {
        let properties = resource.properties
        if let body = properties["DefinitionBody"] ?? properties["Body"], body.isMapping { return body }
        guard let uri = properties["DefinitionUri"] ?? properties["BodyS3Location"] else { return nil }
        guard let file = uri.text else {
            diagnostics.error(
                at: uri.location,
                "the definition stands in S3, where it cannot be read",
                expected: "expected DefinitionUri: a local file, or DefinitionBody",
            )
            return nil
        }
        return functions.document(file, at: uri.location).flatMap(functions.evaluate)
    }
}

extension TemplateAPIs.Resource {
    /// The logical id that a property refers to: `!Ref Api`, `!GetAtt Api.RootResourceId`.
    func reference(_ property: String) -> String? {
        Self.logicalID(written[property])
    }

    static func logicalID(_ node: ConfigurationNode?) -> String? {
        guard let node else { return nil }
        if let name = node["Ref"]?.text { return name }
        guard let attribute = node["Fn::GetAtt"] else { return nil }
        if let text = attribute.text { return text.split(separator: ".").first.map(String.init) }
        return attribute.elements.first?.text
    }

    func refers(_ property: String, to id: String) -> Bool { reference(property) == id }
}
