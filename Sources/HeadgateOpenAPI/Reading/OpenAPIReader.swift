import Headgate

/// Reads an OpenAPI 3 or Swagger 2.0 document with API Gateway's extensions, as its import does.
struct OpenAPIReader {
    let root: ConfigurationNode
    let options: DefinitionOptions
    let members: MemberReader
    let variables: DefinitionVariables
    let references: References
    let modelNames: [String]
    let isSwagger: Bool

    var diagnostics: Diagnostics { members.diagnostics }

    static let verbs = [
        "get": "GET", "put": "PUT", "post": "POST", "delete": "DELETE", "options": "OPTIONS", "head": "HEAD",
        "patch": "PATCH", "x-amazon-apigateway-any-method": "ANY",
    ]
    private static let prefix = "x-amazon-apigateway-"

    init(root: ConfigurationNode, options: DefinitionOptions, variables: DefinitionVariables, diagnostics: Diagnostics)
    {
        self.root = root
        self.options = options
        self.variables = variables
        members = MemberReader(diagnostics: diagnostics)
        references = References(root: root, diagnostics: diagnostics)
        isSwagger = root["swagger"] != nil
        modelNames = Self.schemas(root).map(\.key)
    }

    /// Whether a node can be a document of this kind.
    static func isDocument(_ node: ConfigurationNode) -> Bool {
        node["openapi"] != nil || node["swagger"] != nil
    }

    /// nil, after a report, for what is no API of this kind. Where single methods are wrong, there are
    /// errors in the diagnostics, and the API has the others.
    func api() -> RestAPI? {
        guard checkVersion() else { return nil }
        ExtensionCheck(diagnostics: diagnostics).run(root)
        let info = root["info"]
        var api = RestAPI(name: members.text(info?["title"], "title").map { variables.apply(to: $0).text } ?? "")
        api.place = Place(root.location)
        api.description = members.text(info?["description"], "description")?.text
        api.version = members.text(info?["version"], "version")?.text
        api.format = isSwagger ? .swagger : .openAPI(root["openapi"]?.text ?? "3.0.1")
        api.id = serverHosts.compactMap(Self.apiID).first
        readSettings(into: &api)
        api.models = models()
        readValidators(into: &api)
        let security = SecurityReader(members: members, variables: variables, root: root)
        api.authorizers = security.authorizers()
        readPaths(into: &api, security)
        if let node = root["x-stage"] {
            api.stage = StageReader(members: members).stage(
                from: node,
                defaultName: options.deploymentStage ?? "local",
            )
        }
        api.unused = DefinitionTree(entries: unusedEntries(), at: root.location)
        return api
    }

    // MARK: What it is

    private func checkVersion() -> Bool {
        if let swagger = root.entry("swagger") {
            if swagger.value.text == "2.0" || swagger.value.text == "2" { return true }
            diagnostics.error(
                at: swagger.value.location,
                "Invalid OpenAPI input.",
                expected: "expected swagger: \"2.0\"; found \(swagger.value.found)",
            )
            return false
        }
        guard let openAPI = root.entry("openapi") else {
            diagnostics.error(
                at: root.location,
                "Invalid OpenAPI input.",
                expected: "expected the key openapi or swagger; there is neither",
            )
            return false
        }
        if let version = openAPI.value.text, version == "3" || version.hasPrefix("3.0") || version.hasPrefix("3.1") {
            return true
        }
        diagnostics.error(
            at: openAPI.value.location,
            "Invalid OpenAPI input.",
            expected: "expected version 3.0 or 3.1; found \(openAPI.value.found)",
        )
        return false
    }

    // MARK: Settings

    private func readSettings(into api: inout RestAPI) {
        if let source = members.word(root[Self.prefix + "api-key-source"], "apiKeySource", of: APIKeySource.self) {
            api.apiKeySource = source
        }
        api.binaryMediaTypes = members.texts(root[Self.prefix + "binary-media-types"], "binaryMediaTypes")
        api.minimumCompressionSize = Self.compressionSize(root[Self.prefix + "minimum-compression-size"], members)
        api.policy = root[Self.prefix + "policy"].flatMap { $0.isNull ? nil : DefinitionTree($0) }
        api.documentation = root[Self.prefix + "documentation"].map(DefinitionTree.init)
        let endpoint =
            root[Self.prefix + "endpoint-configuration"]
            ?? root["servers"]?.elements.lazy.compactMap { $0[Self.prefix + "endpoint-configuration"] }.first
        api.endpointConfiguration = endpoint.map(DefinitionTree.init)
        api.gatewayResponses = GatewayResponseReader(members: members, variables: variables)
            .responses(from: root[Self.prefix + "gateway-responses"])
    }

