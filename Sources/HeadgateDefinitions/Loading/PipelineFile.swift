import Headgate
import HeadgateStages

/// One file on its own: its text, and what stands in it, as far as that can be judged without the others.
struct PipelineFile: Sendable {
    /// As the user named it.
    let file: String
    /// What pipelines without a name are called by.
    let stem: String
    /// Where files that it names are looked for; nil for a text.
    let directory: String?
    /// nil for a file that can be read again, and has nothing wrong with it.
    private(set) var text: SourceText?
    /// The documents that say what pipelines share.
    private(set) var shared: [ConfigurationNode] = []
    /// Pipelines, with the models that those of a list share.
    private var nodes: [(node: ConfigurationNode, models: ConfigurationNode?)] = []
    private var sharedModels: [ConfigurationNode] = []
    private var functionNodes: [ConfigurationNode] = []
    private(set) var functions: [FunctionDefinition] = []
    private var linkNodes: [ConfigurationNode] = []
    private(set) var links: [LinkDeclaration] = []
    /// It came from elsewhere, and may name links of another place.
    let isImported: Bool
    /// It was read from a file.
    private var canBeReadAgain = false
    private(set) var pipelines: [Read] = []
    private(set) var diagnostics: [Diagnostic] = []

    /// What a pipeline says, if nothing is wrong with it, and what it claims for itself in any case.
    struct Read: Sendable {
        let draft: PipelineDraft?
        let route: ConfigurationNode?
        /// Where its name stands, or else itself.
        let nameLocation: SourceLocation
    }

    static let listKey = "pipelines"
    static let functionsKey = "functions"
    static let linksKey = "links"
    static let modelsKey = "models"
    static let apiKey = "api"
    static let stageKey = "stage"

    static let documentation =
        "Several pipelines in one file. A file may also be one pipeline, or several documents "
        + "with `---` between them, each a pipeline."

    private static let expected = "expected a pipeline: a mapping with the keys route, and integration or stages"

    /// Reads a file.
    /// - Parameter name: the file's name below the folder of the pipelines.
    init(path: String, name: String, _ reading: PipelineReading) {
        let slash = path.lastIndex(of: "/")
        self.init(
            file: path,
            name: name,
            directory: slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".",
        )
        canBeReadAgain = true
        let diagnostics = Diagnostics()
        text = SourceFile.read(path, shownAs: path, limits: reading.limits, diagnostics)
        parse(reading, diagnostics)
    }

    /// Reads what a file would hold.
    init(file: String, bytes: [UInt8], directory: String?, _ reading: PipelineReading) {
        self.init(file: file, name: String(file.split(separator: "/").last ?? ""), directory: directory)
        let diagnostics = Diagnostics()
        if bytes.count <= reading.limits.bytes {
            text = SourceText.checked(file: file, bytes: bytes, diagnostics)
        } else {
            diagnostics.error(
                at: SourceLocation(file: file, line: 1),
                "the text is larger than \(reading.limits.bytes >> 20) MiB",
            )
        }
        parse(reading, diagnostics)
    }

    /// Takes pipelines that stand in no pipeline file: those of an imported document.
    init(imported definition: APIDefinition) {
        self.init(file: definition.file, name: definition.file, directory: definition.directory, isImported: true)
        shared = [definition.shared]
        nodes = definition.pipelines.map { ($0, nil) }
    }

