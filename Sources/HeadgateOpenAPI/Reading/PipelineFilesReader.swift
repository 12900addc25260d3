import Headgate
import HeadgateDefinitions

/// Reads an API back from its pipeline files. What only pipelines have (scripts, plugins, `stages:`) is
/// no part of an API, and is reported.
public struct PipelineFilesReader {
    let members: MemberReader
    private let variables: DefinitionVariables

    /// A reader whose findings go to `diagnostics`.
    public init(diagnostics: Diagnostics) {
        members = MemberReader(diagnostics: diagnostics)
        variables = DefinitionVariables(options: DefinitionOptions(), diagnostics: diagnostics)
    }

    private var diagnostics: Diagnostics { members.diagnostics }

    /// nil, after a report, where no file of the folder has the key `api`.
    public func api(inFolder path: String, environment: [String: String]) -> RestAPI? {
        let files = ConfigurationDocument.folder(path, environment: environment, diagnostics)
        let named = files.filter { $0["api"] != nil }
        for other in named.dropFirst() {
            diagnostics.error(
                at: other.entry("api")?.keyLocation ?? other.location,
                "the folder holds a second API",
                expected: "expected one; the first stands in \(named[0].location.file)",
                suggestion: "export the folder of one of them",
            )
        }
        return named.count > 1 ? nil : api(from: files)
    }

    /// nil, after a report, where no file has the key `api`.
    /// - Parameter files: the nodes of all files of the folder.
    public func api(from files: [ConfigurationNode]) -> RestAPI? {
        guard let shared = files.first(where: { $0["api"] != nil }), let settings = shared["api"] else {
            diagnostics.error(
                at: files.first?.location ?? SourceLocation(file: "", line: 1),
                "no file has the key \"api\"",
                expected: "expected api: {name: …} in one file of the folder",
            )
            return nil
        }
        var api = read(settings)
        if let stage = shared["stage"] {
            api.stage = StageReader(members: members).stage(from: stage, defaultName: "local")
        }
        let names = api.models.map(\.name)
        for pipeline in files.flatMap(Self.pipelines) {
            api.methods += methods(from: pipeline, modelNames: names)
        }
        return api
    }

    private static func pipelines(_ file: ConfigurationNode) -> [ConfigurationNode] {
        if let list = file["pipelines"] { return list.elements }
        return file["route"] == nil ? [] : [file]
    }

    // MARK: The API

    static let keys: Set<String> = [
        "id", "name", "description", "version", "apiKeySource", "binaryMediaTypes", "minimumCompressionSize",
        "endpointConfiguration", "policy", "requestValidator", "requestValidators", "authorizers", "gatewayResponses",
        "models",
        "documentation", "openapi",
    ]

    func read(_ node: ConfigurationNode) -> RestAPI {
        members.warnOfUnknown(node, known: Self.keys, in: "api")
        var api = RestAPI(name: members.text(node["name"], "name")?.text ?? "")
        api.place = Place(node.location)
        api.id = members.text(node["id"], "id")?.text
        api.description = members.text(node["description"], "description")?.text
        api.version = members.text(node["version"], "version")?.text
        api.apiKeySource = members.word(node["apiKeySource"], "apiKeySource", of: APIKeySource.self) ?? .header
        api.binaryMediaTypes = members.texts(node["binaryMediaTypes"], "binaryMediaTypes")
        api.minimumCompressionSize = OpenAPIReader.compressionSize(node["minimumCompressionSize"], members)
        api.endpointConfiguration = node["endpointConfiguration"].map(DefinitionTree.init)
        api.policy = node["policy"].map(DefinitionTree.init)
        api.documentation = node["documentation"].map(DefinitionTree.init)
        api.requestValidator = members.text(node["requestValidator"], "requestValidator")
        api.requestValidators = members.mapping(node["requestValidators"], "requestValidators").map {
            Named($0.key, OpenAPIReader.validator($0.value, members), at: Place($0.keyLocation))
        }
        api.authorizers = members.mapping(node["authorizers"], "authorizers").compactMap(authorizer)
        api.gatewayResponses = GatewayResponseReader(members: members, variables: variables).responses(
            from: node["gatewayResponses"]
        )
        api.models = models(node["models"])
        readFormat(node["openapi"], into: &api)
        return api
    }

    private func authorizer(_ entry: ConfigurationNode.Entry) -> APIAuthorizer? {
        guard let kind = members.word(entry.value["type"], "type", of: APIAuthorizer.Kind.self) else { return nil }
        var authorizer = APIAuthorizer(name: entry.key, kind: kind)
        authorizer.place = Place(entry.keyLocation)
        authorizer.authType = members.text(entry.value["authType"], "authType")?.text
        SecurityReader.readMembers(of: entry.value, into: &authorizer, members, variables)
        return authorizer
    }

    private func models(_ node: ConfigurationNode?) -> [APIModel] {
        let entries = members.mapping(node, "models")
        let names = entries.map(\.key)
        return entries.compactMap { entry in
            guard let schema = entry.value["schema"] else {
                diagnostics.error(
                    at: entry.value.location,
                    "the model has no schema",
                    expected: "expected schema: a JSON Schema",
                )
                return nil
            }
            return APIModel(
                name: entry.key,
                description: members.text(entry.value["description"], "description")?.text,
                schema: DefinitionTree(
                    SchemaReferences.rewritten(schema, to: SchemaReferences.canonical, among: names)
                ),
                place: Place(entry.keyLocation),
            )
        }
    }

    private func readFormat(_ node: ConfigurationNode?, into api: inout RestAPI) {
        guard let node else { return }
        if node["swagger"] != nil {
            api.format = .swagger
        } else if let version = node["openapi"]?.text {
            api.format = .openAPI(version)
        }
        api.unused = DefinitionTree(entries: node.without(["swagger", "openapi"]).entries, at: node.location)
    }

    // MARK: Methods

    private func methods(from node: ConfigurationNode, modelNames: [String]) -> [APIMethod] {
        if let stages = node.entry("stages") {
            diagnostics.error(
                at: stages.keyLocation,
                "a pipeline with \"stages\" cannot be said in OpenAPI",
                expected: "expected \"integration\"",
            )
            return []
        }
        let routes = members.list(node["route"], "route").compactMap { members.text($0, "route") }
        return routes.compactMap { text in
            let route: Route
            do throws(InvalidRoute) {
                route = try Route(parsing: text.text)
            } catch {
                diagnostics.error(at: text.location, error.message, suggestion: error.suggestion)
                return nil
            }
            var method = APIMethod(path: route.path, verb: route.method)
            method.place = Place(text.location)
            method.description = members.text(node["description"], "description")?.text
            MethodReader(members: members, modelNames: modelNames)
                .read(
                    node["method"] ?? ConfigurationNode(.mapping([]), at: node.location),
                    into: &method,
                    at: text.location,
                )
            if let integration = node["integration"] {
                method.integration = IntegrationReader(form: .resource, members: members, variables: variables)
                    .integration(from: integration)
            }
            method.unused = node["openapi"].flatMap { DefinitionTree(entries: $0.entries, at: $0.location) }
            return method
        }
    }
}
