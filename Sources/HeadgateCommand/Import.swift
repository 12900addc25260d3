import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateOpenAPI

/// `headgate import`: pipeline files from an API's definition.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes pipeline files from an OpenAPI document or a SAM or CloudFormation template.",
        discussion: """
            The directory gets api.yaml, with what the pipelines share, and one file for each resource. A template with
            several APIs gets a directory for each. headgate export writes the document back.

            Examples:
              headgate import petstore.yaml pipelines
              headgate import template.yaml pipelines --var Table=orders --strict
            """,
    )

    @Argument(help: "An OpenAPI or Swagger document, or a SAM or CloudFormation template.")
    var document: String

    @Argument(help: "The directory to write to.")
    var directory: String

    @Option(
        name: .customLong("stage-file"),
        help: ArgumentHelp("Describes the deployment stage, as x-stage does.", valueName: "file"),
    )
    var stageFile: String?

    @Flag(help: "Overwrite files that are there.")
    var force = false

    @OptionGroup var reading: DefinitionArguments

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        let diagnostics = Diagnostics()
        let options = reading.options(gateway, environment: Environment.current)
        let apis = DefinitionImport(options: options).apis(inFile: document, stageFile: stageFile, diagnostics)
        Terminal.findings(diagnostics)
        if diagnostics.hasErrors { throw ExitCode.findings }
        var taken: Set<String> = []
        let folders = apis.map { api in
            apis.count == 1 ? directory : directory + "/" + Self.unique(PipelineNodes.slug(of: api.name), &taken)
        }
        let files = zip(apis, folders).flatMap { api, folder in
            PipelineFiles(api).files.map { (path: folder + "/" + $0.name, text: $0.text) }
        }
        if !force, let present = files.first(where: { FileBytes.exists($0.path) }) {
            Terminal.error("\(present.path) is there already; choose another directory, or say --force")
            throw ExitCode.findings
        }
        for folder in folders where !FileBytes.makeDirectory(folder) {
            Terminal.error("\(folder): the directory cannot be made")
            throw ExitCode.machine
        }
        for file in files where !FileBytes.write(file.text, to: file.path, replacing: force) {
            Terminal.error("\(file.path): cannot be written")
            throw ExitCode.machine
        }
        for file in files { Terminal.line("wrote \(file.path)") }
        Terminal.line("\n  headgate explain --pipelines \(directory)\n  headgate serve \(directory)")
    }

    private static func unique(_ name: String, _ taken: inout Set<String>) -> String {
        var candidate = name
        var count = 2
        while !taken.insert(candidate.lowercased()).inserted {
            candidate = "\(name)-\(count)"
            count += 1
        }
        return candidate
    }
}
