import Headgate

/// One run of the loader: what it has read so far.
struct Loading {
    private let loader: DefinitionsLoader
    private let diagnostics: Diagnostics
    private let limits = ReadingLimits()
    private let record: Record<PipelineDraft>
    private let services: StageServices
    private let consulted: ConsultedFiles
    private var claims = PipelineClaims()
    private var loaded = LoadedDefinitions()

    init(loader: DefinitionsLoader, diagnostics: Diagnostics) {
        self.loader = loader
        self.diagnostics = diagnostics
        record = PipelineDraft.record(loader.registry)
        var services = loader.services
        consulted = services[ConsultedFiles.self] ?? ConsultedFiles()
        services[ConsultedFiles.self] = consulted
        self.services = services
    }

    /// - Parameter name: the file's name below the folder, for pipelines that have none of their own.
    mutating func read(_ path: String, named name: String) {
        loaded.watched.append(path)
        guard let text = SourceFile.read(path, shownAs: path, limits: limits, diagnostics) else { return }
        let slash = path.lastIndex(of: "/")
        read(text, named: name, directory: slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".")
    }

    mutating func read(bytes: [UInt8], file: String, directory: String?) {
        guard bytes.count <= limits.bytes else {
            diagnostics.error(at: SourceLocation(file: file, line: 1), "the text is larger than \(limits.bytes >> 20) MiB")
            return
        }
        guard let text = SourceText.checked(file: file, bytes: bytes, diagnostics) else { return }
        read(text, named: String(file.split(separator: "/").last ?? ""), directory: directory)
    }

    func finished(watching folders: [String]) -> LoadedDefinitions {
        var result = loaded
        result.watched += consulted.all + folders
        result.diagnostics = diagnostics.sorted
        result.sources.keep(Set(result.diagnostics.map(\.location.file)))
        for file in Set(result.diagnostics.map(\.location.file)) { result.sources.add(file: file) }
        return result
    }

    // MARK: A file

    private static let expectedPipeline = "expected a pipeline: a mapping with the keys route, and integration or stages"

    private mutating func read(_ text: SourceText, named name: String, directory: String?) {
        guard !text.bytes.isEmpty else {
            diagnostics.error(at: SourceLocation(file: text.file, line: 1), "the file is empty", expected: Self.expectedPipeline)
            return
        }
        loaded.sources.add(text)
        let before = diagnostics.all.count
        let isJSON = text.file.lowercased().hasSuffix(".json")
        let documents =
            isJSON
            ? JSONReader.documents(in: text, limits: limits, diagnostics)
            : YAMLReader.documents(in: text, limits: limits, diagnostics)
        let substitution = EnvironmentSubstitution(environment: loader.environment, diagnostics: diagnostics)
        let context = DecodingContext(diagnostics: diagnostics, directory: directory, services: services)
        let pipelines = documents.flatMap { pipelineNodes(in: substitution.apply(to: $0), context) }
        if pipelines.isEmpty, diagnostics.all.count == before {
            diagnostics.error(
                at: SourceLocation(file: text.file, line: 1),
                "the file holds no pipeline",
                expected: Self.expectedPipeline,
            )
        }
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        for pipeline in pipelines {
            build(pipeline, stem: stem, isOnly: pipelines.count == 1, context)
        }
    }

    /// The pipelines of a document: itself, or those of its list.
    private func pipelineNodes(in document: ConfigurationNode, _ context: DecodingContext) -> [ConfigurationNode] {
        switch document.value {
        case .null:
            return []
        case .mapping(let entries):
            guard let list = entries.first(where: { $0.key == PipelineFile.listKey }) else { return [document] }
            return PipelineFile.pipelines(in: list, beside: entries, context)
        case .scalar, .sequence:
            context.diagnostics.error(at: document.location, "found \(document.found)", expected: Self.expectedPipeline)
            return []
        }
    }

    private mutating func build(_ node: ConfigurationNode, stem: String, isOnly: Bool, _ context: DecodingContext) {
        let draft = record.decode(loader.readsTests ? node : node.without("tests"), context)
        let hasFreeRoutes = claims.claimRoutes(of: node, diagnostics)
        guard let draft else { return }
        let name = draft.name ?? (isOnly ? stem : draft.routes.first.map { "\(stem) \($0)" } ?? stem)
        let hasFreeName = claims.claim(name: name, at: node["name"]?.location ?? node.location, diagnostics)
        var tests: [PipelineTest] = []
        for test in draft.tests {
            do throws(InvalidValue) {
                tests.append(try test.completed(pipeline: name, routes: draft.routes))
            } catch {
                diagnostics.error(at: error.location ?? test.location, error.message ?? "", expected: error.expected)
            }
        }
        guard hasFreeRoutes, hasFreeName, tests.count == draft.tests.count else { return }
        loaded.tests += tests
        loaded.pipelines.append(
            Pipeline(
                name: name,
                routes: draft.routes,
                stages: draft.stages,
                location: draft.location,
                documentation: draft.description ?? "",
                payloadLimit: draft.payloadLimit,
                deployment: deployment(of: draft),
            ))
    }

    /// nil where the gateway's own will do.
    private func deployment(of draft: PipelineDraft) -> Deployment? {
        guard draft.deployment != nil || !draft.variables.isEmpty else { return nil }
        var deployment = draft.deployment?.applied(to: loader.deployment) ?? loader.deployment
        deployment.variables.removeAll { known in draft.variables.contains { $0.name == known.name } }
        deployment.variables += draft.variables
        return deployment
    }
}

extension ConfigurationNode {
    fileprivate func without(_ key: String) -> ConfigurationNode {
        guard case .mapping(let entries) = value else { return self }
        return ConfigurationNode(.mapping(entries.filter { $0.key != key }), at: location)
    }
}
