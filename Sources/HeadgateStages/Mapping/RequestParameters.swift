import Headgate

/// The parameter mappings of a request, sorted out once: what is constant is worked out, header names
/// are looked up in the backend's rules.
public struct RequestParameters: Sendable {
    private struct HeaderMapping: Sendable {
        let name: String
        let source: ParameterSource
        let rule: BackendKind.HeaderRule
        /// The value of a literal, cleaned.
        let constant: String?
    }

    private struct Named: Sendable {
        let name: String
        let source: ParameterSource
        /// The value of a literal in the form that the place wants.
        let constant: String?
    }

    private let headers: [HeaderMapping]
    private let query: [Named]
    private let path: [Named]
    /// Two mappings name one header in different letter case, or a stage before may have set headers.
    private let hasRepeatedHeaders: Bool
    /// Whether the request's payload is needed.
    public let readsBody: Bool
    /// Whether there is no mapping at all.
    public let isEmpty: Bool

    /// Prepares mappings for one kind of backend, which decides what becomes of header names that are not the
    /// author's to set.
    public init(_ mappings: [ParameterMapping], backend: BackendKind) {
        var headers: [HeaderMapping] = []
        var query: [Named] = []
        var path: [Named] = []
        for mapping in mappings {
            var literal: String?
            if case .literal(let text) = mapping.source { literal = text }
            switch mapping.target {
            case .header(let name):
                headers.append(
                    HeaderMapping(
                        name: name,
                        source: mapping.source,
                        rule: backend.rule(forMapped: name),
                        constant: literal.map(HeaderText.cleaned),
                    )
                )
            case .query(let name):
                // A literal is written as it shall stand in the URI, so its escapes are escapes.
                query.append(
                    Named(
                        name: name,
                        source: mapping.source,
                        constant: literal.map { $0.withBytes(PercentCoding.decodeForm) },
                    )
                )
            case .path(let name):
                path.append(Named(name: name, source: mapping.source, constant: nil))
            }
        }
        let names = headers.map { $0.name.lowercased() }
        hasRepeatedHeaders = Set(names).count < names.count
        // API Gateway leaves open which one wins; here it is the last by name.
        if hasRepeatedHeaders { headers.sort { $0.name < $1.name } }
        self.headers = headers
        self.query = query
        self.path = path
        readsBody = mappings.contains { $0.source.readsBody }
        isEmpty = mappings.isEmpty
    }

    /// Sets what the mappings say on the exchange's integration request: header fields, query parameters, and
    /// values for the URI's `{name}`.
    /// - Throws: a 400 where a payload that is mapped is no JSON, a 500 for a header that must not be mapped.
    public func apply(to exchange: Exchange) throws(GatewayFailure) {
        if isEmpty { return }
        try apply(to: exchange, readsBody ? PayloadReader(exchange.request.body.bytes ?? [], side: .request) : nil)
        exchange.trace?.noteMappings(exchange, isEmpty: false)
    }

    func apply(to exchange: Exchange, _ payload: PayloadReader?) throws(GatewayFailure) {
        if isEmpty { return }
        for mapping in path {
            guard let value = try mapping.source.value(exchange, payload)?.joined else { continue }
            let form = mapping.source.isURIForm ? value : URIEncoding.encode(data: value)
            exchange.integrationRequest.pathParameters.append((mapping.name, form))
        }
        for mapping in query {
            if let constant = mapping.constant {
                if !constant.isEmpty { exchange.integrationRequest.query.add(mapping.name, constant) }
                continue
            }
            switch try mapping.source.value(exchange, payload) {
            case .one(let value):
                // The client's percent escapes mean what they say: they are not escaped a second time.
                let decoded = mapping.source.isPath ? PercentCoding.decode(value[...]) : value
                exchange.integrationRequest.query.add(mapping.name, decoded)
            case .many(let values):
                for value in values { exchange.integrationRequest.query.add(mapping.name, value) }
            case nil:
                continue
            }
        }
        let mustReplace = hasRepeatedHeaders || !exchange.integrationRequest.headers.isEmpty
        for mapping in headers {
            let value: String
            if let constant = mapping.constant {
                value = constant
            } else {
                guard let found = try mapping.source.value(exchange, payload) else { continue }
                value = HeaderText.cleaned(found.joined)
            }
            guard !value.isEmpty else { continue }
            switch mapping.rule {
            case .drop: continue
            case .refuse: throw Self.refused(mapping.name)
            case .send:
                if mustReplace {
                    exchange.integrationRequest.headers.setUnchecked(mapping.name, value)
                } else {
                    exchange.integrationRequest.headers.addUnchecked(mapping.name, value)
                }
            }
        }
    }

    /// A 500 for a header that must not be mapped.
    static func refused(_ name: String) -> GatewayFailure {
        .internalError(
            "Execution failed due to configuration error: \(name) header already present",
            type: .default5XX,
            reason: "illegal-header",
        )
    }
}

extension ParameterSource {
    fileprivate var isPath: Bool {
        if case .path = self { return true }
        return false
    }
}
