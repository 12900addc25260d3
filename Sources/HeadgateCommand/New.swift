import ArgumentParser
import Headgate

/// `headgate new`: a pipeline file to start from, with a test.
struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a pipeline file to start from, with a test in it.",
        discussion: """
            Examples:
              headgate new orders                       pipelines/orders.yaml, an HTTP integration
              headgate new health --form mock
              headgate new enrich --form stages         stages spelled out, with a Lua script
            """,
    )

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case integration, stages, mock
    }

    @Argument(help: "Name of the pipeline; also of the file and of the first segment of its path.")
    var name: String

    @Option(help: "What to write: integration, stages or mock.")
    var form = Form.integration

    @Option(help: "The directory to write to.")
    var pipelines = "pipelines"

    func validate() throws {
        let isName = !name.isEmpty && name.utf8.allSatisfy { PercentCoding.isUnreserved($0) && $0 != UInt8(ascii: "~") }
        guard isName, name.first != "." else {
            throw ValidationError("\(name.quotedForMessage) is no name; use letters, digits, - and _")
        }
    }

    func run() async throws {
        let file = "\(pipelines)/\(name).yaml"
        guard FileBytes.makeDirectory(pipelines) else {
            Terminal.error("\(pipelines): the directory cannot be made")
            throw ExitCode.machine
        }
        guard !FileBytes.exists(file) else {
            Terminal.error("\(file) is there already; choose another name")
            throw ExitCode.findings
        }
        guard FileBytes.write(PipelineScaffold.text(form, name: name), to: file, replacing: false) else {
            Terminal.error("\(file): cannot be written")
            throw ExitCode.machine
        }
        Terminal.line(
            """
            wrote \(file)

              headgate test \(file)
              headgate invoke \(name) --pipelines \(file)\(form == .mock ? "" : " --answer 200 --answer-body '{\"name\": \"x\"}'")
              headgate serve \(pipelines)
            """
        )
    }
}
