import Headgate

/// The parameter mappings of an integration response, sorted out once.
struct ResponseParameters: Sendable {
    private struct HeaderMapping: Sendable {
        let sentName: String
        let source: ParameterSource
        /// The value of a literal, cleaned.
        let constant: String?
    }

    private let headers: [HeaderMapping]
    let readsBody: Bool
    let isEmpty: Bool
    private let hasRepeatedHeaders: Bool

    init(_ mappings: [ParameterMapping]) {
        var headers: [HeaderMapping] = []
        for mapping in mappings {
            guard case .header(let name) = mapping.target, case .send(let sentName) = ResponseHeaderRule(mapped: name)
            else { continue }
            var constant: String?
            if case .literal(let text) = mapping.source { constant = HeaderText.cleaned(text) }
            headers.append(HeaderMapping(sentName: sentName, source: mapping.source, constant: constant))
        }
        let names = headers.map { $0.sentName.lowercased() }
        hasRepeatedHeaders = Set(names).count < names.count
        if hasRepeatedHeaders { headers.sort { $0.sentName < $1.sentName } }
        self.headers = headers
        // A mapping that is dropped still reads its source, and fails where that cannot be read.
        readsBody = mappings.contains { $0.source.readsBody }
        isEmpty = headers.isEmpty
    }

    /// Adds the header fields that the mappings give.
    func apply(to headers: inout Headers, _ exchange: Exchange, _ payload: PayloadReader?) throws(GatewayFailure) {
        if readsBody { _ = try payload?.document() }
        for mapping in self.headers {
            let value: String
            if let constant = mapping.constant {
                value = constant
            } else {
                guard let found = try mapping.source.value(exchange, payload) else { continue }
                value = HeaderText.cleaned(found.joined)
            }
            guard !value.isEmpty else { continue }
            if hasRepeatedHeaders {
                headers.setUnchecked(mapping.sentName, value)
            } else {
                headers.addUnchecked(mapping.sentName, value)
            }
        }
    }
}