    private init(file: String, name: String, directory: String?, isImported: Bool = false) {
        self.file = file
        self.isImported = isImported
        self.directory = directory
        stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    private mutating func parse(_ reading: PipelineReading, _ diagnostics: Diagnostics) {
        if let text {
            for document in documents(in: text, reading, diagnostics) { sort(document, diagnostics) }
            if nodes.isEmpty, shared.isEmpty, functionNodes.isEmpty, linkNodes.isEmpty, diagnostics.all.isEmpty {
                diagnostics.error(
                    at: SourceLocation(file: file, line: 1),
                    "the file holds no pipeline",
                    expected: Self.expected,
                )
            }
        }
        self.diagnostics = diagnostics.all
    }

    /// Reads the links, which everything else may name.
    mutating func decodeLinks(_ reading: PipelineReading) {
        guard !linkNodes.isEmpty else { return }
        let diagnostics = Diagnostics()
        let context = DecodingContext(diagnostics: diagnostics, directory: directory, services: reading.services)
        links = linkNodes.flatMap { LinkBlock.links(in: $0, context) }
        linkNodes = []
        self.diagnostics += diagnostics.all
    }

    /// The same with its links alone; whatever else stands in it is a mistake.
    mutating func keepLinks() {
        let others = nodes.map(\.node) + shared + functionNodes
        diagnostics += others.map { node in
            Diagnostic(
                at: node.location,
                "a file of links holds something else",
                expected: "expected the key links alone",
            )
        }
        nodes = []
        shared = []
        functionNodes = []
    }

    /// Reads the pipelines, once it is known what they share.
    mutating func decode(_ shared: SharedAPI?, _ reading: PipelineReading) {
        let diagnostics = Diagnostics()
        var services = shared?.services ?? reading.services
        if isImported { services[DeclaredLinks.self] = reading.linksForImports }
        let context = DecodingContext(diagnostics: diagnostics, directory: directory, services: services)
        for models in sharedModels {
            _ = FieldType.namedModels.decode(models, context.adding(models: models).below(Self.modelsKey))
        }
        functions = functionNodes.flatMap { FunctionBlock.functions(in: $0, context) }
        pipelines = nodes.map { node, models in
            let context = context.adding(models: models).adding(models: node[Self.modelsKey])
            var draft = reading.record.decode(reading.readsTests ? node : node.without("tests"), context)
            if let read = draft { draft = reading.completed(read, shared, context) }
            return Read(draft: draft, route: node["route"], nameLocation: node["name"]?.location ?? node.location)
        }
        nodes = []
        self.diagnostics += diagnostics.all
        // A thousand texts are not kept for the one that clashes with another: that one is read again.
        if self.diagnostics.isEmpty, canBeReadAgain { text = nil }
    }

    private func documents(
        in text: SourceText,
        _ reading: PipelineReading,
        _ diagnostics: Diagnostics,
    ) -> [ConfigurationNode] {
        guard !text.bytes.isEmpty else {
            diagnostics.error(at: SourceLocation(file: file, line: 1), "the file is empty", expected: Self.expected)
            return []
        }
        let documents =
            file.lowercased().hasSuffix(".json")
            ? JSONReader.documents(in: text, limits: reading.limits, diagnostics)
            : YAMLReader.documents(in: text, limits: reading.limits, diagnostics)
        let substitution = EnvironmentSubstitution(environment: reading.environment, diagnostics: diagnostics)
        return documents.map { substitution.apply(to: $0) }
    }

    /// A document is a pipeline, or has some of the keys `api`, `stage`, `functions`, `links` and `pipelines`.
    private mutating func sort(_ document: ConfigurationNode, _ diagnostics: Diagnostics) {
        switch document.value {
        case .null:
            return
        case .mapping(let entries):
            let keys = [Self.apiKey, Self.stageKey, Self.functionsKey, Self.linksKey, Self.listKey]
            guard let first = entries.first(where: { keys.contains($0.key) }) else {
                nodes.append((document, nil))
                return
            }
            let models = document[Self.listKey] == nil ? nil : document[Self.modelsKey]
            for entry in entries where !keys.contains(entry.key) && (models == nil || entry.key != Self.modelsKey) {
                diagnostics.error(
                    at: entry.keyLocation,
                    "unknown key \(entry.key.quotedForMessage) beside \"\(first.key)\"",
                    expected: first.key == Self.listKey
                        ? "expected the keys of a pipeline inside of the list, or no list"
                        : "expected api, stage, functions, links and pipelines; the keys of a pipeline stand in a file of its own, or in the list",
                )
            }
            if let list = document[Self.listKey] { nodes += items(of: list, diagnostics).map { ($0, models) } }
            if let models { sharedModels.append(models) }
            if let functions = document[Self.functionsKey] { functionNodes.append(functions) }
            if let links = document[Self.linksKey] { linkNodes.append(links) }
            if document[Self.apiKey] != nil || document[Self.stageKey] != nil { shared.append(document) }
        case .scalar, .sequence:
            diagnostics.error(at: document.location, "found \(document.found)", expected: Self.expected)
        }
    }

    private func items(of list: ConfigurationNode, _ diagnostics: Diagnostics) -> [ConfigurationNode] {
        guard case .sequence(let nodes) = list.value else {
            diagnostics.error(
                at: list.location,
                "\(Self.listKey): found \(list.found)",
                expected: "expected a list of pipelines",
            )
            return []
        }
        if nodes.isEmpty {
            diagnostics.error(at: list.location, "the list of pipelines is empty", expected: "expected a pipeline")
        }
        return nodes
    }
}

/// What all files of one run are read with.
struct PipelineReading: Sendable {
    let record: Record<PipelineDraft>
    let registry: StageRegistry
    var services: StageServices
    /// What imported pipelines find in place of the declared links.
    var linksForImports = DeclaredLinks(isLenient: true)
    let environment: [String: String]
    let readsTests: Bool
    let limits = ReadingLimits()

