import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateGateway

/// `headgate check`: every mistake in every file, in one run.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Reports what is wrong in pipeline files or OpenAPI documents, with line, column and what to write instead.",
        discussion: """
            Examples:
              headgate check
              headgate check pipelines/orders.yaml
              headgate check --openapi petstore.yaml --strict
              headgate check --json | jq '.[].message'
            """,
    )

    @Argument(help: "A directory of pipeline files, or one file. (default: pipelines)")
    var path: String?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @OptionGroup var documents: DocumentArguments

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        try gateway.validate(path, documents)
        let options = gateway.options()
        let apis = documents.documents(gateway, environment: options.environment)
        let path = path ?? (apis.isEmpty ? "pipelines" : apis.map(\.path).joined(separator: ", "))
        let loaded =
            apis.isEmpty
            ? try await Gateway.check(pipelines: path, options: options)
            : try await Gateway.check(documents: apis, options: options)
        let printer = DiagnosticPrinter(sources: loaded.sources, isColoured: !json && Terminal.isColoured)
        if json {
            Terminal.line(printer.json(loaded.diagnostics))
        } else if loaded.diagnostics.isEmpty {
            Terminal.line("\(path): \(loaded.pipelines.count) pipelines, nothing to complain about")
        } else {
            Terminal.line(printer.text(loaded.diagnostics))
        }
        let isBad = loaded.diagnostics.contains { documents.reading.strict || $0.severity == .error }
        if isBad { throw ExitCode.findings }
    }
}
