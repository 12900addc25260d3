import Dispatch
import Headgate
import Synchronization

/// One run of the loader: reads files, many of them at once, and puts what they hold together in their order.
struct Loading {
    private let deployment: Deployment
    private let diagnostics: Diagnostics
    private let reading: PipelineReading
    private let consulted: ConsultedFiles
    private var claims = PipelineClaims()
    private var loaded = LoadedDefinitions()

    /// Fewer files are not worth other threads.
    private static let few = 32

    init(loader: DefinitionsLoader, diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
        deployment = loader.deployment
        var services = loader.services
        consulted = services[ConsultedFiles.self] ?? ConsultedFiles()
        services[ConsultedFiles.self] = consulted
        reading = PipelineReading(
            record: PipelineDraft.record(loader.registry),
            services: services,
            environment: loader.environment,
            readsTests: loader.readsTests,
        )
    }

    /// - Parameter files: each with its name below the folder, for pipelines that have none of their own.
    mutating func read(_ files: [(path: String, name: String)]) {
        loaded.watched += files.map(\.path)
        guard files.count > Self.few else {
            for file in files { add(PipelineFile(path: file.path, name: file.name, reading)) }
            return
        }
        let results = Mutex<[PipelineFile?]>(Array(repeating: nil, count: files.count))
        DispatchQueue.concurrentPerform(iterations: files.count) { [reading] index in
            let file = PipelineFile(path: files[index].path, name: files[index].name, reading)
            results.withLock { $0[index] = file }
        }
        for case let file? in results.withLock({ $0 }) { add(file) }
    }

    mutating func read(file: String, bytes: [UInt8], directory: String?) {
        add(PipelineFile(file: file, bytes: bytes, directory: directory, reading))
    }

    func finished(watching folders: [String]) -> LoadedDefinitions {
        var result = loaded
        result.watched += consulted.all + folders
        result.diagnostics = diagnostics.sorted
        // Findings may also be about scripts, and about files that only clash with others.
        for file in Set(result.diagnostics.map(\.location.file)) { result.sources.add(file: file) }
        return result
    }

    // MARK: Together

    private mutating func add(_ file: PipelineFile) {
        for diagnostic in file.diagnostics { diagnostics.report(diagnostic) }
        for pipeline in file.pipelines { add(pipeline, of: file) }
        if let text = file.text { loaded.sources.add(text) }
    }

    private mutating func add(_ pipeline: PipelineFile.Read, of file: PipelineFile) {
        let hasFreeRoutes = claims.claim(route: pipeline.route, diagnostics)
        guard let draft = pipeline.draft else { return }
        let name = draft.name ?? defaultName(draft, file)
        let hasFreeName = claims.claim(name: name, at: pipeline.nameLocation, diagnostics)
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
                deployment: deployment(of: draft),
            ))
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

    /// nil where the gateway's own will do.
    private func deployment(of draft: PipelineDraft) -> Deployment? {
        guard draft.deployment != nil || !draft.variables.isEmpty else { return nil }
        var deployment = draft.deployment?.applied(to: deployment) ?? deployment
        deployment.variables.removeAll { known in draft.variables.contains { $0.name == known.name } }
        deployment.variables += draft.variables
        return deployment
    }
}
