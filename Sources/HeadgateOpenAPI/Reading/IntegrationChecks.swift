import Headgate

/// What API Gateway refuses about an integration that can be read, in its words.
struct IntegrationChecks {
    let integration: APIIntegration
    let diagnostics: Diagnostics

    func run() {
        checkURI()
        checkConnection()
        checkTimeout()
        checkMediaTypes(integration.requestTemplates)
        for parameter in integration.requestParameters {
            MappingExpressions(diagnostics: diagnostics).checkRequest(parameter, isAWS: integration.kind.isAWS)
        }
        for response in integration.responses {
            checkMediaTypes(response.responseTemplates)
            for parameter in response.responseParameters {
                MappingExpressions(diagnostics: diagnostics).checkResponse(parameter)
            }
        }
    }

    private var place: SourceLocation { integration.place.location }

    private func checkURI() {
        guard let uri = integration.uri else { return }
        if integration.kind.isHTTP { checkURL(uri) } else { checkARN(uri) }
    }

    private func checkURL(_ uri: LocatedText) {
        let lower = uri.text.lowercased()
        guard !lower.hasPrefix("http://"), !lower.hasPrefix("https://") else { return }
        diagnostics.error(
            at: uri.location,
            "Invalid HTTP endpoint specified for URI",
            expected: "expected a URL that starts with http:// or https://",
            suggestion: lower.hasPrefix("arn:") ? "type aws or aws_proxy calls what an ARN names" : nil,
        )
    }

    /// `arn:PARTITION:apigateway:REGION:[SUBDOMAIN.]SERVICE:path|action/…`
    private func checkARN(_ uri: LocatedText) {
        let parts = uri.text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "apigateway" else {
            diagnostics.error(
                at: uri.location,
                "Invalid ARN specified in the request",
                expected: "expected arn:aws:apigateway:REGION:SERVICE:path/… or …:action/…",
            )
            return
        }
        guard parts[5].hasPrefix("path/") || parts[5].hasPrefix("action/") else {
            diagnostics.error(at: uri.location, "AWS ARN for integration must contain path or action")
            return
        }
        let service = parts[4].split(separator: ".").last.map(String.init) ?? ""
        guard integration.kind == .awsProxy, service != "lambda", service != "firehose" else { return }
        diagnostics.error(
            at: uri.location,
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
            suggestion: "type aws calls other services",
        )
    }

    private func checkConnection() {
        switch integration.connectionType {
        case .vpcLink where !integration.kind.isHTTP:
            diagnostics.error(
                at: place,
                "an integration of type \(integration.kind.rawValue) cannot use a VPC link",
                expected: "expected connectionType: INTERNET, or type http or http_proxy",
            )
        case .vpcLink where integration.connectionID == nil:
            diagnostics.error(
                at: place,
                "the key \"connectionId\" is missing",
                expected: "expected connectionId: the VPC link",
            )
        default: break
        }
    }

    private func checkTimeout() {
        guard let timeout = integration.timeoutInMillis else { return }
        // Beyond 29 s only where the account's quota was raised, or for a stream; here there is no quota.
        let largest = integration.responseTransferMode == .stream ? 900_000 : 29_000
        if timeout < 50 || timeout > 900_000 {
            diagnostics.error(
                at: place,
                "Timeout should be between 50 ms and \(largest) ms",
                expected: "found timeoutInMillis: \(timeout)",
            )
        }
    }

    /// A media type, or `$default`.
    private func checkMediaTypes(_ templates: [Named<LocatedText?>]) {
        for template in templates {
            let parts = template.name.split(separator: "/", omittingEmptySubsequences: false)
            let isMediaType = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            guard template.name != "$default", !isMediaType else { continue }
            diagnostics.error(
                at: template.place.location,
                "Validation Result: warnings : [], errors : [Invalid content type specified: \(template.name)]",
                expected: "expected a media type such as application/json",
            )
        }
    }
}
