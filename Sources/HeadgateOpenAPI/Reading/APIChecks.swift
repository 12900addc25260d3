import Headgate

/// What only shows when an API is seen as a whole, however it was written.
struct APIChecks {
    let api: RestAPI
    let diagnostics: Diagnostics

    func run() {
        PathRules(diagnostics: diagnostics).check(api.methods)
        if let name = api.requestValidator { checkValidator(name) }
        for method in api.methods {
            checkParameters(of: method)
            if let name = method.requestValidator { checkValidator(name) }
            checkModels(of: method)
            checkAuthorization(of: method)
            checkCredentials(of: method)
            checkResponses(of: method)
            checkCacheKeys(of: method)
        }
        if !api.methods.contains(where: { $0.integration != nil }), !diagnostics.hasErrors {
            diagnostics.error(at: api.place.location, "The REST API doesn't contain any methods")
        }
    }

    private func checkParameters(of method: APIMethod) {
        var sources: [String: MethodParameter.Source] = [:]
        for parameter in method.parameters {
            if let source = sources[parameter.name], source != parameter.source {
                diagnostics.error(
                    at: parameter.place.location,
                    "Parameter names must be unique across querystring, header and path",
                    expected: "found \(parameter.name.quotedForMessage) twice",
                )
            }
            sources[parameter.name] = parameter.source
        }
    }

    private func checkValidator(_ name: LocatedText) {
        let names = api.requestValidators.map(\.name)
        guard !names.contains(name.text) else { return }
        diagnostics.warning(
            at: name.location,
            "Invalid Request Validator identifier specified",
            expected: names.isEmpty ? "the API has no validators" : "expected one of: " + names.joined(separator: ", "),
            suggestion: Suggestion.didYouMean(name.text, among: names),
        )
    }

    private static let builtInModels = ["Empty", "Error"]

    private func checkModels(of method: APIMethod) {
        let references = method.requestModels.map(\.value) + method.responses.flatMap { $0.models.map(\.value) }
        for case .named(let name) in references {
            guard api.model(name.text) == nil, !Self.builtInModels.contains(name.text) else { continue }
            diagnostics.error(
                at: name.location,
                "Invalid model identifier specified: \(name.text)",
                suggestion: Suggestion.didYouMean(name.text, among: api.models.map(\.name)),
            )
        }
    }

    private func checkAuthorization(of method: APIMethod) {
        let name: LocatedText
        switch method.authorization {
        case .none, .iam: return
        case .custom(let authorizer), .cognito(let authorizer, _): name = authorizer
        }
        guard api.authorizer(name.text) == nil else { return }
        diagnostics.error(
            at: name.location,
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid "
                + "authorizer.",
            suggestion: Suggestion.didYouMean(name.text, among: api.authorizers.map(\.name)),
        )
    }

    /// Calling with the caller's own credentials, where nobody asks the caller for them.
    private func checkCredentials(of method: APIMethod) {
        guard let integration = method.integration, integration.kind.isAWS, let credentials = integration.credentials,
            credentials.text.hasPrefix("arn:"), credentials.text.hasSuffix(":iam::*:user/*"),
            method.authorization != .iam
        else { return }
        diagnostics.error(
            at: credentials.location,
            "AWS_IAM Auth type is required for AWS integrations with identity forwarding specified",
            suggestion: "say x-amazon-apigateway-auth: {type: AWS_IAM} in \(method.route), or name a role",
        )
    }

    /// A status or header that is mapped but not declared.
    private func checkResponses(of method: APIMethod) {
        guard let integration = method.integration, !integration.kind.isProxy else { return }
        for response in integration.responses {
            guard let declared = method.responses.first(where: { $0.status == response.status }) else {
                diagnostics.warning(
                    at: response.place.location,
                    "Output mapping refers to an invalid method response: \(response.status)",
                    suggestion: "declare the status \(response.status) in the responses of \(method.route)",
                )
                continue
            }
            for parameter in response.responseParameters {
                let name = parameter.name.dropFirst("method.response.header.".utf8.count)
                guard parameter.name.hasPrefix("method.response.header."),
                    !declared.headers.contains(where: { $0.name.equalsIgnoringASCIICase(String(name)) })
                else { continue }
                diagnostics.warning(
                    at: parameter.place.location,
                    "the header \(name) is mapped, but not declared for the status \(response.status)",
                    suggestion: "declare it in the headers of that response",
                )
            }
        }
    }

    private func checkCacheKeys(of method: APIMethod) {
        for key in method.integration?.cacheKeyParameters ?? [] {
            guard key.text.hasPrefix("method.request."), !method.parameters.contains(where: { $0.key == key.text })
            else { continue }
            diagnostics.warning(at: key.location, "\(key.text) is a cache key, but no parameter of the method")
        }
    }
}
