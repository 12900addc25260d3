/// What happened to one exchange, stage by stage: what each received, what it gave, how long it took.
///
/// The state before and after is kept as it is (copies are cheap until they change); turning it into
/// text is the reader's business.
public final class Trace: @unchecked Sendable {
    /// The views of an exchange at one moment.
    public struct Snapshot: Sendable {
        public let integrationRequest: IntegrationRequest
        public let integrationResponse: IntegrationResponse?
        public let response: MethodResponse
        public let selection: Selection?
        public let overrides: Overrides
    }

    public struct StepRecord: Sendable {
        public let label: String
        public let kind: String
        public let phase: StagePhase
        /// When it ran: in its place, after a failure, or when all was over.
        public let course: Course
        public let explanation: String
        public let location: SourceLocation?
        public let before: Snapshot
        public internal(set) var after: Snapshot?
        /// From start to end, waits included.
        public internal(set) var durationMicroseconds: Int64
        /// What the stage itself had to say: the rendered template, the pattern that matched, script costs.
        public internal(set) var notes: [Note]
        public internal(set) var failure: GatewayFailure?
        /// The stage gave the response; what follows was left out.
        public internal(set) var responded: Bool
        let startedMicroseconds: Int64
    }

    public struct Note: Sendable {
        public let name: String
        public let text: String
    }

    public private(set) var steps: [StepRecord] = []
    /// Texts that readers of the trace must not see; they show `[secret]` in their place.
    public private(set) var concealed: [String] = []

    public init() {}

    /// Keeps a text out of what readers see, wherever in the exchange it turns up.
    public func conceal(_ text: String) {
        if !text.isEmpty, !concealed.contains(text) { concealed.append(text) }
    }

    /// Adds a remark of the stage that runs now.
    public func note(_ name: String, _ text: @autoclosure () -> String) {
        guard !steps.isEmpty else { return }
        steps[steps.count - 1].notes.append(Note(name: name, text: text()))
    }

    func begin(_ stage: PipelineStage, _ exchange: Exchange, at microseconds: Int64) {
        steps.append(
            StepRecord(
                label: stage.label,
                kind: stage.kind,
                phase: stage.phase,
                course: exchange.course,
                explanation: stage.built.explanation,
                location: stage.location,
                before: Snapshot(exchange),
                after: nil,
                durationMicroseconds: 0,
                notes: [],
                failure: nil,
                responded: false,
                startedMicroseconds: microseconds,
            ))
    }

    func end(_ exchange: Exchange, at microseconds: Int64, responded: Bool, failure: GatewayFailure?) {
        guard !steps.isEmpty else { return }
        let last = steps.count - 1
        steps[last].after = Snapshot(exchange)
        steps[last].durationMicroseconds = microseconds - steps[last].startedMicroseconds
        steps[last].responded = responded
        steps[last].failure = failure
    }
}

extension Trace.Snapshot {
    init(_ exchange: Exchange) {
        self.init(
            integrationRequest: exchange.integrationRequest,
            integrationResponse: exchange.integrationResponse,
            response: exchange.response,
            selection: exchange.selection,
            overrides: exchange.overrides,
        )
    }
}