    /// 0…10485760.
    static func compressionSize(_ node: ConfigurationNode?, _ members: MemberReader) -> Int? {
        guard let size = members.integer(node, "minimumCompressionSize") else { return nil }
        guard !(0...10_485_760).contains(size) else { return size }
        members.diagnostics.error(
            at: node?.location ?? SourceLocation(file: "", line: 1),
            "Invalid minimum compression size, must be between 0 and 10485760",
        )
        return nil
    }

    private func readValidators(into api: inout RestAPI) {
        for entry in members.mapping(root[Self.prefix + "request-validators"], "request validators") {
            api.requestValidators.append(
                Named(entry.key, Self.validator(entry.value, members), at: Place(entry.keyLocation))
            )
        }
        api.requestValidator = members.text(root[Self.prefix + "request-validator"], "request validator")
    }

    static func validator(_ node: ConfigurationNode, _ members: MemberReader) -> RequestValidator {
        members.warnOfUnknown(
            node,
            known: ["validateRequestBody", "validateRequestParameters"],
            in: "a request validator",
        )
        return RequestValidator(
            body: members.boolean(node["validateRequestBody"], "validateRequestBody") ?? false,
            parameters: members.boolean(node["validateRequestParameters"], "validateRequestParameters") ?? false,
        )
    }

    // MARK: Models

    private static func schemas(_ root: ConfigurationNode) -> [ConfigurationNode.Entry] {
        (root["components"]?["schemas"] ?? root["definitions"])?.entries ?? []
    }

    private func models() -> [APIModel] {
        Self.schemas(root).map { entry in
            let schema = SchemaReferences.rewritten(entry.value, to: SchemaReferences.canonical, among: modelNames)
            return APIModel(name: entry.key, schema: DefinitionTree(schema), place: Place(entry.keyLocation))
        }
    }

    /// The model that a schema stands for.
    func model(_ schema: ConfigurationNode?) -> ModelReference {
        guard let schema, !schema.isNull else { return .absent }
        if let reference = schema["$ref"]?.located,
            let name = SchemaReferences.model(reference.text, among: modelNames)
        {
            return .named(reference.replaced(by: name))
        }
        return .inline(
            DefinitionTree(SchemaReferences.rewritten(schema, to: SchemaReferences.canonical, among: modelNames))
        )
    }

    // MARK: Paths

    private func readPaths(into api: inout RestAPI, _ security: SecurityReader) {
        guard let paths = root["paths"], !paths.isNull else {
            diagnostics.error(at: root.location, "Invalid OpenAPI input.", expected: "expected the key paths")
            return
        }
        let base = basePathPrefix()
        for entry in members.mapping(paths, "paths") where !entry.key.hasPrefix("x-") {
            guard entry.key.hasPrefix("/") else {
                diagnostics.error(
                    at: entry.keyLocation,
                    "the path \(entry.key.quotedForMessage) does not start with /",
                    suggestion: entry.key == "$default" ? "$default belongs to HTTP APIs" : "write /\(entry.key)",
                )
                continue
            }
            guard let item = references.resolve(entry.value), !item.isNull else { continue }
            guard item.isMapping else {
                diagnostics.error(
                    at: item.location,
                    "the path is \(item.found)",
                    expected: "expected a mapping of methods",
                )
                continue
            }
            readPath(Self.joined(base, entry.key), item, at: entry.keyLocation, into: &api, security)
        }
    }

