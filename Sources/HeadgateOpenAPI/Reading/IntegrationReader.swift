import Headgate

/// Reads an integration in either of its two spellings: OpenAPI's, with `responses` by pattern, and the
/// service's own, with a list `integrationResponses`. What API Gateway refuses is refused in its words.
struct IntegrationReader {
    enum Form {
        /// `x-amazon-apigateway-integration`.
        case openAPI
        /// The Integration resource: pipeline files, CloudFormation.
        case resource
    }

    let form: Form
    let members: MemberReader
    let variables: DefinitionVariables

    private var diagnostics: Diagnostics { members.diagnostics }

    private static let shared: Set<String> = [
        "type", "httpMethod", "uri", "connectionType", "connectionId", "integrationTarget", "integration-target",
        "credentials", "requestParameters", "requestTemplates", "passthroughBehavior", "contentHandling",
        "timeoutInMillis", "cacheNamespace", "cacheKeyParameters", "tlsConfig", "responseTransferMode",
    ]
    private static let responseKeys: Set<String> = [
        "statusCode", "selectionPattern", "responseParameters", "responseTemplates", "contentHandling",
    ]

    /// nil, after a report, for what is no integration.
    func integration(from node: ConfigurationNode) -> APIIntegration? {
        guard node.isMapping else {
            diagnostics.error(at: node.location, "the integration is \(node.found)", expected: "expected a mapping")
            return nil
        }
        checkKeys(of: node)
        guard refuseOtherKinds(node) else { return nil }
        guard let typeNode = node["type"], !typeNode.isNull else {
            diagnostics.warning(
                at: node.location,
                "the integration has no type; the method is not served",
                expected: "expected type: one of http, http_proxy, aws, aws_proxy, mock",
            )
            return nil
        }
        guard let kind = members.word(typeNode, "type", of: APIIntegration.Kind.self) else { return nil }
        var integration = APIIntegration(kind: kind)
        integration.place = Place(node.location)
        if kind != .mock { readBackend(node, into: &integration) }
        readRequest(node, into: &integration)
        integration.responses =
            form == .openAPI ? responsesByPattern(node["responses"]) : responseList(node["integrationResponses"])
        IntegrationChecks(integration: integration, diagnostics: diagnostics).run()
        return integration
    }

    private func readBackend(_ node: ConfigurationNode, into integration: inout APIIntegration) {
        if let method = members.text(node["httpMethod"], "httpMethod") {
            integration.httpMethod = method.text.uppercased()
            if !(Route.anyMethods + ["ANY"]).contains(method.text.uppercased()) {
                diagnostics.error(
                    at: method.location,
                    "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
                )
            }
        } else {
            diagnostics.error(
                at: node.location,
                "Enumeration value for HttpMethod must be non-empty",
                expected: "expected httpMethod: the backend's method, or ANY",
            )
        }
        if let uri = members.text(node["uri"], "uri") {
            integration.uri = variables.apply(to: uri, asURL: integration.kind.isHTTP)
        } else if node["uri"]?.isNull ?? true {
            diagnostics.error(
                at: node.location,
                integration.kind.isHTTP
                    ? "Invalid HTTP endpoint specified for URI" : "Invalid ARN specified in the request",
                expected: "expected uri: " + (integration.kind.isHTTP ? "a URL" : "an ARN"),
            )
        }
        integration.connectionType = members.word(
            node["connectionType"],
            "connectionType",
            of: APIIntegration.ConnectionType.self,
        )
        integration.connectionID = variables.apply(to: members.text(node["connectionId"], "connectionId"))
        integration.integrationTarget = variables.apply(
            to: members.text(node["integrationTarget"] ?? node["integration-target"], "integrationTarget")
        )
        if let tls = node["tlsConfig"] {
            integration.insecureSkipVerification = members.boolean(
                tls["insecureSkipVerification"],
                "insecureSkipVerification",
            )
            if let name = tls.entry("serverNameToVerify") {
                diagnostics.warning(at: name.keyLocation, "serverNameToVerify belongs to HTTP APIs and has no effect")
            }
        }
    }

