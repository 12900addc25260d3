/// Why a value does not fit a schema.
///
/// The texts are those of the Java validator for draft 4 that API Gateway's `validationErrorString` shows.
public struct ValidationError: Sendable, Hashable, CustomStringConvertible {
    /// The keyword that is not satisfied, e.g. `required`.
    public let keyword: String
    /// `object has missing required properties (["name"])`.
    public let message: String
    /// The JSON Pointer (RFC 6901) of the value that does not fit; empty for the whole instance.
    public let instance: String

    /// An error with its texts as they shall be shown; ``instance`` is a JSON Pointer or empty.
    public init(keyword: String, message: String, instance: String) {
        self.keyword = keyword
        self.message = message
        self.instance = instance
    }

    /// `/age: instance type (string) does not match any allowed primitive type (…)`; `the value` stands for the
    /// whole.
    public var description: String {
        "\(instance.isEmpty ? "the value" : instance): \(message)"
    }
}

/// How much work one validation may be. What needs more does not fit the schema.
public struct ValidationLimits: Sendable, Hashable {
    /// Schemas applied to values, and values compared. Recursive alternatives can need a number that is
    /// exponential in the depth of the instance. Default 1,000,000.
    public var steps: Int
    /// Schemas within schemas: recursive ones go as deep as the instance. Default 600.
    public var depth: Int
    /// Errors after which no more are looked for. Default 100.
    public var errors: Int

    /// Limits of one validation. Less than one counts as one, and a depth beyond 2,000 as 2,000, since schemas within
    /// schemas take stack.
    public init(steps: Int = 1_000_000, depth: Int = 600, errors: Int = 100) {
        self.steps = max(steps, 1)
        self.errors = max(errors, 1)
        self.depth = min(max(depth, 1), 2_000)
    }

    /// The defaults, which suit a request body.
    public static let `default` = ValidationLimits()
}
