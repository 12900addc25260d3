import Headgate
import HeadgateDefinitions

/// Where pipelines come from, and how they are loaded: again and again in the same way.
struct PipelineSource: Sendable {
    enum Origin: Sendable {
        /// A directory, or one file.
        case path(String)
        case documents([APIDocument])

        /// What other folders stand beside.
        var path: String {
            switch self {
            case .path(let path): path
            case .documents(let documents): documents.first?.path ?? "."
            }
        }
    }

    let origin: Origin
    let loader: DefinitionsLoader
    /// The folder of plugins, which bring kinds of stage of their own.
    let plugins: String?
    private let options: GatewayOptions

    init(_ origin: Origin, options: GatewayOptions, kinds: StageKinds) {
        self.origin = origin
        self.options = options
        plugins = PluginFolder.path(beside: origin.path, options)
        var loader = DefinitionsLoader(
            registry: kinds.registry,
            services: kinds.services,
            environment: options.environment,
            deployment: options.deployment,
            deploymentStage: options.deploymentStage,
        )
        loader.linkFiles = options.linkFiles
        self.loader = loader
    }

    func load() -> LoadedDefinitions {
        var loader = loader
        var folder = plugins.map { PluginFolder($0, options) }
        folder?.register(in: &loader.registry)
        var loaded = load(with: loader)
        if let folder {
            loaded.watched += folder.watched
            loaded.add(folder.diagnostics)
        }
        return loaded
    }

    private func load(with loader: DefinitionsLoader) -> LoadedDefinitions {
        switch origin {
        case .path(let path):
            let isFile = [".yaml", ".yml", ".json"].contains { path.lowercased().hasSuffix($0) }
            return isFile ? loader.load(files: [path]) : loader.load(directory: path)
        case .documents(let documents):
            return load(documents, with: loader)
        }
    }

    private func load(_ documents: [APIDocument], with loader: DefinitionsLoader) -> LoadedDefinitions {
        let diagnostics = Diagnostics()
        let consulted = ConsultedFiles()
        var loader = loader
        loader.services[ConsultedFiles.self] = consulted
        let definitions = documents.flatMap {
            $0.definitions(isAlone: documents.count == 1, consulted, diagnostics)
        }
        var loaded = loader.load(imported: definitions, findings: diagnostics.all)
        if documents.contains(where: \.options.isStrict) {
            for index in loaded.diagnostics.indices { loaded.diagnostics[index].severity = .error }
        }
        return loaded
    }

    /// A generation, or everything that is wrong.
    func generation(number: Int) -> Result<(Generation, LoadedDefinitions), GatewayLoadError> {
        let definitions = load()
        guard !definitions.hasErrors else { return .failure(GatewayLoadError(definitions)) }
        let generation = Generation(number: number, pipelines: definitions.pipelines, deployment: loader.deployment)
        return .success((generation, definitions))
    }
}