    private func readRequest(_ node: ConfigurationNode, into integration: inout APIIntegration) {
        integration.credentials = variables.apply(to: members.text(node["credentials"], "credentials"))
        integration.requestParameters = parameters(node["requestParameters"], "requestParameters")
        integration.requestTemplates = templates(node["requestTemplates"], "requestTemplates")
        integration.passthroughBehavior = members.word(
            node["passthroughBehavior"] ?? node["passThroughBehavior"],
            "passthroughBehavior",
            of: APIIntegration.PassthroughBehavior.self,
        )
        integration.contentHandling = contentHandling(node["contentHandling"])
        integration.timeoutInMillis = members.integer(node["timeoutInMillis"], "timeoutInMillis")
        integration.cacheNamespace = variables.apply(to: members.text(node["cacheNamespace"], "cacheNamespace"))
        integration.cacheKeyParameters = members.texts(node["cacheKeyParameters"], "cacheKeyParameters")
        integration.responseTransferMode = members.word(
            node["responseTransferMode"],
            "responseTransferMode",
            of: APIIntegration.TransferMode.self,
        )
    }

    private func contentHandling(_ node: ConfigurationNode?) -> APIIntegration.ContentHandling? {
        if node?.text == "" { return nil }
        return members.word(node, "contentHandling", of: APIIntegration.ContentHandling.self)
    }

    // MARK: Keys

    private func checkKeys(of node: ConfigurationNode) {
        if let misspelt = node.entry("passThroughBehavior"), form == .openAPI {
            diagnostics.warning(
                at: misspelt.keyLocation,
                "\"passThroughBehavior\" is read as \"passthroughBehavior\"",
                suggestion: "write passthroughBehavior",
            )
        }
        if let version = node.entry("payloadFormatVersion") {
            diagnostics.warning(
                at: version.keyLocation,
                "payloadFormatVersion belongs to HTTP APIs and has no effect: functions get events of version 1.0",
                suggestion: "leave it out",
            )
        }
        let responses = form == .openAPI ? "responses" : "integrationResponses"
        let ignored: Set<String> = ["passThroughBehavior", "payloadFormatVersion", "$ref"]
        members.warnOfUnknown(node, known: Self.shared.union(ignored).union([responses]), in: "an integration")
    }

    /// An integration of the kind of API that is not this one.
    private func refuseOtherKinds(_ node: ConfigurationNode) -> Bool {
        guard let subtype = node.entry("integrationSubtype") else { return true }
        diagnostics.error(
            at: subtype.keyLocation,
            "integrationSubtype belongs to HTTP APIs (API Gateway version 2); this reads REST APIs",
            expected: "expected an integration with type and uri",
        )
        return false
    }

    // MARK: Responses

    private func responsesByPattern(_ node: ConfigurationNode?) -> [APIIntegrationResponse] {
        var responses: [APIIntegrationResponse] = []
        for entry in members.mapping(node, "responses") {
            guard var response = response(from: entry.value) else { continue }
            response.place = Place(entry.keyLocation)
            if entry.key != "default" {
                let scalar = ConfigurationNode.Scalar(
                    text: entry.key,
                    isPlain: false,
                    contentLocation: entry.keyLocation,
                )
                response.selectionPattern = LocatedText(scalar, at: entry.keyLocation)
            }
            add(response, to: &responses)
        }
        return responses
    }

