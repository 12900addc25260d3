import OrderedJSON

/// What templates set in `$context`: the overrides of the request and the response, and members of their own.
///
/// It belongs to an exchange: what the request's template sets, the response's template can read.
public struct TemplateOverrides: Sendable, Hashable {
    /// The members of `$context.requestOverride`: `path`, `header` and `querystring` with the names that were set,
    /// and whatever else templates stored there.
    public var request: JSONObject

    /// The members of `$context.responseOverride`: `header` with the names that were set, `status` if it was set,
    /// and whatever else templates stored there.
    public var response: JSONObject

    /// Other members of `$context` that templates set.
    public var context: JSONObject

    /// Overrides at the start of an exchange are empty; those of a request's template are handed to the response's.
    public init(
        request: JSONObject = JSONObject(),
        response: JSONObject = JSONObject(),
        context: JSONObject = JSONObject(),
    ) {
        self.request = request
        self.response = response
        self.context = context
    }

    /// Whether nothing was set.
    public var isEmpty: Bool { request.isEmpty && response.isEmpty && context.isEmpty }

    /// The path parameters, headers or query parameters that replace those of the request, in the order in which
    /// they were set. Values are strings, lists or whatever the template assigned.
    public func request(_ group: ParameterGroup) -> JSONObject { request[group.rawValue]?.object ?? [:] }

    /// The headers that replace those of the response.
    public var responseHeaders: JSONObject { response["header"]?.object ?? [:] }

    /// What was assigned to `$context.responseOverride.status`; may be no status at all.
    public var responseStatus: JSONValue? { response["status"] }
}
