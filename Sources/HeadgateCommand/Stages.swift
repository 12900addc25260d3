import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateGateway

/// `headgate stages`: the kinds of stage there are, or the reference of one.
struct Stages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the kinds of stage, or shows the reference of one.",
        discussion: """
            Examples:
              headgate stages
              headgate stages http
            """,
    )

    @Argument(help: "A kind of stage.")
    var kind: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var plugins: PluginArguments

    func run() async throws {
        let registry = try plugins.registry()
        guard let kind else {
            Terminal.line(json ? ReferencePages.listJSON(of: registry) : ReferencePages.list(of: registry))
            return
        }
        guard let declaration = registry[kind] else {
            let hint =
                Suggestion.didYouMean(kind, among: registry.kinds) ?? "there are: "
                + registry.kinds.joined(separator: ", ")
            Terminal.error("no stage is called \(kind.quotedForMessage); \(hint)")
            throw ExitCode.findings
        }
        Terminal.line(ReferencePages.page(of: declaration))
    }
}
