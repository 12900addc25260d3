/// Why an expression cannot be compiled, or why its evaluation was given up.
public struct JSONPathError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Who has to change something: the author of the expression, or the sender of the document.
    public enum Reason: Sendable, Hashable {
        /// The expression is malformed.
        case syntax
        /// A limit of ``JSONPathLimits`` was reached.
        case limit
    }

    /// Whether the expression is wrong or needs too much.
    public let reason: Reason

    /// The expression as it was given.
    public let expression: String

    /// Zero-based offset into the expression's UTF-8 bytes.
    public let offset: Int

    /// What was found and what was expected.
    public let message: String

    /// What may have been meant, for example `did you mean 'contains'?`.
    public let suggestion: String?

    /// One line: the message, the suggestion, the expression and the offset.
    public var description: String {
        let hint = suggestion.map { "; \($0)" } ?? ""
        return "\(message)\(hint), at offset \(offset) of \"\(expression)\""
    }
}

/// A failure while parsing a part of an expression; ``JSONPath`` adds the expression.
struct PathSyntaxError: Error {
    var offset: Int
    var message: String
    var suggestion: String?
    var reason = JSONPathError.Reason.syntax

    func describing(_ expression: String) -> JSONPathError {
        JSONPathError(
            reason: reason,
            expression: expression,
            offset: offset,
            message: message,
            suggestion: suggestion,
        )
    }
}
