import ArgumentParser
import Headgate
import JSONPath
import OrderedJSON

/// `headgate jsonpath`: evaluates a path on a document.
struct EvaluatePath: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jsonpath",
        abstract: "Evaluates a JSONPath expression (Jayway's dialect) on a JSON document.",
        discussion: """
            Prints the result as JSON; an indefinite path (.., *, a filter, a slice) gives a list, a path that finds
            nothing prints nothing and exits with 1.

            Examples:
              headgate jsonpath '$.items[?(@.price < 20)].name' order.json
              curl -s http://127.0.0.1:8081/orders/1 | headgate jsonpath '$.lines.length()' -
            """,
    )

    @Argument(help: "The expression.")
    var expression: String

    @Argument(help: "The document; - reads standard input.")
    var file = "-"

    @Flag(help: "Print the result over several lines.")
    var pretty = false

    @Option(
        help: ArgumentHelp("Parse and evaluate so many times and print what that costs instead.", valueName: "times")
    )
    var `repeat`: Int?

    func validate() throws {
        if let count = `repeat`, count < 1 { throw ValidationError("--repeat takes a number above 0.") }
    }

    func run() async throws {
        let path: JSONPath
        do {
            path = try JSONPath(expression)
        } catch {
            Terminal.error(String(describing: error))
            throw ExitCode.findings
        }
        guard let bytes = FileBytes.read(file) else {
            Terminal.error("\(file): cannot be read")
            throw ExitCode.machine
        }
        do {
            if let count = `repeat` {
                return try Repetition.report(count, "evaluations", bytes: bytes.count) {
                    _ = try path.evaluate(try JSONDocument(parsing: bytes).root)
                }
            }
            let document = try JSONDocument(parsing: bytes)
            let result = try path.evaluate(document.root)
            guard let value = result.value else {
                Terminal.error("\(expression) finds nothing")
                throw ExitCode.findings
            }
            var text: [UInt8] = []
            value.append(to: &text, style: pretty ? .pretty : .compact)
            Terminal.line(String(decoding: text, as: UTF8.self))
        } catch let error as JSONParseError {
            Terminal.error("\(file):\(error)")
            throw ExitCode.findings
        } catch let error as JSONPathError {
            Terminal.error(String(describing: error))
            throw ExitCode.findings
        }
    }
}
