/// A Lambda function that runs on this machine: an entry of a `functions:` block.
public struct FunctionDefinition: Sendable, Equatable {
    /// By which pipelines and the Invoke API call it.
    public var name: String
    /// The program that speaks the Lambda Runtime API, with its arguments: `python3 -m awslambdaric`.
    public var command: [String]
    /// `_HANDLER`: what the runtime client runs, `app.handler`.
    public var handler: String
    /// The folder of the code, `LAMBDA_TASK_ROOT`; the program starts there.
    public var code: String
    /// What the program gets beside Lambda's own variables, in order.
    public var environment: [(name: String, value: String)]
    /// In MB: what the function is told, `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    public var memory: Int
    /// How long one invocation may take, in milliseconds.
    public var timeoutMilliseconds: Int
    /// How many invocations run at once; more are refused as Lambda refuses them.
    public var concurrency: Int
    /// Where it was written; does not count when two definitions are compared, so that moving one restarts nothing.
    public var location: SourceLocation?

    /// A function; the defaults are Lambda's.
    public init(
        name: String,
        command: [String],
        handler: String = "",
        code: String = ".",
        environment: [(name: String, value: String)] = [],
        memory: Int = 128,
        timeoutMilliseconds: Int = 3000,
        concurrency: Int = 1,
        location: SourceLocation? = nil,
    ) {
        self.name = name
        self.command = command
        self.handler = handler
        self.code = code
        self.environment = environment
        self.memory = memory
        self.timeoutMilliseconds = timeoutMilliseconds
        self.concurrency = concurrency
        self.location = location
    }

    /// Whether a running function can serve for the other definition: everything but ``location`` is equal.
    public static func == (left: FunctionDefinition, right: FunctionDefinition) -> Bool {
        left.name == right.name && left.command == right.command && left.handler == right.handler
            && left.code == right.code
            && left.environment.elementsEqual(right.environment, by: ==) && left.memory == right.memory
            && left.timeoutMilliseconds == right.timeoutMilliseconds && left.concurrency == right.concurrency
    }
}
