import Headgate

/// A mapping expression or target that API Gateway would refuse, in its words, and what to write instead.
public struct InvalidMapping: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let message: String
    /// What the service takes in this place; nil where ``message`` says it.
    public let expected: String?
    /// What was probably meant; nil where nothing is near.
    public let suggestion: String?

    init(_ message: String, expected: String? = nil, suggestion: String? = nil) {
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }

    /// All three in one line.
    public var description: String {
        [message, expected, suggestion].compactMap { $0 }.joined(separator: "; ")
    }

    var asInvalidValue: InvalidValue {
        InvalidValue(message, expected: expected, suggestion: suggestion)
    }
}
