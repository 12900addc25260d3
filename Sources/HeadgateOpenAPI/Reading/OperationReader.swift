import Headgate

/// Reads one operation of an OpenAPI document.
struct OperationReader {
    let document: OpenAPIReader
    let security: SecurityReader
    let path: String
    let verb: String

    private var members: MemberReader { document.members }
    private var diagnostics: Diagnostics { document.diagnostics }

    private static let prefix = "x-amazon-apigateway-"

    func method(
        from node: ConfigurationNode,
        pathParameters: ConfigurationNode?,
        at location: SourceLocation,
        pathLocation: SourceLocation,
    ) -> APIMethod {
        var method = APIMethod(path: path, verb: verb)
        method.place = Place(location)
        method.operationName = members.text(node["operationId"], "operationId")?.text
        method.description = members.text(node["description"], "description")?.text
        let declared = parameters(pathParameters) + parameters(node["parameters"])
        readParameters(declared, into: &method)
        declarePathVariables(of: pathLocation, in: &method)
        readBody(node, declared, into: &method)
        method.responses = responses(node)
        method.requestValidator = members.text(node[Self.prefix + "request-validator"], "request validator")
        (method.authorization, method.apiKeyRequired) = security.access(of: node)
        if let written = node[Self.prefix + "integration"], let integration = document.integration(written) {
            method.integration = document.integrationReader.integration(from: integration)
        } else if node[Self.prefix + "integration"] == nil {
            diagnostics.warning(
                at: location,
                "No integration defined for method",
                expected: "expected \(Self.prefix)integration; the method is not served",
            )
        }
        method.unused = unused(node, method)
        return method
    }

    // MARK: Parameters

    private func parameters(_ node: ConfigurationNode?) -> [ConfigurationNode] {
        guard let node, !node.isNull else { return [] }
        guard case .sequence(let nodes) = node.value else {
            diagnostics.error(at: node.location, "parameters is \(node.found)", expected: "expected a list")
            return []
        }
        return nodes.compactMap { document.references.resolve($0) }
    }

    private func readParameters(_ nodes: [ConfigurationNode], into method: inout APIMethod) {
        for node in nodes {
            guard let place = members.text(node["in"], "in") else {
                if node["in"] == nil {
                    diagnostics.error(
                        at: node.location,
                        "the parameter has no \"in\"",
                        expected: "expected in: path, query or header",
                    )
                }
                continue
            }
            let source: MethodParameter.Source
            switch place.text {
            case "path": source = .path
            case "query": source = .querystring
            case "header": source = .header
            case "body", "formData", "cookie": continue
            default:
                diagnostics.error(
                    at: place.location,
                    "\(place.text.quotedForMessage) is no place of a parameter",
                    expected: "expected one of: path, query, header, body, formData, cookie",
                    suggestion: Suggestion.didYouMean(
                        place.text,
                        among: ["path", "query", "header", "body", "formData", "cookie"],
                    ),
                )
                continue
            }
            guard let name = members.text(node["name"], "name") else {
                diagnostics.error(at: node.location, "the parameter has no name", expected: "expected name: a text")
                continue
            }
            let isRequired = source == .path || members.boolean(node["required"], "required") ?? false
            var parameter = MethodParameter(source, name.text, isRequired: isRequired)
            parameter.place = Place(node.location)
            parameter.unused = unusedOfParameter(node)
            method.parameters.removeAll { $0.source == source && $0.name == name.text }
            method.parameters.append(parameter)
        }
    }

    /// Type `string` is what is written where nothing is known, and not worth keeping.
    private func unusedOfParameter(_ node: ConfigurationNode) -> DefinitionTree? {
        let entries = node.without(["in", "name", "required"]).entries.filter { !Self.isPlainString($0) }
        return DefinitionTree(entries: entries, at: node.location)
    }

    static func isPlainString(_ entry: ConfigurationNode.Entry) -> Bool {
        switch entry.key {
        case "type": entry.value.text == "string"
        case "schema": entry.value.entries.count == 1 && entry.value["type"]?.text == "string"
        default: false
        }
    }

    /// The variables of the path are required parameters, declared or not.
    private func declarePathVariables(of location: SourceLocation, in method: inout APIMethod) {
        for name in PathRules.variables(of: path)
        where !method.parameters.contains(where: { $0.source == .path && $0.name == name }) {
            var parameter = MethodParameter(.path, name, isRequired: true)
            parameter.place = Place(location)
            method.parameters.append(parameter)
        }
    }

