import Headgate

/// A mapping expression or target that API Gateway would refuse, in its words, and what to write instead.
public struct InvalidMapping: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let message: String
    public let expected: String?
    public let suggestion: String?

    init(_ message: String, expected: String? = nil, suggestion: String? = nil) {
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }

    public var description: String {
        [message, expected, suggestion].compactMap { $0 }.joined(separator: "; ")
    }

    var asInvalidValue: InvalidValue {
        InvalidValue(message, expected: expected, suggestion: suggestion)
    }
}
