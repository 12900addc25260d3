/// What an operator learns about functions on this machine.
public struct FunctionLog: Sendable {
    /// Takes a line: the function's name, the invocation's id where it is known, and the text. Called from any
    /// thread.
    public typealias Write = @Sendable (_ function: String, _ requestID: String?, _ text: String) -> Void

    /// A line that a function has printed.
    public var line: Write
    /// Why an invocation came to nothing, or a process had to be killed.
    public var problem: Write

    /// A log that hands lines on.
    /// - Parameters:
    ///   - line: what a function has printed.
    ///   - problem: what the gateway has to say about a function: it does not start, it was killed.
    public init(line: @escaping Write, problem: @escaping Write) {
        self.line = line
        self.problem = problem
    }
}
