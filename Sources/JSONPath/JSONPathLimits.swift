/// How much work an expression may be and may cause.
public struct JSONPathLimits: Sendable, Hashable {
    /// Steps of one evaluation: one for each value looked at and each comparison, more for long texts and for
    /// objects with many members. Default 2,000,000, about 50 ms.
    public var steps: Int

    /// Limits of an evaluation; a negative number of steps counts as none.
    public init(steps: Int = 2_000_000) {
        self.steps = max(0, steps)
    }

    /// Two million steps, which suit a request or response body.
    public static let `default` = JSONPathLimits()

    /// Longest expression, in bytes.
    public static let expressionBytes = 65_536

    /// Most steps (properties, brackets, functions) of one path.
    public static let pathSteps = 256

    /// Deepest nesting of filters, parentheses and function arguments.
    public static let nesting = 48
}