    private func readPath(
        _ path: String,
        _ item: ConfigurationNode,
        at location: SourceLocation,
        into api: inout RestAPI,
        _ security: SecurityReader,
    ) {
        let known: Set<String> = ["parameters", "summary", "description", "servers", "$ref"]
        for entry in item.entries where !known.contains(entry.key) {
            guard let verb = Self.verbs[entry.key.lowercased()] else {
                if entry.key.hasPrefix("x-") { continue }
                diagnostics.warning(
                    at: entry.keyLocation,
                    "\(entry.key.quotedForMessage) is no method that API Gateway has, and is left out",
                    suggestion: Suggestion.didYouMean(entry.key, among: Self.verbs.keys.sorted()),
                )
                continue
            }
            guard entry.value.isMapping else {
                diagnostics.error(
                    at: entry.value.location,
                    "the operation is \(entry.value.found)",
                    expected: "expected a mapping",
                )
                continue
            }
            let operation = OperationReader(document: self, security: security, path: path, verb: verb)
            api.methods.append(
                operation.method(
                    from: entry.value,
                    pathParameters: item["parameters"],
                    at: entry.keyLocation,
                    pathLocation: location,
                )
            )
        }
    }

    static func joined(_ base: String, _ path: String) -> String {
        let pieces = (base + path).split(separator: "/", omittingEmptySubsequences: true)
        return "/" + pieces.joined(separator: "/")
    }

    // MARK: Servers

    /// What stands in front of every path, by the chosen rule.
    private func basePathPrefix() -> String {
        guard options.basePath != .ignore, let base = basePath() else { return "" }
        let pieces = base.split(separator: "/", omittingEmptySubsequences: true)
        return "/" + (options.basePath == .split ? pieces.dropFirst() : pieces[...]).joined(separator: "/")
    }

    /// Swagger's `basePath`; of OpenAPI 3 the default of the variable `basePath`, even where nothing uses it,
    /// else the path of the first server's URL.
    private func basePath() -> String? {
        if isSwagger { return root["basePath"]?.text }
        let server = root["servers"]?.elements.first ?? root["servers"]
        if let base = server?["variables"]?["basePath"]?["default"]?.text { return base }
        guard let url = server?["url"]?.text else { return nil }
        guard let scheme = url[...].range(of: "://") else { return url.hasPrefix("/") ? url : nil }
        return url[scheme.upperBound...].firstIndex(of: "/").map { String(url[$0...]) }
    }

    private var serverHosts: [String] {
        if isSwagger { return [root["host"]?.text].compactMap { $0 } }
        return (root["servers"]?.elements ?? []).compactMap { server in
            guard let url = server["url"]?.text, let scheme = url[...].range(of: "://") else { return nil }
            return String(url[scheme.upperBound...].prefix { $0 != "/" && $0 != ":" })
        }
    }

    /// `abc123.execute-api.eu-central-1.amazonaws.com`.
    private static func apiID(_ host: String) -> String? {
        let labels = host.split(separator: ".")
        guard labels.count > 2, labels[1] == "execute-api", let id = labels.first else { return nil }
        return id.utf8.allSatisfy {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D
        } ? String(id) : nil
    }

    // MARK: The rest

    /// What no other member of ``RestAPI`` has taken.
    private func unusedEntries() -> [ConfigurationNode.Entry] {
        let taken: Set<String> = [
            "swagger", "openapi", "paths", "definitions", "securityDefinitions", "security", "x-stage",
        ]
        let used: Set<String> = [
            "api-key-source", "binary-media-types", "minimum-compression-size", "policy", "documentation",
            "endpoint-configuration", "gateway-responses", "request-validators", "request-validator",
        ]
        return root.entries.compactMap { entry in
            if taken.contains(entry.key)
                || entry.key.hasPrefix(Self.prefix)
                    && used.contains(String(entry.key.dropFirst(Self.prefix.utf8.count)))
            {
                return nil
            }
            var entry = entry
            switch entry.key {
            case "info": entry.value = entry.value.without(["title", "description", "version"])
            case "components":
                entry.value = entry.value.without(["schemas", "securitySchemes", Self.prefix + "integrations"])
            case "servers":
                let servers = entry.value.elements.map { $0.without([Self.prefix + "endpoint-configuration"]) }
                if !servers.isEmpty { entry.value = ConfigurationNode(.sequence(servers), at: entry.value.location) }
            default: break
            }
            return entry.value.isMapping && entry.value.entries.isEmpty ? nil : entry
        }
    }
}
