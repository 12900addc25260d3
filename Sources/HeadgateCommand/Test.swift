import ArgumentParser
import HeadgateTesting

/// `headgate test`: the `tests:` of pipeline files, without a network.
struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the tests that stand in pipeline files; no network is used.",
        discussion: """
            A test gives a request, says what the backend must have received and what it answers, and what the
            client must get. What differs is shown as a difference.

            Examples:
              headgate test
              headgate test pipelines/orders.yaml
              headgate test --filter orders --json
            """,
    )

    @Argument(help: "A directory of pipeline files, or one file.")
    var path = "pipelines"

    @Option(help: "Only tests whose pipeline or name contains this.")
    var filter: String?

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Flag(help: "Show the trace of tests that fail.")
    var trace = false

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        let results: PipelineTestResults
        do {
            results = try await PipelineTestRunner(options: gateway.options()).run(path, filter: filter)
        } catch {
            Terminal.error(String(describing: error))
            throw ExitCode.findings
        }
        Terminal.line(json ? results.json : results.text(Terminal.style, trace: trace))
        if !results.allPassed { throw ExitCode.findings }
    }
}