    private func responseList(_ node: ConfigurationNode?) -> [APIIntegrationResponse] {
        guard let node, !node.isNull else { return [] }
        var responses: [APIIntegrationResponse] = []
        switch node.value {
        case .mapping(let entries):
            for entry in entries {
                var value = entry.value
                if value["statusCode"] == nil, value.isMapping || value.isNull {
                    let status = ConfigurationNode.Scalar(
                        text: entry.key,
                        isPlain: true,
                        contentLocation: entry.keyLocation,
                    )
                    let key = ConfigurationNode.Entry(
                        key: "statusCode",
                        keyLocation: entry.keyLocation,
                        value: ConfigurationNode(.scalar(status), at: entry.keyLocation),
                    )
                    value = ConfigurationNode(.mapping([key] + value.entries), at: value.location)
                }
                if let response = response(from: value) { add(response, to: &responses) }
            }
        default:
            for element in members.list(node, "integrationResponses") {
                if let response = response(from: element) { add(response, to: &responses) }
            }
        }
        return responses
    }

    private func response(from node: ConfigurationNode) -> APIIntegrationResponse? {
        guard node.isMapping else {
            diagnostics.error(
                at: node.location,
                "the response is \(node.found)",
                expected: "expected a mapping with statusCode",
            )
            return nil
        }
        let known = form == .openAPI ? Self.responseKeys.subtracting(["selectionPattern"]) : Self.responseKeys
        members.warnOfUnknown(node, known: known, in: "an integration response")
        guard let statusNode = node["statusCode"], !statusNode.isNull else {
            diagnostics.error(
                at: node.location,
                "the key \"statusCode\" is missing",
                expected: "expected statusCode: a status from 100 to 599",
            )
            return nil
        }
        guard let status = members.status(statusNode, "statusCode") else { return nil }
        var response = APIIntegrationResponse(status: status)
        response.place = Place(node.location)
        if form == .resource, let pattern = members.text(node["selectionPattern"], "selectionPattern"),
            !pattern.text.isEmpty
        {
            response.selectionPattern = pattern
        }
        response.responseParameters = parameters(node["responseParameters"], "responseParameters")
        response.responseTemplates = templates(node["responseTemplates"], "responseTemplates")
        response.contentHandling = contentHandling(node["contentHandling"])
        return response
    }

    /// The service keeps responses by their status: of two with one status the last stays.
    private func add(_ response: APIIntegrationResponse, to responses: inout [APIIntegrationResponse]) {
        if let index = responses.firstIndex(where: { $0.status == response.status }) {
            diagnostics.warning(
                at: response.place.location,
                "two integration responses have the status \(response.status); API Gateway keeps the last",
                expected: "the first stands in line \(responses[index].place.location.line)",
                suggestion: "join their patterns with |",
            )
            responses.remove(at: index)
        }
        responses.append(response)
    }

    // MARK: Maps

    private func parameters(_ node: ConfigurationNode?, _ name: String) -> [Named<LocatedText>] {
        members.mapping(node, name).compactMap { entry in
            guard let text = members.text(entry.value, entry.key) else { return nil }
            return Named(entry.key, variables.apply(to: text), at: Place(entry.keyLocation))
        }
    }

    private func templates(_ node: ConfigurationNode?, _ name: String) -> [Named<LocatedText?>] {
        members.mapping(node, name).compactMap { entry in
            switch entry.value.value {
            case .null:
                return Named(entry.key, nil, at: Place(entry.keyLocation))
            case .scalar(let scalar):
                return Named(entry.key, LocatedText(scalar, at: entry.value.location), at: Place(entry.keyLocation))
            case .mapping, .sequence:
                // People forget the quotes around `{"statusCode": 200}`: what they mean is the JSON text.
                diagnostics.warning(
                    at: entry.value.location,
                    "the template is \(entry.value.found), not a text; its JSON is taken",
                    suggestion: "put the template in quotes, or write it as a block behind |",
                )
                let text = DefinitionTree(entry.value).compactText
                let scalar = ConfigurationNode.Scalar(
                    text: text,
                    isPlain: false,
                    contentLocation: entry.value.location,
                )
                return Named(entry.key, LocatedText(scalar, at: entry.value.location), at: Place(entry.keyLocation))
            }
        }
    }
}
