import OrderedJSON

/// What a template reads.
public struct TemplateBindings {
    /// The payload, any bytes: `$input.body`. It is parsed when `$input.path` or `$input.json` first asks.
    public var payload: [UInt8]

    /// The request's parameters: `$input.params`.
    public var parameters: (any TemplateParameters)?

    /// The members of `$context`, without `requestOverride` and `responseOverride`.
    public var context: (any TemplateMembers)?

    /// The members of `$stageVariables`.
    public var stageVariables: (any TemplateMembers)?

    /// Bindings of one rendering. What is left out is empty: `$input.body` is the empty string, `$context.x` has no
    /// value.
    public init(
        payload: [UInt8] = [],
        parameters: (any TemplateParameters)? = nil,
        context: (any TemplateMembers)? = nil,
        stageVariables: (any TemplateMembers)? = nil,
    ) {
        self.payload = payload
        self.parameters = parameters
        self.context = context
        self.stageVariables = stageVariables
    }
}

/// An object whose members are asked for one by one, so that a host need not build those that no template reads.
public protocol TemplateMembers {
    /// The member of this name; nil if there is none. May be called again for the same name.
    func member(_ name: String) -> TemplateMember?

    /// The names of all members, in the order in which they are listed and printed.
    var memberNames: [String] { get }
}

/// A member of `$context` or `$stageVariables`.
public enum TemplateMember {
    /// A value, which templates see as the Java value of the same kind.
    case value(JSONValue)
    /// A nested object. Templates can change what they read of it; the host's object stays as it is.
    case members(any TemplateMembers)

    /// A member that is a string.
    public static func string(_ text: String) -> TemplateMember { .value(.string(text)) }
}

/// The members of a JSON object.
extension JSONObject: TemplateMembers {
    /// The member of this name as a value; nil if there is none.
    public func member(_ name: String) -> TemplateMember? { self[name].map { .value($0) } }

    /// The keys in the object's order.
    public var memberNames: [String] { keys }
}

/// The groups of `$input.params()`, in the order in which `$input.params('name')` searches them.
public enum ParameterGroup: String, Sendable, CaseIterable {
    /// `$input.params().path`, `.querystring` and `.header`.
    case path, querystring, header
}

/// A request's parameters. A name that was sent several times has one value here.
public protocol TemplateParameters {
    /// The value of a parameter; nil if there is none of this name. Names are compared as the host likes.
    func parameter(_ name: String, in group: ParameterGroup) -> String?

    /// All parameters of a group, in order.
    func parameters(in group: ParameterGroup) -> [(name: String, value: String)]
}

/// Parameters in lists.
public struct TemplateParameterLists: TemplateParameters, Sendable {
    /// The path parameters, `$input.params().path`, decoded.
    public var path: [(name: String, value: String)]
    /// The query parameters, `$input.params().querystring`, decoded.
    public var querystring: [(name: String, value: String)]
    /// The header fields, `$input.params().header`. Names are compared exactly.
    public var header: [(name: String, value: String)]

    /// Parameters from lists, in the order in which templates shall list them.
    public init(
        path: [(name: String, value: String)] = [],
        querystring: [(name: String, value: String)] = [],
        header: [(name: String, value: String)] = [],
    ) {
        self.path = path
        self.querystring = querystring
        self.header = header
    }

    /// The parameter of this name; of several the last, as the service has it.
    public func parameter(_ name: String, in group: ParameterGroup) -> String? {
        parameters(in: group).last { $0.name == name }?.value
    }

    /// The list of a group, with every pair that is in it.
    public func parameters(in group: ParameterGroup) -> [(name: String, value: String)] {
        switch group {
        case .path: path
        case .querystring: querystring
        case .header: header
        }
    }
}