    // MARK: Bodies

    private func readBody(_ node: ConfigurationNode, _ parameters: [ConfigurationNode], into method: inout APIMethod) {
        if document.isSwagger {
            guard let body = parameters.last(where: { $0["in"]?.text == "body" }) else { return }
            let reference = document.model(body["schema"])
            method.requestModels = types(node["consumes"] ?? document.root["consumes"]).map {
                Named($0.text, reference, at: Place($0.location))
            }
            return
        }
        guard let written = node["requestBody"], !written.isNull, let body = document.references.resolve(written) else {
            return
        }
        method.requestModels = models(body["content"])
    }

    private func types(_ node: ConfigurationNode?) -> [LocatedText] {
        let types = members.texts(node, "consumes")
        return types.isEmpty ? ["application/json"] : types
    }

    private func models(_ content: ConfigurationNode?) -> [Named<ModelReference>] {
        members.mapping(content, "content").map {
            Named($0.key, document.model($0.value["schema"]), at: Place($0.keyLocation))
        }
    }

    // MARK: Responses

    private func responses(_ node: ConfigurationNode) -> [MethodResponseDeclaration] {
        var declarations: [MethodResponseDeclaration] = []
        for entry in members.mapping(node["responses"], "responses") where !entry.key.hasPrefix("x-") {
            guard entry.key != "default", let response = document.references.resolve(entry.value) else { continue }
            guard let status = Int(entry.key), entry.key.utf8.count == 3, (100...599).contains(status) else {
                diagnostics.warning(
                    at: entry.keyLocation,
                    "\(entry.key.quotedForMessage) declares no response: API Gateway takes statuses from 100 to 599",
                )
                continue
            }
            declarations.append(declaration(status, response, node, at: entry.keyLocation))
        }
        return declarations
    }

    private func declaration(
        _ status: Int,
        _ response: ConfigurationNode,
        _ operation: ConfigurationNode,
        at location: SourceLocation,
    ) -> MethodResponseDeclaration {
        var declaration = MethodResponseDeclaration(status: status)
        declaration.place = Place(location)
        let description = members.text(response["description"], "description")?.text
        declaration.description = description == "\(status) response" ? nil : description
        declaration.headers = members.mapping(response["headers"], "headers").compactMap { entry in
            guard let header = document.references.resolve(entry.value) else { return nil }
            let unused = header.entries.filter { !Self.isPlainString($0) }
            return ResponseHeader(entry.key, unused: DefinitionTree(entries: unused, at: header.location))
        }
        if document.isSwagger {
            if let schema = response["schema"] {
                let reference = document.model(schema)
                declaration.models = types(operation["produces"] ?? document.root["produces"]).map {
                    Named($0.text, reference)
                }
            }
        } else {
            declaration.models = models(response["content"])
        }
        let rest = response.without(["description", "headers", "schema", "content", "$ref"])
        declaration.unused = DefinitionTree(entries: rest.entries, at: response.location)
        return declaration
    }

    // MARK: The rest

    private func unused(_ node: ConfigurationNode, _ method: APIMethod) -> DefinitionTree? {
        var taken: Set<String> = [
            "operationId", "description", "parameters", "requestBody", "responses", "security",
            Self.prefix + "integration", Self.prefix + "request-validator", Self.prefix + "auth",
        ]
        if !method.requestModels.isEmpty || isUsual(node["consumes"]) { taken.insert("consumes") }
        if method.responses.contains(where: { !$0.models.isEmpty }) || isUsual(node["produces"]) {
            taken.insert("produces")
        }
        return DefinitionTree(entries: node.without(taken).entries, at: node.location)
    }

    private func isUsual(_ types: ConfigurationNode?) -> Bool {
        types?.elements.map(\.text) == ["application/json"]
    }
}

extension OpenAPIReader {
    var integrationReader: IntegrationReader {
        IntegrationReader(form: .openAPI, members: members, variables: variables)
    }

    /// The integration itself, where it is a reference into `components`.
    func integration(_ node: ConfigurationNode) -> ConfigurationNode? {
        node["$ref"] == nil ? node : references.resolve(node)
    }
}
