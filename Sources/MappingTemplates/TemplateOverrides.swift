import OrderedJSON

/// What templates set in `$context`: the overrides of the request and the response, and members of their own.
///
/// It belongs to an exchange: what the request's template sets, the response's template can read.
public struct TemplateOverrides: Sendable, Hashable {
    private struct Members: Hashable {
        var request = JSONObject()
        var response = JSONObject()
        var context = JSONObject()

        var isEmpty: Bool { request.isEmpty && response.isEmpty && context.isEmpty }
    }

    /// nil where nothing was set, as in most exchanges: then copies cost nothing.
    private var members: Members?

    /// The members of `$context.requestOverride`: `path`, `header` and `querystring` with the names that were set,
    /// and whatever else templates stored there.
    public var request: JSONObject {
        get { members?.request ?? JSONObject() }
        set { change { $0.request = newValue } }
    }

    /// The members of `$context.responseOverride`: `header` with the names that were set, `status` if it was set,
    /// and whatever else templates stored there.
    public var response: JSONObject {
        get { members?.response ?? JSONObject() }
        set { change { $0.response = newValue } }
    }

    /// Other members of `$context` that templates set.
    public var context: JSONObject {
        get { members?.context ?? JSONObject() }
        set { change { $0.context = newValue } }
    }

    /// Nothing is set at the start of an exchange; what a request's template sets is handed to the response's.
    public init() {}

    /// Overrides as they come from elsewhere, a test for instance.
    public init(request: JSONObject, response: JSONObject = JSONObject(), context: JSONObject = JSONObject()) {
        change { $0 = Members(request: request, response: response, context: context) }
    }

    private mutating func change(_ body: (inout Members) -> Void) {
        var changed = members ?? Members()
        body(&changed)
        members = changed.isEmpty ? nil : changed
    }

    /// Whether nothing was set.
    public var isEmpty: Bool { members == nil }

    /// The path parameters, headers or query parameters that replace those of the request, in the order in which
    /// they were set. Values are strings, lists or whatever the template assigned.
    public func request(_ group: ParameterGroup) -> JSONObject { request[group.rawValue]?.object ?? [:] }

    /// The headers that replace those of the response.
    public var responseHeaders: JSONObject { response["header"]?.object ?? [:] }

    /// What was assigned to `$context.responseOverride.status`; may be no status at all.
    public var responseStatus: JSONValue? { response["status"] }
}
