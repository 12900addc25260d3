import Headgate

/// A `functions:` block: Lambda functions that run on this machine.
enum FunctionBlock {
    static let documentation =
        "Lambda functions that run on this machine, as processes that speak the Lambda Runtime API. "
        + "Pipelines call them by name or by an ARN that ends in it."

    private static let name = Field(
        required: "name",
        FieldType<String>.scalar(.text(format: "function name"), expectation: "1 to 64 letters, digits, - or _") {
            scalar,
            _ throws(InvalidValue) in
            let isName = scalar.text.utf8.allSatisfy {
                PercentCoding.isUnreserved($0) && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "~")
            }
            guard isName, (1...64).contains(scalar.text.utf8.count) else { throw InvalidValue() }
            return scalar.text
        },
        "By which pipelines and the Invoke API call it.",
    )
    private static let command = Field(
        required: "command",
        commandType,
        "The program that asks for invocations, with its arguments: `python3 -m awslambdaric app.handler`, `./bootstrap`.",
    )
    private static let handler = Field(
        "handler",
        FieldType<String>.string,
        default: "",
        "What the runtime client runs: `app.handler`. The program finds it in `_HANDLER`.",
    )
    private static let code = Field(
        "code",
        FieldType<String>.string,
        default: ".",
        shown: ".",
        "The folder of the code, from this file's on. The program starts there, and anew when a file in it has changed, "
            + "which is looked at every fifth of a second at most.",
    )
    private static let environment = Field(
        "environment",
        FieldType<[MapEntry<String>]>.map(keys: "variable", of: .string),
        default: [],
        "Environment variables, beside those that Lambda sets.",
    )
    private static let memory = Field(
        "memory",
        FieldType<Int>.integer(128...10_240, unit: "MB"),
        default: 128,
        shown: "128",
        "What the function may use. On Linux the resident memory of its process is looked at ten times a second while it works; "
            + "one that uses more is killed.",
    )
    private static let timeout = Field(
        "timeout",
        FieldType<Int>.integer(1...900, unit: "seconds"),
        default: 3,
        shown: "3",
        "How long an invocation may take; then the process is killed. An integration's `timeoutInMillis` answers the client "
            + "with a 504 before that, where it is shorter.",
    )
    private static let concurrency = Field(
        "concurrency",
        FieldType<Int>.integer(1...100),
        default: 10,
        shown: "10",
        "How many processes may run at once; more calls are refused, as Lambda throttles them.",
    )

    /// A text that is split at blanks, or a list.
    private static let commandType = FieldType<[String]>(
        .either([.text(format: "command"), .list(of: .text(format: nil))]),
        expectation: "a command, or a list of its words",
    ) { node, context in
        if case .sequence = node.value {
            guard let words = FieldType<[String]>.list(of: .string).decode(node, context) else { return nil }
            if !words.isEmpty { return words }
        } else if case .scalar(let scalar) = node.value {
            let words = scalar.text.split(separator: " ").map(String.init)
            if !words.isEmpty { return words }
        }
        context.mismatch(node, expected: "a command such as python3 -m awslambdaric app.handler")
        return nil
    }

    static let record = Record<FunctionDefinition>(
        "functions",
        documentation,
        fields: [name, command, handler, code, environment, memory, timeout, concurrency],
    ) { settings in
        FunctionDefinition(
            name: try settings[name],
            command: try settings[command],
            handler: try settings[handler],
            code: try settings[code],
            environment: try settings[environment].map { ($0.key, $0.value) },
            memory: try settings[memory],
            timeoutMilliseconds: try settings[timeout] * 1000,
            concurrency: try settings[concurrency],
            location: settings.location,
        )
    }

    /// The good ones of a list, with their folders from the working directory on.
    static func functions(in node: ConfigurationNode, _ context: DecodingContext) -> [FunctionDefinition] {
        guard case .sequence(let nodes) = node.value else {
            context.diagnostics.error(
                at: node.location,
                "functions: found \(node.found)",
                expected: "expected a list of functions",
            )
            return []
        }
        return nodes.compactMap { node in
            guard var function = record.decode(node, context) else { return nil }
            let directory = context.directory ?? "."
            if !function.code.hasPrefix("/") {
                function.code = function.code == "." ? directory : directory + "/" + function.code
            }
            return function
        }
    }
}
