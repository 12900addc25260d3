import Headgate
import HeadgateGateway
import HeadgateLua

/// Runs what is in a plugin's folder `tests`: pipeline files that use the plugin, and unit tests in Lua. Nothing
/// touches a network.
public struct PluginTestRunner: Sendable {
    private let options: GatewayOptions

    /// - Parameter options: with the folder of all plugins, of which the tests may use any.
    public init(options: GatewayOptions = GatewayOptions()) {
        self.options = options
    }

    /// - Parameters:
    ///   - folder: the plugin's own.
    ///   - filter: only tests whose pipeline, file or name contains this.
    /// - Throws: ``HeadgateGateway/GatewayLoadError`` with every mistake in the plugin and in the pipeline files.
    public func run(_ folder: String, filter: String? = nil) async throws -> PipelineTestResults {
        let found = PluginFolder(plugin: folder, options)
        guard let plugin = found.plugins.first, found.diagnostics.isEmpty else {
            throw GatewayLoadError(found.diagnostics)
        }
        let tests = found.tests
        var results = PipelineTestResults([])
        if tests.contains(where: { !$0.hasSuffix(PluginUnitTests.ending) }) {
            results = try await PipelineTestRunner(options: options).run(folder + "/tests", filter: filter)
        }
        var services = options.services
        services[(any LuaHost).self] = PlayedHost()
        services[LuaCache.self] = LuaCache()
        for file in tests where file.hasSuffix(PluginUnitTests.ending) {
            let path = folder + "/tests/" + file
            do throws(InvalidValue) {
                let all = filter.map(path.contains) ?? false
                let units = try PluginUnitTests(plugin, file: file)
                results.units += await units.run(services, filter: all ? nil : filter)
            } catch {
                throw GatewayLoadError([
                    Diagnostic(
                        at: SourceLocation(file: path, line: 1),
                        error.message ?? "the file cannot be read",
                        expected: error.expected,
                    )
                ])
            }
        }
        return results
    }

    /// What is wrong with the plugins that belong to `pipelines`, by their own tests: empty where all pass. For
    /// ``HeadgateGateway/GatewayOptions/acceptReload``.
    public func findings(pluginsBeside pipelines: String) async -> [Diagnostic] {
        guard let parent = PluginFolder.path(beside: pipelines, options) else { return [] }
        var options = options
        options.plugins = parent
        var findings: [Diagnostic] = []
        for plugin in PluginFolder(parent, options).plugins
        where !PluginFolder(plugin: plugin.folder, options).tests.isEmpty {
            do {
                findings += try await PluginTestRunner(options: options).run(plugin.folder).findings
            } catch let error as GatewayLoadError {
                findings += error.diagnostics
            } catch {
                findings.append(
                    Diagnostic(at: SourceLocation(file: plugin.folder, line: 1), String(describing: error))
                )
            }
        }
        return findings
    }
}
