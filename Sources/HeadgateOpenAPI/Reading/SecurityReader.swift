import Headgate

/// Reads security schemes and requirements: API keys, signatures, authorizers.
struct SecurityReader {
    let members: MemberReader
    let variables: DefinitionVariables
    let root: ConfigurationNode

    private static let prefix = "x-amazon-apigateway-"

    private enum Scheme {
        case apiKey
        case iam
        case authorizer(APIAuthorizer.Kind)
    }

    private var diagnostics: Diagnostics { members.diagnostics }

    /// Of OpenAPI 3 and of Swagger 2.0; some documents have the one's where the other's belong, which works.
    private var schemes: [ConfigurationNode.Entry] {
        (root["components"]?["securitySchemes"]?.entries ?? []) + (root["securityDefinitions"]?.entries ?? [])
    }

    // MARK: Authorizers

    func authorizers() -> [APIAuthorizer] {
        schemes.compactMap { entry in
            guard let node = entry.value[Self.prefix + "authorizer"], !node.isNull else {
                checkScheme(entry)
                return nil
            }
            return authorizer(entry.key, node, scheme: entry.value, at: entry.keyLocation)
        }
    }

    private func checkScheme(_ entry: ConfigurationNode.Entry) {
        guard scheme(entry) == nil else { return }
        let type = entry.value["type"]?.text ?? "nothing"
        diagnostics.warning(
            at: entry.keyLocation,
            "the security scheme \(entry.key.quotedForMessage) has no effect",
            expected: "expected type: apiKey, as API Gateway supports no other; found \(type.quotedForMessage)",
        )
    }

    private func authorizer(
        _ name: String,
        _ node: ConfigurationNode,
        scheme: ConfigurationNode,
        at location: SourceLocation,
    ) -> APIAuthorizer? {
        for key in ["jwtConfiguration", "enableSimpleResponses", "authorizerPayloadFormatVersion"] {
            guard let entry = node.entry(key) else { continue }
            diagnostics.warning(at: entry.keyLocation, "\(key) belongs to HTTP APIs and has no effect")
        }
        if node["type"]?.text?.lowercased() == "jwt" {
            diagnostics.error(
                at: node["type"]?.location ?? location,
                "authorizers of type jwt belong to HTTP APIs (API Gateway version 2); this reads REST APIs",
                expected: "expected one of: token, request, cognito_user_pools",
            )
            return nil
        }
        guard let kind = members.word(node["type"], "type", of: APIAuthorizer.Kind.self) else {
            if node["type"] == nil {
                diagnostics.error(
                    at: location,
                    "the authorizer has no type",
                    expected: "expected one of: token, request, cognito_user_pools",
                )
            }
            return nil
        }
        var authorizer = APIAuthorizer(name: name, kind: kind)
        authorizer.place = Place(location)
        authorizer.authType = members.text(scheme[Self.prefix + "authtype"], "authtype")?.text
        Self.readMembers(of: node, into: &authorizer, members, variables)
        let header = scheme["name"]?.text
        if authorizer.identitySource == nil, kind != .request, let header {
            authorizer.identitySource = "method.request.header." + header
        }
        return authorizer
    }

    /// What both spellings of an authorizer have.
    static func readMembers(
        of node: ConfigurationNode,
        into authorizer: inout APIAuthorizer,
        _ members: MemberReader,
        _ variables: DefinitionVariables,
    ) {
        authorizer.uri = variables.apply(to: members.text(node["authorizerUri"], "authorizerUri"))
        authorizer.credentials = variables.apply(
            to: members.text(node["authorizerCredentials"], "authorizerCredentials")
        )
        authorizer.identitySource =
            members.text(node["identitySource"], "identitySource")?.text ?? authorizer.identitySource
        authorizer.identityValidationExpression = members.text(
            node["identityValidationExpression"],
            "identityValidationExpression",
        )
        authorizer.providerARNs = members.texts(node["providerARNs"], "providerARNs").map {
            variables.apply(to: $0, asURL: true)
        }
        authorizer.resultTTLSeconds = members.integer(
            node["authorizerResultTtlInSeconds"],
            "authorizerResultTtlInSeconds",
        )
        if let ttl = authorizer.resultTTLSeconds, !(0...3600).contains(ttl) {
            members.diagnostics.error(
                at: node["authorizerResultTtlInSeconds"]?.location ?? node.location,
                "Invalid authorizer TTL: \(ttl)",
                expected: "expected 0 to 3600 seconds",
            )
        }
        guard authorizer.kind != .cognito, authorizer.uri == nil, node["authorizerUri"] == nil else { return }
        members.diagnostics.error(
            at: node.location,
            "the authorizer \(authorizer.name.quotedForMessage) has no authorizerUri",
            expected: "expected authorizerUri: the ARN that invokes its function",
        )
    }

    private func scheme(_ entry: ConfigurationNode.Entry) -> Scheme? {
        if let type = entry.value[Self.prefix + "authorizer"]?["type"]?.text {
            return APIAuthorizer.Kind.allCases.first { $0.rawValue.equalsIgnoringASCIICase(type) }.map(
                Scheme.authorizer
            )
        }
        guard entry.value["type"]?.text?.lowercased() == "apikey" else { return nil }
        if entry.value[Self.prefix + "authtype"]?.text?.lowercased().hasPrefix("aws") ?? false { return .iam }
        return entry.value["name"]?.text?.lowercased() == "x-api-key" ? .apiKey : nil
    }

    // MARK: Requirements

    /// Who may call an operation, and whether a key is needed.
    func access(of operation: ConfigurationNode) -> (MethodAuthorization, apiKeyRequired: Bool) {
        var authorization = MethodAuthorization.none
        var apiKeyRequired = false
        let requirements = (operation["security"] ?? root["security"])?.elements ?? []
        for entry in requirements.flatMap(\.entries) {
            guard let declared = schemes.first(where: { $0.key == entry.key }) else {
                diagnostics.warning(
                    at: entry.keyLocation,
                    "no security scheme is named \(entry.key.quotedForMessage)",
                    suggestion: Suggestion.didYouMean(entry.key, among: schemes.map(\.key)),
                )
                continue
            }
            let name = ConfigurationNode.Scalar(text: entry.key, isPlain: false, contentLocation: entry.keyLocation)
            let authorizer = LocatedText(name, at: entry.keyLocation)
            switch scheme(declared) {
            case .apiKey: apiKeyRequired = true
            case .iam: authorization = .iam
            case .authorizer(.cognito):
                authorization = .cognito(
                    authorizer: authorizer,
                    scopes: members.texts(entry.value, "scopes").map(\.text),
                )
            case .authorizer: authorization = .custom(authorizer: authorizer)
            case nil: break
            }
        }
        switch members.text(operation[Self.prefix + "auth"]?["type"], "type")?.text.uppercased() {
        case "AWS_IAM": authorization = .iam
        case "NONE": authorization = .none
        default: break
        }
        return (authorization, apiKeyRequired)
    }
}
