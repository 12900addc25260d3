import Headgate

/// Loads pipeline files. Never throws and never stops at the first mistake: what users wrote wrong comes
/// back as diagnostics, all of it in one run.
public struct DefinitionsLoader: Sendable {
    /// The kinds of stages that files may use.
    public var registry: StageRegistry
    /// What stages find while they are built.
    public var services: StageServices
    /// The values of `${NAME}` in files.
    public var environment: [String: String]
    /// The deployment stage of pipelines that say nothing else.
    public var deployment: Deployment
    /// The name of the deployment stage in place of the one that `stage:` gives; nil leaves that.
    public var deploymentStage: String?
    /// Whether the files' `tests:` are read too. A server can do without them; mistakes in them are then not seen.
    public var readsTests: Bool
    /// Files with `links:` beside those that are loaded.
    public var linkFiles: [String] = []

    /// A loader; what is left out is empty, and tests are read.
    public init(
        registry: StageRegistry,
        services: StageServices = StageServices(),
        environment: [String: String] = [:],
        deployment: Deployment = Deployment(),
        deploymentStage: String? = nil,
        readsTests: Bool = true,
    ) {
        self.registry = registry
        self.services = services
        self.environment = environment
        self.deployment = deployment
        self.deploymentStage = deploymentStage
        self.readsTests = readsTests
    }

    /// Loads every pipeline file below a folder, in the order of their names: `*.yaml`, `*.yml`, `*.json`.
    /// Hidden folders and files are left alone, and links may not lead out.
    public func load(directory: String) -> LoadedDefinitions {
        let diagnostics = Diagnostics()
        let scan = FolderScan.scan(directory, diagnostics)
        if scan.files.isEmpty, !diagnostics.hasErrors {
            diagnostics.warning(
                at: SourceLocation(file: directory, line: 1),
                "the folder holds no pipeline files",
                expected: "expected files that end with .yaml, .yml or .json",
            )
        }
        let root = directory.hasSuffix("/") ? directory : directory + "/"
        var loading = Loading(loader: self, diagnostics: diagnostics)
        loading.read(
            scan.files.map { file in
                (path: file, name: file.hasPrefix(root) ? String(file.dropFirst(root.count)) : file)
            }
        )
        loading.read(links: linkFiles)
        return loading.finished(watching: scan.folders)
    }

    /// Loads the given files.
    public func load(files: [String]) -> LoadedDefinitions {
        var loading = Loading(loader: self, diagnostics: Diagnostics())
        loading.read(files.map { file in (path: file, name: String(file.split(separator: "/").last ?? "")) })
        loading.read(links: linkFiles)
        return loading.finished(watching: [])
    }

    /// Loads APIs that were imported.
    /// - Parameter findings: what the import had to say.
    public func load(imported definitions: [APIDefinition], findings: [Diagnostic]) -> LoadedDefinitions {
        let diagnostics = Diagnostics()
        for finding in findings { diagnostics.report(finding) }
        var loading = Loading(loader: self, diagnostics: diagnostics)
        for definition in definitions { loading.take(definition) }
        loading.read(links: linkFiles)
        return loading.finished(watching: [])
    }

    /// Loads a text.
    /// - Parameters:
    ///   - file: what messages call it; JSON if it ends with `.json`, else YAML.
    ///   - directory: where files that the text names are looked for.
    public func load(text: String, file: String = "pipeline.yaml", directory: String? = nil) -> LoadedDefinitions {
        load(contents: [(file, Array(text.utf8))], directory: directory)
    }

    /// Loads what files would hold.
    func load(contents: [(file: String, bytes: [UInt8])], directory: String?) -> LoadedDefinitions {
        var loading = Loading(loader: self, diagnostics: Diagnostics())
        for (file, bytes) in contents { loading.read(file: file, bytes: bytes, directory: directory) }
        return loading.finished(watching: [])
    }
}
