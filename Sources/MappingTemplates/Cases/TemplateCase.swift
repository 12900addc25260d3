import OrderedJSON

/// A conformance case: a template, what it reads, and under which profile it runs. One JSON object, as a line of
/// the files in `Tests/Conformance/vtl` has it.
///
/// | member | holds |
/// | --- | --- |
/// | `id` | the case's name |
/// | `template` | the template's text |
/// | `profile` | `aws` or `velocity`; absent means `aws` |
/// | `body` | the payload, a string |
/// | `params` | `path`, `querystring` and `header`, each an object of strings |
/// | `context`, `stageVariables` | what `$context` and `$stageVariables` hold |
/// | `output`, or `error` | the text to expect, or the kind of failure |
/// | `override` | the overrides to expect, as ``TemplateCaseResult/override`` |
public struct TemplateCase: Sendable {
    /// The case's name, which its result repeats.
    public let id: String
    /// The text to compile.
    public let template: String
    /// Which Velocity it is for.
    public let profile: MappingTemplate.Profile
    /// What `$input.body` gives: the UTF-8 bytes of the member `body`, none without it.
    public let payload: [UInt8]
    /// What `$input.params` reads.
    public let parameters: TemplateParameterLists
    /// What `$context` reads, without the overrides.
    public let context: JSONObject
    /// What `$stageVariables` reads.
    public let stageVariables: JSONObject

    /// Reads a case.
    /// - Throws: ``TemplateCaseError`` naming the member that is missing or of the wrong kind.
    public init(_ value: JSONValue) throws(TemplateCaseError) {
        guard case .object(let object) = value else { throw TemplateCaseError("a case is a JSON object") }
        func string(_ name: String) throws(TemplateCaseError) -> String? {
            guard let member = object[name] else { return nil }
            guard let string = member.string else { throw TemplateCaseError("'\(name)' is not a string") }
            return string
        }
        func members(_ name: String) throws(TemplateCaseError) -> JSONObject {
            guard let member = object[name], member != .null else { return [:] }
            guard let members = member.object else { throw TemplateCaseError("'\(name)' is not an object") }
            return members
        }
        guard let id = try string("id") else { throw TemplateCaseError("'id' is missing") }
        guard let template = try string("template") else { throw TemplateCaseError("'template' is missing") }
        let name = try string("profile") ?? MappingTemplate.Profile.aws.rawValue
        guard let profile = MappingTemplate.Profile(rawValue: name) else {
            throw TemplateCaseError("'profile' is '\(name)'; there are aws and velocity")
        }
        let groups = try members("params")
        self.id = id
        self.template = template
        self.profile = profile
        payload = Array((try string("body") ?? "").utf8)
        parameters = TemplateParameterLists(
            path: Self.list(groups["path"]),
            querystring: Self.list(groups["querystring"]),
            header: Self.list(groups["header"]),
        )
        context = try members("context")
        stageVariables = try members("stageVariables")
    }

    private static func list(_ group: JSONValue?) -> [(name: String, value: String)] {
        guard let group = group?.object else { return [] }
        return zip(group.keys, group.values).map { (name: $0, value: $1.string ?? JSONWriter.string($1)) }
    }

    /// Renders the template.
    public func run(limits: TemplateLimits = .default) -> TemplateCaseResult {
        do {
            let compiled = try MappingTemplate(source: template, name: id, profile: profile, limits: limits)
            var output: [UInt8] = []
            var overrides = TemplateOverrides()
            let bindings = TemplateBindings(
                payload: payload,
                parameters: parameters,
                context: context,
                stageVariables: stageVariables,
            )
            try compiled.render(into: &output, with: bindings, overrides: &overrides)
            return TemplateCaseResult(id: id, outcome: .output(String(decoding: output, as: UTF8.self)), overrides)
        } catch let error as TemplateRenderError {
            return TemplateCaseResult(id: id, outcome: .error(kind: error.reason.kind, message: error.description))
        } catch {
            return TemplateCaseResult(id: id, outcome: .error(kind: "parse", message: String(describing: error)))
        }
    }
}

/// Why something is no ``TemplateCase``.
public struct TemplateCaseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence: the member and what is wrong with it.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension TemplateRenderError.Reason {
    /// The kind of failure, in the words of the cases.
    var kind: String {
        switch self {
        case .method: "method"
        case .jsonPath: "jsonpath"
        case .payload, .override, .limit, .template, .internal: "runtime"
        }
    }
}
