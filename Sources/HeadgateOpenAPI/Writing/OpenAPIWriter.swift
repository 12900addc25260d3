import Headgate
import OrderedJSON

/// Writes an API as an OpenAPI 3 or Swagger 2.0 document with API Gateway's extensions: what its import
/// takes, with everything that the API has.
public struct OpenAPIWriter {
    let api: RestAPI
    let format: DefinitionFormat

    /// - Parameter format: the one that the API was read from by default.
    public init(_ api: RestAPI, format: DefinitionFormat? = nil) {
        self.api = api
        self.format = format ?? api.format
    }

    /// The document as YAML 1.2, with a line break at its end.
    public var yaml: String { YAMLEmitter.text(document) }
    /// The same as indented JSON.
    public var json: String { JSONWriter.string(JSONValue(definition: document), style: .pretty) + "\n" }

    private var isSwagger: Bool { format == .swagger }
    private static let prefix = "x-amazon-apigateway-"

    // MARK: Document

    var document: ConfigurationNode {
        var members: [(String, ConfigurationNode?)] = [version, ("info", info)]
        let unused = unusedMembers
        for key in ["host", "basePath", "schemes", "servers", "consumes", "produces"] {
            members.append((key, unused.first { $0.key == key }?.value))
        }
        members += extensions
        members += [("paths", paths)]
        if isSwagger {
            members += [("securityDefinitions", schemes), ("definitions", models)]
        } else {
            let parts = [("schemas", models), ("securitySchemes", schemes)]
            let others = unused.first { $0.key == "components" }?.value.entries ?? []
            members.append(("components", Build.mapping(Build.mapping(parts).entries + others).nonEmpty))
        }
        let written = Set(members.map(\.0))
        for entry in unused where !written.contains(entry.key) { members.append((entry.key, entry.value)) }
        members.append(("x-stage", api.stage.map { StageNodes(stage: $0, hasCallers: false).node }))
        return Build.mapping(members)
    }

    private var version: (String, ConfigurationNode?) {
        switch format {
        case .swagger: ("swagger", Build.text("2.0"))
        case .openAPI(let number): ("openapi", Build.text(number))
        }
    }

    private var info: ConfigurationNode {
        let others = api.unused?["info"]?.entries ?? []
        let members = Build.mapping([
            ("title", api.name.isEmpty ? nil : Build.text(api.name)),
            ("description", api.description.map { Build.text($0) }),
            ("version", api.version.map { Build.text($0) }),
        ])
        return Build.mapping(members.entries + others)
    }

    /// What other tools read, without what the format does not have.
    private var unusedMembers: [ConfigurationNode.Entry] {
        let swagger: Set<String> = ["host", "basePath", "schemes", "consumes", "produces", "parameters", "responses"]
        let openAPI: Set<String> = ["servers", "components"]
        let foreign = isSwagger ? openAPI : swagger
        return (api.unused?.entries ?? []).filter { !foreign.contains($0.key) && $0.key != "info" }
    }

    private var extensions: [(String, ConfigurationNode?)] {
        let validators = Build.mapping(
            api.requestValidators.map { validator in
                Build.entry(
                    validator.name,
                    Build.mapping([
                        ("validateRequestBody", Build.boolean(validator.value.validatesBody)),
                        ("validateRequestParameters", Build.boolean(validator.value.validatesParameters)),
                    ]),
                )
            }
        )
        let responses = Build.mapping(
            api.gatewayResponses.map { response in
                let node = Build.mapping([
                    ("statusCode", response.statusCode.map { Build.integer($0) }),
                    ("responseParameters", Build.texts(response.responseParameters)),
                    ("responseTemplates", Build.texts(response.responseTemplates)),
                ])
                return Build.entry(response.type.name, node)
            }
        )
        return [
            ("api-key-source", api.apiKeySource == .header ? nil : Build.text(api.apiKeySource.rawValue)),
            ("binary-media-types", Build.texts(api.binaryMediaTypes)),
            ("minimum-compression-size", api.minimumCompressionSize.map { Build.integer($0) }),
            ("endpoint-configuration", api.endpointConfiguration?.node),
            ("policy", api.policy?.node),
            ("request-validators", validators.nonEmpty),
            ("request-validator", api.requestValidator?.node),
            ("gateway-responses", responses.nonEmpty),
            ("documentation", api.documentation?.node),
        ].map { (Self.prefix + $0.0, $0.1) }
    }

