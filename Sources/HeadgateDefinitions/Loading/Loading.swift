import Dispatch
import Headgate
import Synchronization

/// One run of the loader: reads files, many of them at once, finds what their pipelines share, and puts
/// what they hold together in their order.
struct Loading {
    private let diagnostics: Diagnostics
    private var reading: PipelineReading
    private let deployment: Deployment
    private let stageName: String?
    private let consulted: ConsultedFiles
    private var files: [PipelineFile] = []
    private var imported: [PipelineFile] = []
    private var claims: [ObjectIdentifier?: PipelineClaims] = [:]
    private var names = PipelineClaims()
    private var loaded = LoadedDefinitions()
    private var declaredLinks = DeclaredLinks()

    /// Fewer files are not worth other threads.
    private static let few = 32

    init(loader: DefinitionsLoader, diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
        deployment = loader.deployment
        stageName = loader.deploymentStage
        var services = loader.services
        consulted = services[ConsultedFiles.self] ?? ConsultedFiles()
        services[ConsultedFiles.self] = consulted
        reading = PipelineReading(
            record: PipelineDraft.record(loader.registry),
            registry: loader.registry,
            services: services,
            environment: loader.environment,
            readsTests: loader.readsTests,
        )
    }

    /// - Parameter paths: each with its name below the folder, for pipelines that have none of their own.
    mutating func read(_ paths: [(path: String, name: String)]) {
        loaded.watched += paths.map(\.path)
        files += Self.each(paths) { [reading] in PipelineFile(path: $0.path, name: $0.name, reading) }
    }

    mutating func read(file: String, bytes: [UInt8], directory: String?) {
        files.append(PipelineFile(file: file, bytes: bytes, directory: directory, reading))
    }

    /// Takes an API that was imported.
    mutating func take(_ definition: APIDefinition) {
        imported.append(PipelineFile(imported: definition))
    }

    /// Reads files that hold links alone.
    mutating func read(links paths: [String]) {
        loaded.watched += paths
        files += paths.map { path in
            var file = PipelineFile(path: path, name: path, reading)
            file.keepLinks()
            return file
        }
    }

    mutating func finished(watching folders: [String]) -> LoadedDefinitions {
        declareLinks()
        let scopes = APIScopes(files, shared)
        let decoded = Self.each(files) { [reading] file in
            var file = file
            file.decode(scopes.api(of: file), reading)
            return file
        }
        for file in decoded { add(file, scopes.api(of: file)) }
        for var file in imported {
            guard let node = file.shared.first else { continue }
            let shared = shared(withCallersOfEnvironment(node), file.directory)
            // Without it, methods would be judged by what is not there.
            if shared == nil, diagnostics.hasErrors { continue }
            file.decode(shared, reading)
            add(file, shared)
        }
        loaded.links += declaredLinks.addedPolicies + reading.linksForImports.addedPolicies
        var result = loaded
        result.watched += consulted.all + folders
        result.diagnostics = diagnostics.sorted
        // Findings may also be about scripts, and about files that only clash with others.
        for file in Set(result.diagnostics.map(\.location.file)) { result.sources.add(file: file) }
        return result
    }

    /// Names hold in all files, so that links come before everything that may name them.
    private mutating func declareLinks() {
        var places: [String: SourceLocation] = [:]
        for index in files.indices {
            files[index].decodeLinks(reading)
            for link in files[index].links {
                if let first = places[link.definition.name] {
                    diagnostics.error(
                        at: link.location,
                        "two links are named \(link.definition.name.quotedForMessage)",
                        expected: "the other one is at \(first)",
                    )
                    continue
                }
                places[link.definition.name] = link.location
                loaded.links.append(link.definition)
            }
        }
        declaredLinks = DeclaredLinks(loaded.links)
        reading.services[DeclaredLinks.self] = declaredLinks
        reading.linksForImports = DeclaredLinks(loaded.links, isLenient: true)
    }

