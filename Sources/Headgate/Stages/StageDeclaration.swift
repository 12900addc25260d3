/// Everything there is to say about a kind of stage, said once: from here come decoding, messages,
/// JSON Schema, `headgate stages`, the reference page and the line in `headgate explain`.
public struct StageDeclaration: Sendable {
    /// The key in a `stages:` list, e.g. `http`.
    public let kind: String
    /// Where in the canonical order the stage belongs; `any` may stand anywhere.
    public let phase: StagePhase
    /// One sentence.
    public let summary: String
    /// The rest of the reference page's text, in Markdown.
    public let documentation: String
    /// A `stages:` entry that shows it, YAML; checked by a test.
    public let example: String
    /// The configuration.
    public let shape: RecordShape
    /// Who ships it: `built-in`, `plugin`, or a name of the embedder's.
    public let origin: String
    let decode: @Sendable (ConfigurationNode, DecodingContext) -> BuiltStage?

    /// - Parameters:
    ///   - fields: the configuration; `shorthand` names the field that a plain value stands for.
    ///   - rest: the field that takes all keys that are not listed, as one mapping.
    ///   - make: makes the stage and says in a few words what it will do, for `headgate explain`.
    ///     Throws ``InvalidValue`` for what only shows when fields are seen together.
    public init(
        kind: String,
        phase: StagePhase,
        summary: String,
        documentation: String = "",
        example: String,
        origin: String = "built-in",
        fields: @autoclosure @escaping @Sendable () -> [any AnyField],
        shorthand: String? = nil,
        rest: (any AnyField)? = nil,
        make: @escaping @Sendable (Settings, StageBuild) throws -> BuiltStage,
    ) {
        self.kind = kind
        self.phase = phase
        self.summary = summary
        self.documentation = documentation
        self.example = example
        self.origin = origin
        let record = Record<Settings>(kind, summary, fields: fields(), shorthand: shorthand, rest: rest) { $0 }
        shape = record.shape
        decode = { node, context in
            let build = StageBuild(
                kind: kind,
                location: node.location,
                directory: context.directory,
                services: context.services,
            )
            return Record<BuiltStage>(kind, summary, fields: fields(), shorthand: shorthand, rest: rest) { settings in
                try make(settings, build)
            }.decode(node, context)
        }
    }

    /// Decodes a configuration of this kind; nil after having reported why not.
    public func stage(from node: ConfigurationNode, _ context: DecodingContext) -> BuiltStage? {
        decode(node, context)
    }
}

/// The canonical order of a pipeline's stages.
public enum StagePhase: String, Sendable, CaseIterable, Comparable {
    /// Who may call, and how often: keys, authorizers, policies, throttles.
    case authorize
    /// What a request must have before anything is called.
    case validate
    /// With whose credentials AWS is called.
    case credentials
    /// The client's request becomes the backend's.
    case request
    /// The backend is called, or something answers in its place.
    case dispatch
    /// Which of the responses the client gets.
    case select
    /// The backend's response becomes the client's.
    case response
    /// May stand anywhere: scripts and plugins.
    case any

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// By the canonical order; ``any`` comes last.
    public static func < (left: StagePhase, right: StagePhase) -> Bool {
        left.order < right.order
    }
}

/// What a stage's `make` knows beside its settings.
public struct StageBuild: Sendable {
    /// The kind that is built.
    public let kind: String
    /// Of the stage in its file.
    public let location: SourceLocation
    /// The folder of the pipeline file, for paths in it; nil for a text without a file.
    public let directory: String?
    /// What the host offers: HTTP client, clock, whatever an embedder adds.
    public let services: StageServices
}

/// A stage with its configuration, ready to run.
public struct BuiltStage: Sendable {
    /// The stage; shared by all lanes.
    public let stage: any Stage
    /// What it will do, in one line: `POST http://127.0.0.1:9000/, up to 29 s`.
    public let explanation: String
    /// The details, as pairs of name and text, for `explain` and for `explain --json`.
    public let details: [(name: String, text: String)]
    /// A protection that this stage does without because its file says so; said aloud when a server starts.
    public let hazard: String?

    /// A stage with its words.
    /// - Parameter explanation: one line, without secrets: it stands in logs and in `headgate explain`.
    public init(
        _ stage: any Stage,
        explanation: String,
        details: [(name: String, text: String)] = [],
        hazard: String? = nil,
    ) {
        self.stage = stage
        self.explanation = explanation
        self.details = details
        self.hazard = hazard
    }
}
