import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateGateway

/// `headgate plugin check`: every mistake in plugins, without running them.
struct PluginCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reports what is wrong in plugins: the manifest, the scripts, the example.",
        discussion: """
            Example:
              headgate plugin check plugins/*
            """,
    )

    @Argument(help: "Folders of plugins.")
    var folders: [String]

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        var findings: [Diagnostic] = []
        var sources = DiagnosticSources()
        var count = 0
        for folder in folders.map(PluginPath.trimmed) {
            let found = PluginFolder(plugin: folder)
            findings += found.diagnostics
            for plugin in found.plugins {
                count += 1
                findings += try PluginExample(plugin).findings()
            }
        }
        for finding in findings { sources.add(file: finding.location.file) }
        let printer = DiagnosticPrinter(sources: sources, isColoured: !json && Terminal.isColoured)
        if json {
            Terminal.line(printer.json(findings))
        } else if findings.isEmpty {
            Terminal.line("\(count) plugin\(count == 1 ? "" : "s"), nothing to complain about")
        } else {
            Terminal.line(printer.text(findings))
        }
        if !findings.isEmpty { throw ExitCode.findings }
    }
}

/// Paths as shells complete them.
enum PluginPath {
    static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path = path.dropLast() }
        return String(path)
    }

    /// The folder that a plugin is in.
    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
