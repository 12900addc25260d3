import ArgumentParser
import HeadgateDefinitions
import HeadgateGateway

/// `headgate plugin docs`: the reference in a plugin's README.
struct PluginDocs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs",
        abstract: "Writes the reference of plugins into their README.md, generated from the manifests.",
        discussion: """
            What stands in a README in front of the line `<!-- reference -->` is yours and stays; the rest is written.

            Examples:
              headgate plugin docs plugins/*
              headgate plugin docs plugins/* --check     exits with 1 when a README is stale
            """,
    )

    @Argument(help: "Folders of plugins.")
    var folders: [String]

    @Flag(help: "Write nothing; exit with 1 when a README is not what would be written.")
    var check = false

    private static let mark = "<!-- reference -->"

    func run() async throws {
        for folder in folders.map(PluginPath.trimmed) {
            let found = PluginFolder(plugin: folder)
            guard let plugin = found.plugins.first else {
                Terminal.error(
                    DiagnosticPrinter(sources: DiagnosticSources(), isColoured: false).text(found.diagnostics)
                )
                throw ExitCode.findings
            }
            let path = folder + "/README.md"
            let old = FileBytes.read(path).map { String(decoding: $0, as: UTF8.self) }
            let page = ReferencePages.page(of: plugin.declaration)
            let text =
                introduction(of: old, name: plugin.manifest.name, summary: plugin.manifest.summary)
                + Self.mark + "\n\n" + Self.lowered(page) + "\n"
            if text == old { continue }
            if check {
                Terminal.error("not fresh: \(path); run headgate plugin docs \(folder)")
                throw ExitCode.findings
            }
            guard FileBytes.write(text, to: path, replacing: true) else {
                Terminal.error("\(path): cannot be written")
                throw ExitCode.machine
            }
            Terminal.line("wrote \(path)")
        }
    }

    private func introduction(of old: String?, name: String, summary: String) -> String {
        guard let old else { return "# \(name)\n\n\(summary)\n\n" }
        var lines: [Substring] = []
        for line in old.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == Self.mark { return lines.map { $0 + "\n" }.joined() }
            lines.append(line)
        }
        return old.hasSuffix("\n\n") ? old : old + (old.hasSuffix("\n") ? "\n" : "\n\n")
    }

    /// The page's headings, one level lower, as the README has a title of its own.
    private static func lowered(_ page: String) -> String {
        var isCode = false
        return page.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return line.hasPrefix("#") && !isCode ? "#" + line : String(line)
        }.joined(separator: "\n")
    }
}
