/// What happened to one exchange, stage by stage: what each received, what it gave, how long it took.
///
/// The state before and after is kept as it is (copies are cheap until they change); turning it into
/// text is the reader's business.
public final class Trace: @unchecked Sendable {
    /// The views of an exchange at one moment.
    public struct Snapshot: Sendable {
        /// What goes to the backend.
        public let integrationRequest: IntegrationRequest
        /// What the backend answered; nil before the dispatch.
        public let integrationResponse: IntegrationResponse?
        /// What the client gets.
        public let response: MethodResponse
        /// The integration response that was chosen; nil before `select`.
        public let selection: Selection?
        /// What templates have overridden so far.
        public let overrides: Overrides
    }

    /// What one stage did.
    public struct StepRecord: Sendable {
        /// The stage's name in its pipeline.
        public let label: String
        /// The kind of stage, e.g. `http`.
        public let kind: String
        /// Where in the canonical order it stands.
        public let phase: StagePhase
        /// When it ran: in its place, after a failure, or when all was over.
        public let course: Course
        /// What it is configured to do, in one line.
        public let explanation: String
        /// Where it was written; nil for a stage built in Swift.
        public let location: SourceLocation?
        /// What the stage found.
        public let before: Snapshot
        /// What it left; nil while it runs.
        public internal(set) var after: Snapshot?
        /// From start to end, waits included.
        public internal(set) var durationMicroseconds: Int64
        /// What the stage itself had to say: the rendered template, the pattern that matched, script costs.
        public internal(set) var notes: [Note]
        /// Why it failed; nil where it did not.
        public internal(set) var failure: GatewayFailure?
        /// The stage gave the response; what follows was left out.
        public internal(set) var responded: Bool
        let startedMicroseconds: Int64
    }

    /// A remark of a stage.
    public struct Note: Sendable {
        /// What it is about, e.g. `template`, `matched`.
        public let name: String
        /// The remark; may hold what the client or the backend sent.
        public let text: String
    }

    /// The stages that have begun, in order.
    public private(set) var steps: [StepRecord] = []
    /// Texts that readers of the trace must not see; they show `[secret]` in their place.
    public private(set) var concealed: [String] = []

    /// A record of nothing yet; put it into ``Exchange/trace`` before the exchange starts.
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
            )
        )
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
