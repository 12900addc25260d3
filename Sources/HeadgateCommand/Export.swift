import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateOpenAPI

/// `headgate export`: an OpenAPI document from a directory of pipeline files.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the OpenAPI document of an API from its pipeline files.",
        discussion: """
            The directory is one that has an api: in one of its files, such as headgate import writes. The document has API
            Gateway's extensions, so that the service imports it. Without --output it goes to standard output.

            Examples:
              headgate export pipelines
              headgate export pipelines --output petstore.json
              headgate export pipelines --format swagger
            """,
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case openapi, swagger
    }

    @Argument(help: "A directory of pipeline files.")
    var directory = "pipelines"

    @Option(name: .shortAndLong, help: "The file to write; JSON if its name ends with .json, else YAML.")
    var output: String?

    @Option(help: "What to write: openapi (3.0) or swagger (2.0). Default: what was imported.")
    var format: Format?

    func run() async throws {
        let diagnostics = Diagnostics()
        let api = PipelineFilesReader(diagnostics: diagnostics)
            .api(inFolder: directory, environment: Environment.current)
        Terminal.findings(diagnostics)
        guard let api, !diagnostics.hasErrors else { throw ExitCode.findings }
        let writer = OpenAPIWriter(api, format: definitionFormat(of: api))
        guard let output else {
            Terminal.text(writer.yaml)
            return
        }
        let text = output.lowercased().hasSuffix(".json") ? writer.json : writer.yaml
        guard FileBytes.write(text, to: output, replacing: true) else {
            Terminal.error("\(output): cannot be written")
            throw ExitCode.machine
        }
    }

    private func definitionFormat(of api: RestAPI) -> DefinitionFormat? {
        switch format {
        case nil: return nil
        case .swagger: return .swagger
        case .openapi:
            if case .openAPI = api.format { return nil }
            return .openAPI("3.0.1")
        }
    }
}
