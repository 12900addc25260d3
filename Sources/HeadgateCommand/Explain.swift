import ArgumentParser
import Headgate
import HeadgateTesting

/// `headgate explain`: the compiled stages, in words or as JSON.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a pipeline was compiled to, stage by stage.",
        discussion: """
            Examples:
              headgate explain                 every pipeline
              headgate explain orders          one
              headgate explain --json
              headgate explain --openapi petstore.yaml
            """,
    )

    @Argument(help: "Name of a pipeline; all of them when left out.")
    var pipeline: String?

    @Option(help: "A directory of pipeline files, or one file. (default: pipelines)")
    var pipelines: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var documents: DocumentArguments

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        let loaded = try gateway.load(pipelines, documents)
        let chosen = try pipeline.map { [try gateway.pipeline($0, of: loaded)] } ?? loaded.current.value.pipelines
        let explanation = Explanation(chosen)
        Terminal.line(SecretMask().masked(json ? explanation.json : explanation.text(Terminal.style)))
        await loaded.stop()
    }
}
