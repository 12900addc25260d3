import ArgumentParser
import HeadgateGateway
import HeadgateTesting

/// `headgate plugin test`: the tests in a plugin's folder, without a network.
struct PluginTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the tests of plugins; no network is used.",
        discussion: """
            A plugin's tests are pipeline files in its folder `tests` that use it, with `tests:` as those of any
            pipeline; `mocks:` play the services that its script calls, `secrets:` are what it finds. Beside them
            may stand unit tests: a file NAME_test.lua returns a table of functions by name, which raise when they
            fail, and require the plugin's modules (`require("lib.path")`, `require("init")`).

            Examples:
              headgate plugin test plugins/*
              headgate plugin test plugins/redact --filter masked --trace
            """,
    )

    @Argument(help: "Folders of plugins.")
    var folders: [String]

    @Option(help: "Only tests whose pipeline or name contains this.")
    var filter: String?

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Flag(help: "Show the trace of tests that fail.")
    var trace = false

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        var passed = true
        for folder in folders.map(PluginPath.trimmed) {
            guard FileBytes.exists(folder + "/tests") else {
                Terminal.error("\(folder): has no folder tests")
                passed = false
                continue
            }
            var options = gateway.options()
            options.plugins = gateway.plugins ?? PluginPath.parent(folder)
            do {
                let results = try await PluginTestRunner(options: options).run(folder, filter: filter)
                if !json { Terminal.line("\(folder)") }
                Terminal.line(json ? results.json : results.text(Terminal.style, trace: trace))
                passed = passed && results.allPassed
            } catch {
                Terminal.error(String(describing: error))
                passed = false
            }
        }
        if !passed { throw ExitCode.findings }
    }
}
