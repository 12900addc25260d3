import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateGateway

/// `headgate check`: every mistake in every file, in one run.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reports what is wrong in pipeline files, with line, column and what to write instead.",
        discussion: """
            Examples:
              headgate check
              headgate check pipelines/orders.yaml
              headgate check --json | jq '.[].message'
            """,
    )

    @Argument(help: "A directory of pipeline files, or one file.")
    var path = "pipelines"

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @Flag(help: "Take warnings for errors.")
    var strict = false

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        let loaded = try await Gateway.check(pipelines: path, options: gateway.options())
        let printer = DiagnosticPrinter(sources: loaded.sources, isColoured: !json && Terminal.isColoured)
        if json {
            Terminal.line(printer.json(loaded.diagnostics))
        } else if loaded.diagnostics.isEmpty {
            Terminal.line("\(path): \(loaded.pipelines.count) pipelines, nothing to complain about")
        } else {
            Terminal.line(printer.text(loaded.diagnostics))
        }
        let isBad = loaded.diagnostics.contains { strict || $0.severity == .error }
        if isBad { throw ExitCode.findings }
    }
}
