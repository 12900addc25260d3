/// What an operator learns about functions on this machine.
public struct FunctionLog: Sendable {
    public typealias Write = @Sendable (_ function: String, _ requestID: String?, _ text: String) -> Void

    /// A line that a function has printed.
    public var line: Write
    /// Why an invocation came to nothing, or a process had to be killed.
    public var problem: Write

    public init(line: @escaping Write, problem: @escaping Write) {
        self.line = line
        self.problem = problem
    }
}
