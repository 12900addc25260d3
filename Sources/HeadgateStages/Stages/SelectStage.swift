import Headgate
import JavaRegex
import OrderedJSON

/// Chooses the client's response by a pattern: API Gateway's `selectionPattern`.
public struct SelectStage: SynchronousStage {
    /// What patterns are compared with.
    public enum Subject: String, Sendable, CaseIterable {
        /// The backend's status, three digits.
        case status
        /// The member `errorMessage` of the object that a Lambda function returned, "" without one.
        case errorMessage
    }

    private static let responses = Field(
        required: "responses",
        SelectStage.rulesType,
        "Patterns and the statuses of the responses that they select. The first that matches wins.",
    )
    private static let on = Field(
        "on",
        FieldType<String>.oneOf(Subject.allCases.map(\.rawValue)).map { Subject(rawValue: $0) ?? .status },
        default: .status,
        shown: "status",
        "What the patterns are compared with: the backend's `status`, or the `errorMessage` of a Lambda function.",
    )

    /// `select`: patterns and statuses, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "select",
        phase: .select,
        summary: "Chooses the client's response by a pattern.",
        documentation: """
            A pattern is a Java regular expression, and the whole status must match it: `4` does not match 404, \
            `4\\d{2}` does. The first entry of the list that matches wins; one entry may stand without a pattern, for \
            everything else. Where nothing matches and there is none, the client gets a 500.
            """,
        example: """
            select:
              - {pattern: '2\\d\\d', status: 200}
              - {pattern: "404", status: 404}
              - {status: 502}
            """,
        fields: [responses, on],
        shorthand: "responses",
    ) { settings, _ in
        let stage = SelectStage(try settings[responses], on: try settings[on])
        return BuiltStage(stage, explanation: stage.explanation)
    }

    /// In the order in which they are tried.
    public let rules: [SelectionRule]
    /// What the patterns are compared with.
    public let subject: Subject
    private let selections: [Selection]
    private let fallback: Selection?
    /// For each status from 100 the index of its selection, or -1.
    private let table: [Int16]
    /// Statuses of rules that the method does not declare.
    private var undeclared: Set<Int> = []

    /// - Parameter rules: tried in this order. API Gateway's own order is by status, ascending.
    public init(_ rules: [SelectionRule], on subject: Subject = .status) {
        self.rules = rules
        self.subject = subject
        let selections = rules.map { Selection(status: $0.status, pattern: $0.pattern?.source) }
        self.selections = selections
        fallback = zip(rules, selections).first { $0.0.pattern == nil }?.1
        let fallbackIndex = rules.firstIndex { $0.pattern == nil }
        var table: [Int16] = []
        if subject == .status {
            let sets = rules.map { rule in rule.pattern.map(StatusSet.init(matching:)) }
            table = StatusSet.statuses.map { status in
                Int16(clamping: sets.firstIndex { $0?.contains(status) ?? false } ?? fallbackIndex ?? -1)
            }
        }
        self.table = table
    }

    /// The stage for a method that declares these statuses alone: to select another one is a 500, as at the service.
    package func declaring(_ statuses: [Int]) -> SelectStage {
        var stage = self
        stage.undeclared = Set(rules.map(\.status)).subtracting(statuses)
        return stage
    }

    /// Whether the error message is needed, which stands in the body.
    public var readsPayload: Bool { subject == .errorMessage }

    /// Sets ``Exchange/selection`` to the first rule that matches.
    /// - Throws: a 500 where nothing has answered, no rule matches, or the method does not declare what the rule selects.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        guard let response = exchange.integrationResponse else {
            throw GatewayFailure.internalError(
                "nothing has answered in front of the select stage: no stage calls a backend",
                reason: "no-backend",
            )
        }
        switch subject {
        case .status:
            let index = response.status - StatusSet.statuses.lowerBound
            if table.indices.contains(index) {
                guard table[index] >= 0 else { throw noMatch(response, String(response.status)) }
                try choose(selections[Int(table[index])], exchange) { String(response.status) }
            } else {
                let text = String(response.status)
                try choose(selection(for: text, response), exchange) { text }
            }
        case .errorMessage:
            let text = try Self.errorMessage(in: response)
            try choose(selection(for: text, response), exchange) { text }
        }
        return .proceed
    }

    private func choose(_ selection: Selection, _ exchange: Exchange, _ text: () -> String) throws(GatewayFailure) {
        guard undeclared.isEmpty || !undeclared.contains(selection.status) else {
            throw .internalError(
                "Execution failed due to configuration error: Output mapping refers to an invalid method response: "
                    + "\(selection.status)",
                reason: "method-response",
            )
        }
        exchange.selection = selection
        guard let trace = exchange.trace else { return }
        let value = text().quotedForMessage
        let pattern =
            selection.pattern.map { "\(value) matches \($0)" } ?? "\(value) matches no pattern, so the default"
        trace.note("selection", pattern + " → \(selection.status)")
    }

    /// The selection for a text that no table knows.
    private func selection(for text: String, _ response: IntegrationResponse) throws(GatewayFailure) -> Selection {
        for (rule, selection) in zip(rules, selections) {
            // A match that takes too much work counts as none: the text is the backend's.
            if let pattern = rule.pattern, (try? pattern.matches(text)) == true { return selection }
        }
        if let fallback { return fallback }
        throw noMatch(response, text)
    }

    private func noMatch(_ response: IntegrationResponse, _ text: String) -> GatewayFailure {
        .internalError(
            "Execution failed due to configuration error: No match for output mapping and no default output mapping "
                + "configured. Endpoint Response Status Code: \(response.status)"
                + (subject == .status ? "" : ", error message: " + text.quotedForMessage),
            reason: "no-match",
        )
    }

    /// The string member `errorMessage`, "" where there is none. Lambda's own refusal is the gateway's
    /// configuration error.
    private static func errorMessage(in response: IntegrationResponse) throws(GatewayFailure) -> String {
        guard let bytes = response.body.bytes, let root = try? JSONDocument(parsing: bytes).root else { return "" }
        if root["__type"]?.string == "AccessDeniedException" {
            throw .internalError(
                "Execution failed due to configuration error: Lambda denies the call (AccessDeniedException)",
                reason: "access-denied",
            )
        }
        return root["errorMessage"]?.string ?? ""
    }

    private var explanation: String {
        let parts = rules.map { rule in "\(rule.pattern?.source ?? "else") → \(rule.status)" }
        return (subject == .errorMessage ? "by errorMessage: " : "") + parts.joined(separator: ", ")
    }

    /// The list of rules, with warnings for those that nothing can reach.
    private static let rulesType: FieldType<[SelectionRule]> = {
        let list = FieldType<[SelectionRule]>.list(of: .record(SelectionRule.record))
        return FieldType(list.shape, expectation: "a list of patterns and statuses") { node, context in
            guard let rules = list.decode(node, context) else { return nil }
            let defaults = rules.filter { $0.pattern == nil }
            if let second = defaults.dropFirst().first {
                context.diagnostics.error(
                    at: second.location ?? node.location,
                    "two entries have no pattern",
                    expected: "expected one default"
                        + (defaults[0].location.map { "; the first stands in line \($0.line)" } ?? ""),
                    suggestion: "write pattern: \"\(second.status)\"",
                )
                return nil
            }
            if rules.isEmpty {
                context.diagnostics.warning(
                    at: node.location,
                    "there are no responses: every request is answered with 500",
                    suggestion: "declare one without a pattern, which is for everything",
                )
            }
            return rules
        }
    }()
}
