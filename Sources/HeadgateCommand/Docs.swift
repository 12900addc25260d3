import ArgumentParser
import HeadgateDefinitions
import HeadgateGateway
import HeadgateLua

/// `headgate docs`: the reference pages, generated from the declarations of stages and files.
struct Docs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the reference of stages and pipeline files, generated from their declarations.",
        discussion: """
            Examples:
              headgate docs docs/reference
              headgate docs docs/reference --check      exits with 1 when a page is stale
            """,
    )

    @Argument(help: "The directory to write to.")
    var directory: String

    @Flag(help: "Write nothing; exit with 1 when a page is not what would be written.")
    var check = false

    @OptionGroup var plugins: PluginArguments

    func run() async throws {
        let registry = try plugins.registry()
        let pages = [
            ("stages.md", ReferencePages.stagesPage(of: registry)),
            ("pipeline-files.md", ReferencePages.pipelineFilePage(of: registry)),
            ("lua.md", LuaReference.page),
            ("headgate.lua", LuaReference.stubs),
            ("pipeline.schema.json", SchemaGenerator.schema(for: registry)),
        ].map { name, text in ("\(directory)/\(name)", text.last == "\n" ? text : text + "\n") }
        if check {
            let stale = pages.filter { path, text in FileBytes.read(path) != Array(text.utf8) }.map(\.0)
            guard stale.isEmpty else {
                Terminal.error("not fresh: \(stale.joined(separator: ", ")); run make docs and commit what it changes")
                throw ExitCode.findings
            }
            return
        }
        guard FileBytes.makeDirectory(directory) else {
            Terminal.error("\(directory): the directory cannot be made")
            throw ExitCode.machine
        }
        for (path, text) in pages where !FileBytes.write(text, to: path, replacing: true) {
            Terminal.error("\(path): cannot be written")
            throw ExitCode.machine
        }
    }
}
