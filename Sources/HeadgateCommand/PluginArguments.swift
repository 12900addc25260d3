import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateGateway

/// Where the plugins are, for commands that show kinds of stage and load no pipelines.
struct PluginArguments: ParsableArguments {
    @Option(help: "The folder of plugins. Default: plugins in the working directory, if there is one.")
    var plugins: String?

    /// All kinds of stage, or every mistake in a plugin and exit code 1.
    func registry() throws -> StageRegistry {
        var options = GatewayOptions()
        options.plugins = plugins
        do throws(GatewayLoadError) {
            return try StageKinds(options).registry(withPluginsBeside: "pipelines", options)
        } catch {
            Terminal.error(
                DiagnosticPrinter(sources: error.sources, isColoured: Terminal.isErrorColoured).text(error.diagnostics)
            )
            throw ExitCode.findings
        }
    }
}
