import Headgate

/// What happens to a request's body for which there is no template: API Gateway's `passthroughBehavior`.
public enum PassthroughBehavior: String, Sendable, CaseIterable {
    /// It passes as it is.
    case whenNoMatch = "WHEN_NO_MATCH"
    /// It passes if there are no templates at all.
    case whenNoTemplates = "WHEN_NO_TEMPLATES"
    /// It is refused.
    case never = "NEVER"

    /// Whether a body passes for which none of `templates` is meant.
    func passes(_ templates: TemplateTable) -> Bool {
        switch self {
        case .whenNoMatch: true
        case .whenNoTemplates: templates.isEmpty
        case .never: false
        }
    }
}

extension FieldType where Value == PassthroughBehavior {
    /// `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES` or `NEVER`.
    public static let passthroughBehavior = FieldType<String>.oneOf(PassthroughBehavior.allCases.map(\.rawValue))
        .map { PassthroughBehavior(rawValue: $0) ?? .whenNoMatch }
}
