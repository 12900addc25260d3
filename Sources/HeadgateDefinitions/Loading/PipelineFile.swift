import Headgate
import HeadgateStages

/// One file on its own: its text, and the pipelines in it as far as they can be judged without the others.
struct PipelineFile: Sendable {
    /// As the user named it.
    let file: String
    /// What pipelines without a name are called by.
    let stem: String
    /// nil for a file that can be read again, and has nothing wrong with it.
    private(set) var text: SourceText?
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
    static let modelsKey = "models"

    static let documentation = "Several pipelines in one file. A file may also be one pipeline, or several documents "
        + "with `---` between them, each a pipeline."

    private static let expected = "expected a pipeline: a mapping with the keys route, and integration or stages"

    /// Reads a file.
    /// - Parameter name: the file's name below the folder of the pipelines.
    init(path: String, name: String, _ reading: PipelineReading) {
        self.init(file: path, name: name)
        let diagnostics = Diagnostics()
        text = SourceFile.read(path, shownAs: path, limits: reading.limits, diagnostics)
        let slash = path.lastIndex(of: "/")
        read(directory: slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".", reading, diagnostics)
        // A thousand texts are not kept for the one that clashes with another: that one is read again.
        if self.diagnostics.isEmpty { text = nil }
    }

    /// Reads what a file would hold.
    init(file: String, bytes: [UInt8], directory: String?, _ reading: PipelineReading) {
        self.init(file: file, name: String(file.split(separator: "/").last ?? ""))
        let diagnostics = Diagnostics()
        if bytes.count <= reading.limits.bytes {
            text = SourceText.checked(file: file, bytes: bytes, diagnostics)
        } else {
            diagnostics.error(at: SourceLocation(file: file, line: 1), "the text is larger than \(reading.limits.bytes >> 20) MiB")
        }
        read(directory: directory, reading, diagnostics)
    }

    private init(file: String, name: String) {
        self.file = file
        stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    private mutating func read(directory: String?, _ reading: PipelineReading, _ diagnostics: Diagnostics) {
        if let text {
            let context = DecodingContext(diagnostics: diagnostics, directory: directory, services: reading.services)
            pipelines = nodes(in: text, reading, context).map { node, context in
                Read(
                    draft: reading.record.decode(
                        reading.readsTests ? node : node.without("tests"), context.adding(models: node[Self.modelsKey])),
                    route: node["route"],
                    nameLocation: node["name"]?.location ?? node.location,
                )
            }
        }
        self.diagnostics = diagnostics.all
    }

    /// Pipelines with what they are decoded in: those of a list share its models.
    private typealias Found = (node: ConfigurationNode, context: DecodingContext)

    private func nodes(in text: SourceText, _ reading: PipelineReading, _ context: DecodingContext) -> [Found] {
        let diagnostics = context.diagnostics
        let start = SourceLocation(file: file, line: 1)
        guard !text.bytes.isEmpty else {
            diagnostics.error(at: start, "the file is empty", expected: Self.expected)
            return []
        }
        let documents =
            file.lowercased().hasSuffix(".json")
            ? JSONReader.documents(in: text, limits: reading.limits, diagnostics)
            : YAMLReader.documents(in: text, limits: reading.limits, diagnostics)
        let substitution = EnvironmentSubstitution(environment: reading.environment, diagnostics: diagnostics)
        let nodes = documents.flatMap { pipelines(in: substitution.apply(to: $0), context) }
        if nodes.isEmpty, diagnostics.all.isEmpty {
            diagnostics.error(at: start, "the file holds no pipeline", expected: Self.expected)
        }
        return nodes
    }

    /// The pipelines of a document: itself, or those of its list.
    private func pipelines(in document: ConfigurationNode, _ context: DecodingContext) -> [Found] {
        switch document.value {
        case .null:
            return []
        case .mapping(let entries):
            guard let list = entries.first(where: { $0.key == Self.listKey }) else {
                return [(document, context)]
            }
            for entry in entries where entry.key != Self.listKey && entry.key != Self.modelsKey {
                context.diagnostics.error(
                    at: entry.keyLocation,
                    "unknown key \(entry.key.quotedForMessage) beside \"\(Self.listKey)\"",
                    expected: "expected the keys of a pipeline inside of the list, or no list",
                )
            }
            let models = document[Self.modelsKey]
            let context = context.adding(models: models)
            if let models { _ = FieldType.namedModels.decode(models, context.below(Self.modelsKey)) }
            return items(of: list.value, context.below(Self.listKey)).map { ($0, context) }
        case .scalar, .sequence:
            context.diagnostics.error(at: document.location, "found \(document.found)", expected: Self.expected)
            return []
        }
    }

    private func items(of list: ConfigurationNode, _ context: DecodingContext) -> [ConfigurationNode] {
        guard case .sequence(let nodes) = list.value else {
            context.mismatch(list, expected: "a list of pipelines")
            return []
        }
        if nodes.isEmpty {
            context.diagnostics.error(at: list.location, "the list of pipelines is empty", expected: "expected a pipeline")
        }
        return nodes
    }
}

/// What all files of one run are read with.
struct PipelineReading: Sendable {
    let record: Record<PipelineDraft>
    let services: StageServices
    let environment: [String: String]
    let readsTests: Bool
    let limits = ReadingLimits()
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
