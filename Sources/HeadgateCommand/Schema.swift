import ArgumentParser
import HeadgateDefinitions
import HeadgateGateway

/// `headgate schema`: a JSON Schema of pipeline files, for editors.
struct Schema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a JSON Schema of pipeline files, for completion and checks in an editor.",
        discussion: """
            Example:
              headgate schema > pipeline.schema.json
              # then, as the first line of a pipeline file:
              # yaml-language-server: $schema=pipeline.schema.json
            """,
    )

    @OptionGroup var plugins: PluginArguments

    func run() async throws {
        Terminal.line(SchemaGenerator.schema(for: try plugins.registry()))
    }
}
