/// Why rendering a template failed, and on which of its lines.
public struct TemplateRenderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is: whose fault, and so what a caller should be told.
    public enum Reason: Sendable, Hashable {
        /// A Java method threw an exception, or is not supported here.
        case method
        /// A JSONPath expression is malformed.
        case jsonPath
        /// The payload, or the argument of `$util.parseJson`, is no JSON.
        case payload
        /// A name was overridden twice.
        case override
        /// A limit of ``TemplateLimits`` was reached.
        case limit
        /// A directive cannot do what it should.
        case template
        /// The renderer contradicts itself.
        case `internal`
    }

    /// Which kind of failure it is.
    public var reason: Reason
    /// The name of the template.
    public var name: String
    /// Line of the template's text, from 1.
    public var line: Int
    /// What went wrong.
    public var message: String
    /// How to write it, if that can be told.
    public var suggestion: String?

    init(_ reason: Reason, line: Int, message: String, suggestion: String? = nil) {
        self.reason = reason
        name = "template"
        self.line = line
        self.message = message
        self.suggestion = suggestion
    }

    /// `name:line: message`, with the suggestion.
    public var description: String { "\(name):\(line): \(message)" + (suggestion.map { "; \($0)" } ?? "") }
}
