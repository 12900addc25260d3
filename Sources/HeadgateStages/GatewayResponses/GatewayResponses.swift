import Headgate
import OrderedJSON

/// An API's gateway responses: what it answers by itself, customised by type (API Gateway's GatewayResponse).
///
/// A type's own entry goes before `DEFAULT_4XX` and `DEFAULT_5XX` and inherits nothing from them. What an
/// entry does not say is the service's default.
public struct GatewayResponses: FailureResponses {
    /// One customised response.
    public struct Entry: Sendable {
        /// Which failures it answers.
        public var type: GatewayResponseType
        /// nil: the failure's own status.
        public var status: Int?
        /// Header field to value.
        public var headers: [(name: String, source: ParameterSource)]
        /// Media type to template.
        public var templates: [(type: String, template: GatewayResponseTemplate)]

        /// An entry; what it leaves out is the service's default.
        public init(
            type: GatewayResponseType,
            status: Int? = nil,
            headers: [(name: String, source: ParameterSource)] = [],
            templates: [(type: String, template: GatewayResponseTemplate)] = [],
        ) {
            self.type = type
            self.status = status
            self.headers = headers
            self.templates = templates
        }
    }

    private let entries: [GatewayResponseType: Entry]

    /// Responses by type; of two for one type the last counts.
    public init(_ entries: [Entry]) {
        self.entries = Dictionary(entries.map { ($0.type, $0) }) { _, last in last }
    }

    /// The customised response, or the service's default where nothing is customised. Sets `$context.error` before it
    /// renders.
    public func response(to failure: GatewayFailure, in exchange: Exchange) -> MethodResponse {
        guard let entry = entry(for: failure) else { return failure.response() }
        Self.describe(failure, in: exchange)
        var response = failure.response()
        response.status = entry.status ?? failure.status
        if let (type, template) = Self.template(of: entry, accept: exchange.request.headers.first("Accept")) {
            response.body = .bytes(template.render(exchange))
            response.headers.setUnchecked("Content-Type", type)
        }
        for header in entry.headers {
            guard case .send(let name) = ResponseHeaderRule(mapped: header.name),
                let value = (try? header.source.value(exchange, nil))?.joined
            else { continue }
            response.headers.setUnchecked(name, HeaderText.cleaned(value))
        }
        return response
    }

    /// `REQUEST_TOO_LARGE` is listed among the types, but cannot be customised; what has no type of the
    /// service's cannot either.
    private func entry(for failure: GatewayFailure) -> Entry? {
        if entries.isEmpty || failure.type == .requestTooLarge || failure.type == .forbidden { return nil }
        return entries[failure.type] ?? entries[failure.status >= 500 ? .default5XX : .default4XX]
    }

    /// `$context.error`, for templates and header values.
    private static func describe(_ failure: GatewayFailure, in exchange: Exchange) {
        let quoted = failure.message.map { JSONWriter.string(.string($0)) }
        var members: JSONObject = ["responseType": .string(failure.type.name)]
        members["message"] = .string(failure.message ?? "null")
        members["messageString"] = .string(quoted ?? "null")
        // Escaped, so that it may stand between quotes: the service's answers show it so.
        if let detail = failure.validationDetail {
            members["validationErrorString"] = .string(
                String(JSONWriter.string(.string(detail)).dropFirst().dropLast())
            )
        }
        exchange.contextMembers.removeAll { $0.name == "error" }
        exchange.contextMembers.append(("error", .object(members)))
    }

    /// By the client's first media type, else `application/json`, else the first.
    private static func template(of entry: Entry, accept: String?) -> (String, GatewayResponseTemplate)? {
        let wanted = accept.map { String(MediaType.first(of: $0)) }
        let chosen =
            entry.templates.first { template in wanted.map { template.type.equalsIgnoringASCIICase($0) } ?? false }
            ?? entry.templates.first { $0.type == MediaType.json } ?? entry.templates.first
        return chosen.map { ($0.type, $0.template) }
    }
}