    private var models: ConfigurationNode? {
        Build.mapping(api.models.map { Build.entry($0.name, schema($0.schema.node)) }).nonEmpty
    }

    /// A schema with its references as this format spells them.
    private func schema(_ node: ConfigurationNode) -> ConfigurationNode {
        isSwagger ? node : SchemaReferences.rewritten(node, to: "#/components/schemas/", among: [])
    }

    private func schema(_ reference: ModelReference) -> ConfigurationNode? {
        switch reference {
        case .absent: nil
        case .inline(let tree): schema(tree.node)
        case .named(let name):
            Build.mapping([("$ref", Build.text((isSwagger ? "#/definitions/" : "#/components/schemas/") + name.text))])
        }
    }

    // MARK: Security

    private static let apiKeyScheme = "api_key"
    private static let iamScheme = "sigv4"

    private var schemes: ConfigurationNode? {
        var entries: [ConfigurationNode.Entry] = []
        func scheme(_ header: String, _ more: [(String, ConfigurationNode?)] = []) -> ConfigurationNode {
            Build.mapping(
                [("type", Build.text("apiKey")), ("name", Build.text(header)), ("in", Build.text("header"))] + more
            )
        }
        if api.methods.contains(where: \.apiKeyRequired) {
            entries.append(Build.entry(Self.apiKeyScheme, scheme("x-api-key")))
        }
        if api.methods.contains(where: { $0.authorization == .iam }) {
            let type = (Self.prefix + "authtype", Build.text("awsSigv4"))
            entries.append(Build.entry(Self.iamScheme, scheme("Authorization", [type])))
        }
        for authorizer in api.authorizers {
            let usual = "method.request.header."
            let isHeader = authorizer.kind != .request && authorizer.identitySource?.hasPrefix(usual) ?? false
            let header = isHeader ? String((authorizer.identitySource ?? "").dropFirst(usual.utf8.count)) : "Unused"
            let node = Build.mapping([
                ("type", Build.text(authorizer.kind.rawValue.lowercased())),
                ("authorizerUri", authorizer.uri?.node),
                ("authorizerCredentials", authorizer.credentials?.node),
                ("identitySource", isHeader ? nil : authorizer.identitySource.map { Build.text($0) }),
                ("identityValidationExpression", authorizer.identityValidationExpression?.node),
                ("authorizerResultTtlInSeconds", authorizer.resultTTLSeconds.map { Build.integer($0) }),
                ("providerARNs", Build.texts(authorizer.providerARNs)),
            ])
            entries.append(
                Build.entry(
                    authorizer.name,
                    scheme(
                        header,
                        [
                            (Self.prefix + "authtype", authorizer.authType.map { Build.text($0) }),
                            (Self.prefix + "authorizer", node),
                        ],
                    ),
                )
            )
        }
        return Build.mapping(entries).nonEmpty
    }

    private func security(_ method: APIMethod) -> ConfigurationNode? {
        var requirements: [ConfigurationNode] = []
        func require(_ name: String, _ scopes: [String] = []) {
            requirements.append(Build.mapping([(name, Build.list(scopes.map { Build.text($0) }))]))
        }
        if method.apiKeyRequired { require(Self.apiKeyScheme) }
        switch method.authorization {
        case .none: break
        case .iam: require(Self.iamScheme)
        case .custom(let name): require(name.text)
        case .cognito(let name, let scopes): require(name.text, scopes)
        }
        return Build.list(requirements).nonEmpty
    }

    // MARK: Operations

    private var paths: ConfigurationNode {
        var items: [(path: String, operations: [ConfigurationNode.Entry])] = []
        for method in api.methods {
            let key = method.verb == "ANY" ? Self.prefix + "any-method" : method.verb.lowercased()
            let entry = Build.entry(key, operation(method))
            if let index = items.firstIndex(where: { $0.path == method.path }) {
                items[index].operations.append(entry)
            } else {
                items.append((method.path, [entry]))
            }
        }
        return Build.mapping(items.map { Build.entry($0.path, Build.mapping($0.operations)) })
    }

