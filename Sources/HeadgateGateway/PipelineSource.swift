import Headgate
import HeadgateDefinitions

/// Where pipelines come from, and how they are loaded: again and again in the same way.
struct PipelineSource: Sendable {
    /// A directory, or one file.
    let path: String
    let loader: DefinitionsLoader
    /// The folder of plugins, which bring kinds of stage of their own.
    let plugins: String?

    init(path: String, options: GatewayOptions, kinds: StageKinds) {
        self.path = path
        plugins = PluginFolder.path(beside: path, options)
        loader = DefinitionsLoader(
            registry: kinds.registry,
            services: kinds.services,
            environment: options.environment,
            deployment: options.deployment,
        )
    }

    func load() -> LoadedDefinitions {
        var loader = loader
        var folder = plugins.map { PluginFolder($0) }
        folder?.register(in: &loader.registry)
        var loaded = load(with: loader)
        if let folder {
            loaded.watched += folder.watched
            loaded.add(folder.diagnostics)
        }
        return loaded
    }

    private func load(with loader: DefinitionsLoader) -> LoadedDefinitions {
        let isFile = [".yaml", ".yml", ".json"].contains { path.lowercased().hasSuffix($0) }
        return isFile ? loader.load(files: [path]) : loader.load(directory: path)
    }

    /// A generation, or everything that is wrong.
    func generation(number: Int) -> Result<(Generation, LoadedDefinitions), GatewayLoadError> {
        let definitions = load()
        guard !definitions.hasErrors else { return .failure(GatewayLoadError(definitions)) }
        let generation = Generation(number: number, pipelines: definitions.pipelines, deployment: loader.deployment)
        return .success((generation, definitions))
    }
}
