/// One integration, compiled: its routes and its stages in order. Every form in which a pipeline can
/// be written ends here; nothing behind it knows which form it was.
public final class Pipeline: Sendable {
    /// Unique in its folder; stands in logs and metrics.
    public let name: String
    /// What it answers to; at least one in a pipeline that is served.
    public let routes: [Route]
    /// In the order in which they run.
    public let stages: [PipelineStage]
    /// What runs after a failure, in the order of the stages that ask for it.
    let failureStages: [PipelineStage]
    /// What runs when the response is settled.
    let completionStages: [PipelineStage]
    /// Where it was written; nil for one that was built in Swift.
    public let location: SourceLocation?
    /// What its author says about it, Markdown; "" where nothing.
    public let documentation: String
    /// The largest request payload in bytes; nil takes the gateway's.
    public let payloadLimit: Int?
    /// Bounds the requests that are worked on at the same time; nil leaves that to the server.
    public let inFlightCap: InFlightCap?
    /// The deployment stage it runs in; nil takes the API's, or else the gateway's.
    public let deployment: Deployment?
    /// The API that it belongs to, if any.
    public let api: API?
    /// `$context.operationName`: what the API's author calls the method.
    public let operationName: String?
    /// Bodies pass through as they come: the backend call streams, and no other stage looks at a payload.
    public let streams: Bool

    /// A pipeline of stages that are built; HeadgateDefinitions reads the same from files.
    public init(
        name: String,
        routes: [Route],
        stages: [PipelineStage],
        location: SourceLocation? = nil,
        documentation: String = "",
        payloadLimit: Int? = nil,
        inFlightCap: InFlightCap? = nil,
        deployment: Deployment? = nil,
        api: API? = nil,
        operationName: String? = nil,
    ) {
        self.name = name
        self.routes = routes
        self.stages = stages
        failureStages = stages.compactMap { $0.late(in: .failure, "error") }
        completionStages = stages.compactMap { $0.late(in: .completion, "log") }
        self.location = location
        self.documentation = documentation
        self.payloadLimit = payloadLimit
        self.inFlightCap = inFlightCap
        self.deployment = deployment
        self.api = api
        self.operationName = operationName
        streams =
            stages.contains { $0.step.isStreaming }
            && stages.allSatisfy { stage in
                stage.isDispatch ? stage.step.isStreaming : !stage.built.stage.readsPayload
            }
    }
}

/// A stage of a pipeline, with its place and its name.
public final class PipelineStage: Sendable {
    /// Unique in its pipeline: the kind, or `kind 2`, or a name that the user gave.
    public let label: String
    /// The kind of stage, e.g. `http`.
    public let kind: String
    /// Where in the canonical order it stands.
    public let phase: StagePhase
    /// Where it was written; nil for a stage built in Swift.
    public let location: SourceLocation?
    /// The stage with what it says about itself.
    public let built: BuiltStage
    let step: Step
    /// Whether the backend is called here.
    public let isDispatch: Bool

    /// A stage at its place.
    /// - Parameter label: unique in the pipeline.
    public init(label: String, kind: String, phase: StagePhase, location: SourceLocation? = nil, built: BuiltStage) {
        self.label = label
        self.kind = kind
        self.phase = phase
        self.location = location
        self.built = built
        step = Step(built.stage)
        isDispatch = built.stage is any DispatchStage
    }

    fileprivate func late(in course: Course, _ name: String) -> PipelineStage? {
        guard let stage = (built.stage as? any LateStage)?.stage(in: course) else { return nil }
        return PipelineStage(
            label: "\(label) (\(name))",
            kind: kind,
            phase: .any,
            location: location,
            built: BuiltStage(stage, explanation: built.explanation),
        )
    }
}

/// How the executor runs a stage: found out once, when the pipeline is compiled.
enum Step: Sendable {
    case synchronous(any SynchronousStage)
    case suspending(any SuspendingStage)
    case asynchronous(any AsynchronousStage)
    case dispatch(any DispatchStage)
    /// Conforms to ``Stage`` alone; fails when it runs.
    case unusable

    init(_ stage: any Stage) {
        switch stage {
        case let stage as any DispatchStage: self = .dispatch(stage)
        case let stage as any SynchronousStage: self = .synchronous(stage)
        case let stage as any SuspendingStage: self = .suspending(stage)
        case let stage as any AsynchronousStage: self = .asynchronous(stage)
        default: self = .unusable
        }
    }

    var isStreaming: Bool {
        if case .dispatch(let stage) = self { return stage.streams }
        return false
    }
}