    /// The results for all, in their order; on several threads where there are many.
    private static func each<Item: Sendable, Result: Sendable>(
        _ items: [Item],
        _ body: @escaping @Sendable (Item) -> Result,
    ) -> [Result] {
        guard items.count > few else { return items.map(body) }
        let results = Mutex<[Result?]>(Array(repeating: nil, count: items.count))
        DispatchQueue.concurrentPerform(iterations: items.count) { index in
            let result = body(items[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    // MARK: Together

    /// A definition's `${NAME}` are its own, but for secrets of callers, which nobody writes into a file.
    private func withCallersOfEnvironment(_ node: ConfigurationNode) -> ConfigurationNode {
        let substitution = EnvironmentSubstitution(environment: reading.environment, diagnostics: diagnostics)
        return node.replacing(PipelineFile.stageKey) { stage in
            stage.replacing("callers") { substitution.apply(to: $0) }
        }
    }

    /// What a document with `api:` says; nil after a report.
    private func shared(_ node: ConfigurationNode, _ directory: String?) -> SharedAPI? {
        let context = DecodingContext(diagnostics: diagnostics, directory: directory, services: reading.services)
        let stage = node[PipelineFile.stageKey].map {
            StageBlock.record.decode($0, context.below(PipelineFile.stageKey))
        }
        guard let api = node[PipelineFile.apiKey] else {
            diagnostics.error(
                at: node.location,
                "\"\(PipelineFile.stageKey)\" stands without \"\(PipelineFile.apiKey)\"",
                expected: "expected api: {name: …} beside it",
            )
            return nil
        }
        guard let block = APIBlock.record.decode(api, context.below(PipelineFile.apiKey)) else { return nil }
        if let stage, stage == nil { return nil }
        return SharedAPI(block, stage ?? nil, deployment: deployment, stageName: stageName, services: reading.services)
    }

    private mutating func add(_ file: PipelineFile, _ shared: SharedAPI?) {
        for diagnostic in file.diagnostics { diagnostics.report(diagnostic) }
        for pipeline in file.pipelines { add(pipeline, of: file, shared) }
        for function in file.functions { add(function) }
        if let text = file.text { loaded.sources.add(text) }
    }

    private mutating func add(_ function: FunctionDefinition) {
        if let first = loaded.functions.first(where: { $0.name == function.name }), let place = function.location {
            diagnostics.error(
                at: place,
                "two functions are named \(function.name.quotedForMessage)",
                expected: first.location.map { "the other one is at \($0)" },
            )
            return
        }
        loaded.functions.append(function)
    }

    private mutating func add(_ pipeline: PipelineFile.Read, of file: PipelineFile, _ shared: SharedAPI?) {
        // The same route may stand in two APIs, which are told apart by their names.
        let hasFreeRoutes = claims[shared.map { ObjectIdentifier($0.api) }, default: PipelineClaims()]
            .claim(route: pipeline.route, diagnostics)
        guard let draft = pipeline.draft else { return }
        let name = draft.name ?? defaultName(draft, file)
        let hasFreeName = names.claim(name: name, at: pipeline.nameLocation, diagnostics)
        let tests = tests(of: draft, name)
        guard hasFreeRoutes, hasFreeName, let tests else { return }
        loaded.tests += tests
        loaded.pipelines.append(
            Pipeline(
                name: name,
                routes: draft.routes,
                stages: draft.stages,
                location: draft.location,
                documentation: draft.description ?? "",
                payloadLimit: draft.payloadLimit,
                inFlightCap: draft.maxInFlight.map { InFlightCap($0) },
                deployment: deployment(of: draft, shared?.api.deployment ?? deployment),
                api: shared?.api,
                operationName: draft.method?.operationName,
            )
        )
    }

    /// The file's name; where it has several pipelines, with the route behind it, which stays what it is
    /// when another pipeline is put in front.
    private func defaultName(_ draft: PipelineDraft, _ file: PipelineFile) -> String {
        guard file.pipelines.count > 1, let route = draft.routes.first else { return file.stem }
        return "\(file.stem) \(route)"
    }

    private func tests(of draft: PipelineDraft, _ name: String) -> [PipelineTest]? {
        var tests: [PipelineTest] = []
        for test in draft.tests {
            do throws(InvalidValue) {
                tests.append(try test.completed(pipeline: name, routes: draft.routes))
            } catch {
                diagnostics.error(at: error.location ?? test.location, error.message ?? "", expected: error.expected)
            }
        }
        return tests.count == draft.tests.count ? tests : nil
    }

    /// nil where the gateway's own, or the API's, will do.
    private func deployment(of draft: PipelineDraft, _ base: Deployment) -> Deployment? {
        guard draft.deployment != nil || !draft.variables.isEmpty else { return nil }
        var deployment = draft.deployment?.applied(to: base) ?? base
        deployment.variables.removeAll { known in draft.variables.contains { $0.name == known.name } }
        deployment.variables += draft.variables
        return deployment
    }
}

extension ConfigurationNode {
    /// A mapping in which the value of a key, if it is there, is another.
    fileprivate func replacing(_ key: String, by change: (ConfigurationNode) -> ConfigurationNode) -> ConfigurationNode
    {
        guard case .mapping(var entries) = value else { return self }
        for index in entries.indices where entries[index].key == key {
            entries[index].value = change(entries[index].value)
        }
        return ConfigurationNode(.mapping(entries), at: location)
    }
}