    /// The draft with the stages that its method and its API ask for; nil after a report.
    func completed(_ draft: PipelineDraft, _ shared: SharedAPI?, _ context: DecodingContext) -> PipelineDraft? {
        let stages = MethodStages(
            method: draft.method ?? .empty(at: draft.location),
            routes: draft.routes,
            shared: shared,
            isStreamed: draft.stages.contains { ($0.built.stage as? any DispatchStage)?.streams ?? false },
            registry: registry,
            diagnostics: context.diagnostics,
        )
        guard let before = built(stages.before, context), let after = built(stages.after, context) else { return nil }
        var draft = draft
        if let statuses = draft.method?.statuses { draft.stages = draft.stages.map { Self.declaring(statuses, $0) } }
        var taken = Set(draft.stages.map(\.label))
        draft.stages = before.map { relabelled($0, &taken) } + draft.stages + after.map { relabelled($0, &taken) }
        return draft
    }

    /// A `select` stage that knows which statuses its method declares; any other stage as it is.
    private static func declaring(_ statuses: [Int], _ stage: PipelineStage) -> PipelineStage {
        guard let select = stage.built.stage as? SelectStage else { return stage }
        let built = BuiltStage(
            select.declaring(statuses),
            explanation: stage.built.explanation,
            details: stage.built.details,
            hazard: stage.built.hazard,
        )
        return PipelineStage(
            label: stage.label,
            kind: stage.kind,
            phase: stage.phase,
            location: stage.location,
            built: built,
        )
    }

    /// Nil after a report.
    private func built(_ nodes: [ConfigurationNode], _ context: DecodingContext) -> [PipelineStage]? {
        let errors = context.diagnostics.errorCount
        let stages = nodes.compactMap { node -> PipelineStage? in
            guard case .mapping(let entries) = node.value, let entry = entries.first else { return nil }
            guard let declaration = registry[entry.key] else {
                context.diagnostics.error(
                    at: entry.keyLocation,
                    "this needs the stage \"\(entry.key)\", which this gateway does not have",
                )
                return nil
            }
            return declaration.stage(from: entry.value, context.below(entry.key)).map {
                PipelineStage(
                    label: entry.key,
                    kind: entry.key,
                    phase: declaration.phase,
                    location: entry.keyLocation,
                    built: $0,
                )
            }
        }
        return context.diagnostics.errorCount == errors ? stages : nil
    }

    /// Labels are unique in a pipeline: those of its own list come first.
    private func relabelled(_ stage: PipelineStage, _ taken: inout Set<String>) -> PipelineStage {
        var label = stage.label
        var count = 2
        while !taken.insert(label).inserted {
            label = "\(stage.label) \(count)"
            count += 1
        }
        guard label != stage.label else { return stage }
        return PipelineStage(
            label: label,
            kind: stage.kind,
            phase: stage.phase,
            location: stage.location,
            built: stage.built,
        )
    }
}

extension DecodingContext {
    /// The same with models that stages may refer to.
    fileprivate func adding(models: ConfigurationNode?) -> DecodingContext {
        guard let models, case .mapping(let entries) = models.value else { return self }
        var services = services
        services[NamedModels.self] = (services[NamedModels.self] ?? .none).adding(entries.map { ($0.key, $0.value) })
        return DecodingContext(diagnostics: diagnostics, directory: directory, services: services)
    }
}

extension ConfigurationNode {
    fileprivate func without(_ key: String) -> ConfigurationNode {
        guard case .mapping(let entries) = value else { return self }
        return ConfigurationNode(.mapping(entries.filter { $0.key != key }), at: location)
    }
}
