import Headgate
import HeadgateDefinitions
import HeadgateGateway
import HeadgateLua

/// The example in a plugin's manifest, which readers copy: it must work.
struct PluginExample {
    private let plugin: LuaPlugin

    init(_ plugin: LuaPlugin) {
        self.plugin = plugin
    }

    /// What is wrong with it, and with the plugin when it is used as the example says.
    func findings() throws -> [Diagnostic] {
        var options = GatewayOptions()
        options.plugins = PluginPath.parent(plugin.folder)
        var registry = try StageKinds(options).registry
        registry.register(plugin.declaration)
        let loaded = DefinitionsLoader(registry: registry).load(
            text: text,
            file: plugin.folder + "/plugin.yaml",
            directory: plugin.folder,
        )
        return loaded.diagnostics.map { finding in
            // Lines of the example are not lines of the file.
            var finding = finding
            if finding.location.file.hasSuffix("/plugin.yaml") {
                finding.message = "the example: " + finding.message
                finding.location = SourceLocation(file: finding.location.file, line: 1)
            }
            return finding
        }
    }

    private var text: String {
        let isEntry = plugin.manifest.example.hasPrefix("- ")
        let lines = plugin.manifest.example.split(separator: "\n").enumerated().map { index, line in
            "  " + (isEntry ? "" : index == 0 ? "- " : "  ") + line
        }
        let proxy = "  - http-proxy: {uri: https://backend.example.com/}"
        let isBehind = plugin.manifest.phases == ["response"]
        let stages = isBehind ? [proxy] + lines : lines + [proxy]
        return "name: example\nroute: GET /example/{id}\nstages:\n" + stages.joined(separator: "\n") + "\n"
    }
}