    private func operation(_ method: APIMethod) -> ConfigurationNode {
        let foreign: Set<String> = isSwagger ? ["callbacks", "servers"] : ["consumes", "produces", "schemes"]
        let unused = (method.unused?.entries ?? []).filter { !foreign.contains($0.key) }
        let first: Set<String> = ["tags", "summary"]
        var members = [("operationId", method.operationName.map { Build.text($0) })]
        members += unused.filter { first.contains($0.key) }.map { ($0.key, $0.value) }
        members += [
            ("description", method.description.map { Build.text($0) }),
            ("consumes", isSwagger ? types(method.requestModels.map(\.name)) : nil),
            ("produces", isSwagger ? types(produced(method)) : nil),
            ("parameters", parameters(method)),
            ("requestBody", isSwagger ? nil : content(method.requestModels).map { Build.mapping([("content", $0)]) }),
            ("responses", Build.mapping(method.responses.map(response))),
            ("security", security(method)),
            (Self.prefix + "request-validator", method.requestValidator?.node),
            (Self.prefix + "integration", method.integration.map { IntegrationNodes(integration: $0).openAPI }),
        ]
        let written = Set(members.filter { $0.1 != nil }.map(\.0))
        members += unused.filter { !first.contains($0.key) && !written.contains($0.key) }.map { ($0.key, $0.value) }
        return Build.mapping(members)
    }

    private func types(_ names: [String]) -> ConfigurationNode? {
        Build.list(names.map { Build.text($0) }).nonEmpty
    }

    private func produced(_ method: APIMethod) -> [String] {
        var types: [String] = []
        for name in method.responses.flatMap({ $0.models.map(\.name) }) where !types.contains(name) {
            types.append(name)
        }
        return types
    }

    private func parameters(_ method: APIMethod) -> ConfigurationNode? {
        var nodes = method.parameters.map { parameter in
            let place = parameter.source == .querystring ? "query" : parameter.source.rawValue
            let members: [(String, ConfigurationNode?)] = [
                ("name", Build.text(parameter.name)), ("in", Build.text(place)),
                ("required", parameter.isRequired ? Build.boolean(true) : nil),
            ]
            return Build.mapping(Build.mapping(members).entries + typed(parameter.unused))
        }
        if isSwagger, let body = method.requestModels.first {
            nodes.append(
                Build.mapping([
                    ("name", Build.text("body")), ("in", Build.text("body")), ("schema", schema(body.value)),
                ])
            )
        }
        return Build.list(nodes).nonEmpty
    }

    /// What else is said about a parameter or header, with the type in the way of this format.
    private func typed(_ unused: DefinitionTree?) -> [ConfigurationNode.Entry] {
        var entries = unused?.entries ?? []
        let typeKeys: Set<String> = ["type", "format", "enum", "items", "default", "minimum", "maximum", "pattern"]
        if isSwagger {
            if let schema = entries.first(where: { $0.key == "schema" })?.value {
                entries = entries.filter { $0.key != "schema" } + schema.entries
            }
            if !entries.contains(where: { $0.key == "type" }) {
                entries.append(Build.entry("type", Build.text("string")))
            }
        } else if !entries.contains(where: { $0.key == "schema" || $0.key == "content" || $0.key == "type" }) {
            let moved = entries.filter { typeKeys.contains($0.key) }
            entries = entries.filter { !typeKeys.contains($0.key) }
            entries.append(Build.entry("schema", Build.mapping([Build.entry("type", Build.text("string"))] + moved)))
        }
        return entries
    }

    private func content(_ models: [Named<ModelReference>]) -> ConfigurationNode? {
        Build.mapping(models.map { Build.entry($0.name, Build.mapping([("schema", schema($0.value))])) }).nonEmpty
    }

    private func response(_ response: MethodResponseDeclaration) -> ConfigurationNode.Entry {
        let headers = response.headers.map { Build.entry($0.name, Build.mapping(typed($0.unused))) }
        let members: [(String, ConfigurationNode?)] = [
            ("description", Build.text(response.description ?? "\(response.status) response")),
            ("headers", Build.mapping(headers).nonEmpty),
            ("schema", isSwagger ? response.models.first.flatMap { schema($0.value) } : nil),
            ("content", isSwagger ? nil : content(response.models)),
        ]
        return Build.entry(
            String(response.status),
            Build.mapping(Build.mapping(members).entries + (response.unused?.entries ?? [])),
        )
    }
}
