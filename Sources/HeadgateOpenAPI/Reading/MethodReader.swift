import Headgate

/// Reads a method as the service's Method resource has it: `method:` of pipeline files, CloudFormation.
struct MethodReader {
    let members: MemberReader
    /// For references between models.
    let modelNames: [String]

    static let keys: Set<String> = [
        "operationName", "requestParameters", "requestModels", "requestValidator", "apiKeyRequired",
        "authorizationType",
        "authorizer", "authorizationScopes", "methodResponses",
    ]

    private var diagnostics: Diagnostics { members.diagnostics }

    func read(_ node: ConfigurationNode, into method: inout APIMethod, at pathLocation: SourceLocation) {
        members.warnOfUnknown(node, known: Self.keys, in: "a method")
        method.operationName = members.text(node["operationName"], "operationName")?.text
        method.parameters = members.mapping(node["requestParameters"], "requestParameters").compactMap(parameter)
        for name in PathRules.variables(of: method.path)
        where !method.parameters.contains(where: { $0.source == .path && $0.name == name }) {
            var parameter = MethodParameter(.path, name, isRequired: true)
            parameter.place = Place(pathLocation)
            method.parameters.append(parameter)
        }
        method.requestModels = models(node["requestModels"], "requestModels")
        method.requestValidator = members.text(node["requestValidator"], "requestValidator")
        method.apiKeyRequired = members.boolean(node["apiKeyRequired"], "apiKeyRequired") ?? false
        method.authorization = authorization(node)
        method.responses = responses(node["methodResponses"])
    }

    /// `method.request.querystring.page: true`, or with type and description: `{required: true, …}`.
    private func parameter(_ entry: ConfigurationNode.Entry) -> MethodParameter? {
        for source in MethodParameter.Source.allCases {
            let prefix = "method.request.\(source.rawValue)."
            guard entry.key.hasPrefix(prefix), entry.key.utf8.count > prefix.utf8.count else { continue }
            var parameter = MethodParameter(source, String(entry.key.dropFirst(prefix.utf8.count)))
            parameter.place = Place(entry.keyLocation)
            if entry.value.isMapping {
                parameter.isRequired = members.boolean(entry.value["required"], "required") ?? false
                parameter.unused = DefinitionTree(
                    entries: entry.value.without(["required"]).entries,
                    at: entry.value.location,
                )
            } else {
                parameter.isRequired = members.boolean(entry.value, entry.key) ?? false
            }
            return parameter
        }
        diagnostics.error(
            at: entry.keyLocation,
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                + "[Invalid mapping expression parameter specified: \(entry.key)]",
            expected: "expected method.request.path.NAME, ….querystring.NAME or ….header.NAME",
        )
        return nil
    }

    private func models(_ node: ConfigurationNode?, _ name: String) -> [Named<ModelReference>] {
        members.mapping(node, name).map { entry in
            let reference: ModelReference
            switch entry.value.value {
            case .null, .sequence: reference = .absent
            case .scalar(let scalar): reference = .named(LocatedText(scalar, at: entry.value.location))
            case .mapping:
                reference = .inline(
                    DefinitionTree(
                        SchemaReferences.rewritten(entry.value, to: SchemaReferences.canonical, among: modelNames)
                    )
                )
            }
            return Named(entry.key, reference, at: Place(entry.keyLocation))
        }
    }

    private func authorization(_ node: ConfigurationNode) -> MethodAuthorization {
        guard let type = members.text(node["authorizationType"], "authorizationType") else { return .none }
        switch type.text.uppercased() {
        case "NONE": return .none
        case "AWS_IAM": return .iam
        case "CUSTOM", "COGNITO_USER_POOLS":
            guard let authorizer = members.text(node["authorizer"], "authorizer") else {
                diagnostics.error(
                    at: type.location,
                    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a "
                        + "valid authorizer.",
                    expected: "expected authorizer: its name",
                )
                return .none
            }
            if type.text.uppercased() == "CUSTOM" { return .custom(authorizer: authorizer) }
            return .cognito(
                authorizer: authorizer,
                scopes: members.texts(node["authorizationScopes"], "authorizationScopes").map(\.text),
            )
        default:
            let words = ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"]
            diagnostics.error(
                at: type.location,
                "Value '\(type.text)' at 'authorizationType' failed to satisfy constraint: Member must satisfy enum value set: "
                    + "[\(words.joined(separator: ", "))]",
                suggestion: Suggestion.didYouMean(type.text, among: words),
            )
            return .none
        }
    }

    // MARK: Responses

    /// A mapping by status, or a list with `statusCode`.
    private func responses(_ node: ConfigurationNode?) -> [MethodResponseDeclaration] {
        guard let node, !node.isNull else { return [] }
        if case .sequence(let elements) = node.value {
            return elements.compactMap { element in
                members.status(element["statusCode"], "statusCode").map { response($0, element, at: element.location) }
            }
        }
        return members.mapping(node, "methodResponses").compactMap { entry in
            let scalar = ConfigurationNode.Scalar(text: entry.key, isPlain: true, contentLocation: entry.keyLocation)
            return members.status(ConfigurationNode(.scalar(scalar), at: entry.keyLocation), "statusCode")
                .map { response($0, entry.value, at: entry.keyLocation) }
        }
    }

    private func response(_ status: Int, _ node: ConfigurationNode, at location: SourceLocation)
        -> MethodResponseDeclaration
    {
        var declaration = MethodResponseDeclaration(status: status)
        declaration.place = Place(location)
        declaration.description = members.text(node["description"], "description")?.text
        let prefix = "method.response.header."
        declaration.headers = members.mapping(node["responseParameters"], "responseParameters").compactMap { entry in
            guard entry.key.hasPrefix(prefix), entry.key.utf8.count > prefix.utf8.count else {
                diagnostics.error(
                    at: entry.keyLocation,
                    "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                        + "[Invalid mapping expression parameter specified: \(entry.key)]",
                    expected: "expected method.response.header.NAME",
                )
                return nil
            }
            let name = String(entry.key.dropFirst(prefix.utf8.count))
            return ResponseHeader(
                name,
                unused: DefinitionTree(entries: entry.value.entries, at: entry.value.location),
            )
        }
        declaration.models = models(node["responseModels"], "responseModels")
        let known: Set<String> = ["statusCode", "description", "responseParameters", "responseModels"]
        declaration.unused = DefinitionTree(entries: node.without(known).entries, at: node.location)
        return declaration
    }
}
