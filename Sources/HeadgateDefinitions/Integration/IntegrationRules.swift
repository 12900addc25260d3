import Headgate

/// What API Gateway refuses when it is given an integration, with its own words where they are known,
/// and what this version cannot do. Values that could not be read have been reported, and do not count as missing.
struct IntegrationRules {
    let settings: IntegrationSettings
    let registry: StageRegistry
    let diagnostics: Diagnostics

    func check() {
        checkType()
        checkMethod()
        checkURI()
        checkConnection()
        checkTransferMode()
        warnOfUnused()
    }

    private func error(_ key: String, _ message: String, expected: String? = nil, suggestion: String? = nil) {
        diagnostics.error(at: settings.place(key), message, expected: expected, suggestion: suggestion)
    }

    private func checkType() {
        guard settings.isAWS, registry[IntegrationStages.dispatchKind(settings.type)] == nil else { return }
        error(
            "type",
            "integrations of type \(settings.type) are not available in this version",
            expected: "expected one of: HTTP, HTTP_PROXY, MOCK",
        )
    }

    private func checkMethod() {
        guard !settings.isMock, settings.type != "AWS_PROXY", settings.written("httpMethod") == nil else { return }
        error(
            "httpMethod",
            "Enumeration value for HttpMethod must be non-empty",
            expected: "expected httpMethod: one of " + IntegrationFields.methods.joined(separator: ", "),
        )
    }

    private func checkURI() {
        guard !settings.isMock else { return }
        guard let uri = settings.uri else {
            guard settings.written("uri") == nil else { return }
            error(
                "uri",
                "the key \"uri\" is missing",
                expected: "expected uri: " + (settings.isHTTP ? "a URL" : "an ARN"),
            )
            return
        }
        if settings.isHTTP { checkURL(uri) } else { checkARN(uri) }
    }

    private func checkURL(_ uri: String) {
        let lower = uri.lowercased()
        guard !lower.hasPrefix("http://"), !lower.hasPrefix("https://") else { return }
        var suggestion: String?
        if lower.hasPrefix("arn:") {
            suggestion = "type AWS or AWS_PROXY calls what an ARN names"
        } else if lower.hasPrefix("${stagevariables.") || !uri.contains("://") {
            suggestion = "write http:// or https:// in front of it"
        }
        error(
            "uri",
            "Invalid HTTP endpoint specified for URI",
            expected: "expected a URL that starts with http:// or https://",
            suggestion: suggestion,
        )
    }

    /// `arn:PARTITION:apigateway:REGION:SERVICE:path|action/…`
    private func checkARN(_ uri: String) {
        let parts = uri.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "apigateway" else {
            error(
                "uri",
                "Invalid ARN specified in the request",
                expected: "expected arn:aws:apigateway:REGION:SERVICE:path/… or …:action/…",
            )
            return
        }
        guard parts[5].hasPrefix("path/") || parts[5].hasPrefix("action/") else {
            error(
                "uri",
                "AWS ARN for integration must contain path or action",
                expected: "expected path/ or action/ behind the service",
            )
            return
        }
        let service = parts[4].split(separator: ".").last.map(String.init) ?? ""
        guard settings.type == "AWS_PROXY", service != "lambda", service != "firehose" else { return }
        error(
            "uri",
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
            suggestion: "type AWS calls other services",
        )
    }

    private func checkConnection() {
        if settings.connectionType == "VPC_LINK" {
            if !settings.isHTTP {
                error(
                    "connectionType",
                    "an integration of type \(settings.type) cannot use a VPC link",
                    expected: "expected INTERNET",
                )
            } else if settings.connectionID == nil, settings.written("integrationTarget") == nil {
                error(
                    "connectionType",
                    "a VPC link is wanted, and \"connectionId\" is missing",
                    expected: "expected connectionId: LINK",
                )
            }
        } else if settings.connectionID != nil {
            error(
                "connectionId",
                "a connectionId stands without connectionType: VPC_LINK",
                suggestion: "leave it out",
            )
        }
    }

    private func checkTransferMode() {
        guard settings.transferMode == "STREAM", !settings.isProxy else { return }
        diagnostics.warning(
            at: settings.place("responseTransferMode"),
            "an integration of type \(settings.type) cannot stream its response: it is buffered",
            expected: "expected BUFFERED, or type HTTP_PROXY",
        )
    }

    /// The service stores these and never looks at them. What it prints for every integration is not
    /// worth a warning.
    private func warnOfUnused() {
        var unused: [String] = []
        if settings.isProxy { unused = ["requestTemplates", "contentHandling"] }
        if settings.isMock { unused = ["uri", "tlsConfig"] }
        if !settings.isAWS { unused += ["credentials", "endpoint"] }
        if !settings.isHTTP { unused.append("policy") }
        for key in unused {
            guard let entry = settings.written(key) else { continue }
            diagnostics.warning(
                at: entry.keyLocation,
                "an integration of type \(settings.type) does not use \"\(key)\"",
            )
        }
        guard settings.isProxy else { return }
        for response in settings.responses ?? [] {
            guard case .mapping(let entries) = response.node.value,
                let entry = entries.first(where: { $0.key != "statusCode" })
            else { continue }
            diagnostics.warning(
                at: entry.keyLocation,
                "an integration of type \(settings.type) does not use \"\(entry.key)\": the backend's response goes to the client as it is",
            )
        }
    }
}
