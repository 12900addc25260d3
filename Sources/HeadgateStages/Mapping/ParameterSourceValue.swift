import Headgate

/// What a mapping expression gave.
enum ParameterValue: Equatable {
    case one(String)
    /// Of `multivaluequerystring`, two or more.
    case many([String])

    /// As one text: several values are joined with commas, as header lists are.
    var joined: String {
        switch self {
        case .one(let value): value
        case .many(let values): values.joined(separator: ",")
        }
    }
}

extension ParameterSource {
    /// The value for one exchange; nil where it is missing, null or empty, and the mapping is skipped.
    /// - Parameter payload: of the side that the expression reads; nil gives nothing for body expressions.
    func value(_ exchange: Exchange, _ payload: PayloadReader?) throws(GatewayFailure) -> ParameterValue? {
        switch self {
        case .multiValueQuery(let name):
            let values = exchange.query.all(name)
            if values.count > 1 { return .many(values) }
            return values.first.flatMap { $0.isEmpty ? nil : .one($0) }
        default:
            guard let text = try text(exchange, payload), !text.isEmpty else { return nil }
            return .one(text)
        }
    }

    private func text(_ exchange: Exchange, _ payload: PayloadReader?) throws(GatewayFailure) -> String? {
        switch self {
        case .path(let name):
            return exchange.pathParameter(name)
        case .query(let name):
            return exchange.query.last(name)
        case .multiValueQuery(let name):
            return exchange.query.all(name).joined(separator: ",")
        case .header(let name):
            return ArrivalHeaders.last(exactly: name, of: exchange)
        case .multiValueHeader(let name):
            return ArrivalHeaders.all(exactly: name, of: exchange).joined(separator: ",")
        case .responseHeader(let name):
            return exchange.integrationResponse?.headers.last(exactly: name)
        case .responseMultiValueHeader(let name):
            return exchange.integrationResponse?.headers.all(exactly: name).joined(separator: ",")
        case .body:
            // A payload that claims to be JSON must be JSON, even where it is mapped as a whole.
            _ = try payload?.document()
            return payload?.text
        case .bodyPath(let path):
            return try payload?.document().flatMap { path.text(in: $0) }
        case .context(let variable):
            return variable.text(exchange)
        case .stageVariable(let name):
            return exchange.deployment.variable(name)
        case .literal(let text):
            return text
        }
    }

    /// Whether the payload is needed.
    var readsBody: Bool {
        switch self {
        case .body, .bodyPath: true
        default: false
        }
    }

    /// Whether the value stands in a URI's form already: what the client sent in its path, and what the
    /// operator wrote. Everything else is data.
    var isURIForm: Bool {
        switch self {
        case .path, .literal, .stageVariable: true
        default: false
        }
    }
}
