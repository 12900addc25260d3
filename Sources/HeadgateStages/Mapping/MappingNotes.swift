import Headgate

extension Trace {
    /// What parameter mappings set, for somebody who wonders why a field is not there.
    func noteMappings(_ exchange: Exchange, isEmpty: Bool) {
        guard !isEmpty else { return }
        let request = exchange.integrationRequest
        note(
            "parameters",
            (request.pathParameters.map { "path.\($0.name)=\($0.value.quotedForMessage)" }
                + request.query.items.map { "querystring.\($0.name)=\($0.value.quotedForMessage)" }
                + request.headers.fields.map { "header.\($0.name)=\($0.value.quotedForMessage)" })
                .joined(separator: ", "),
        )
    }
}

extension Overrides {
    /// `header.X=1, path.id=2`.
    var requestText: String {
        (requestHeaders.map { "header.\($0.name)=" + $0.values.joined(separator: ",") }
            + requestQuery.map { "querystring.\($0.name)=" + $0.values.joined(separator: ",") }
            + requestPath.map { "path.\($0.name)=\($0.value)" }).joined(separator: ", ")
    }

    var responseText: String {
        (responseHeaders.map { "header.\($0.name)=" + $0.values.joined(separator: ",") }
            + (responseStatus.map { ["status=\($0)"] } ?? [])).joined(separator: ", ")
    }
}

extension GatewayFailure {
    /// A 500 for an override that cannot be sent.
    static func invalidOverride(_ kind: String, _ name: String) -> GatewayFailure {
        .internalError(
            "the template overrides the \(kind) \(name.quotedForMessage), which is no name for one",
            type: .default5XX,
            reason: "override",
        )
    }
}

extension ParameterSource: CustomStringConvertible {
    /// As it is written.
    public var description: String {
        switch self {
        case .path(let name): "method.request.path." + name
        case .query(let name): "method.request.querystring." + name
        case .multiValueQuery(let name): "method.request.multivaluequerystring." + name
        case .header(let name): "method.request.header." + name
        case .multiValueHeader(let name): "method.request.multivalueheader." + name
        case .responseHeader(let name): "integration.response.header." + name
        case .responseMultiValueHeader(let name): "integration.response.multivalueheader." + name
        case .body(let side): side.bodyExpression
        case .bodyPath(let path): path.expression
        case .context(let variable): "context." + variable.name
        case .stageVariable(let name): "stageVariables." + name
        case .literal(let text): "'" + text + "'"
        }
    }
}

extension TemplateTable {
    /// For `explain`: each template by its media type.
    var details: [(name: String, text: String)] {
        entries.map { ("template " + $0.key, $0.template?.text ?? "(none: the body passes)") }
    }
}
