import Headgate
import HeadgateDefinitions

/// Where pipelines come from, and how they are loaded: again and again in the same way.
struct PipelineSource: Sendable {
    /// A directory, or one file.
    let path: String
    let loader: DefinitionsLoader

    init(path: String, options: GatewayOptions, kinds: StageKinds) {
        self.path = path
        loader = DefinitionsLoader(
            registry: kinds.registry,
            services: kinds.services,
            environment: options.environment,
            deployment: options.deployment,
        )
    }

    func load() -> LoadedDefinitions {
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
