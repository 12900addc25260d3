import Headgate
import OrderedJSON

/// One traced exchange, told to a person: what came in, what each stage received and gave, what went out.
public struct TraceReport: Sendable {
    private let request: MethodRequest
    private let pipeline: Pipeline
    private let response: MethodResponse
    private let failure: GatewayFailure?
    private let steps: [Trace.StepRecord]
    /// Longest first: one may be a part of another.
    private let concealed: [String]

    /// - Parameter exchange: finished, and traced.
    public init(_ exchange: Exchange) {
        request = exchange.request
        pipeline = exchange.pipeline
        response = exchange.response
        failure = exchange.failure
        steps = exchange.trace?.steps ?? []
        concealed = (exchange.trace?.concealed ?? []).sorted { $0.utf8.count > $1.utf8.count }
    }

    // MARK: Text

    /// - Parameter style: colours for a terminal, or none.
    public func text(_ style: TextStyle) -> String {
        Concealment.applied(concealed, to: openText(style))
    }

    private func openText(_ style: TextStyle) -> String {
        var out = style.bold(pipeline.name)
        if let route = pipeline.routes.first { out += "  " + route.description }
        if let location = pipeline.location { out += "  " + style.dim(location.description) }
        out += "\n\n"
        out += style.blue("▶ \(request.method) \(request.path)\(request.rawQuery.map { "?" + $0 } ?? "")") + "\n"
        for field in request.headers.fields { out += "    \(field.name): \(field.value)\n" }
        out += Self.body(request.body, style)
        let width = steps.map { $0.label.count }.max() ?? 0
        for (index, step) in steps.enumerated() {
            out += "\n" + self.step(step, number: index + 1, width: width, style)
        }
        let left = pipeline.stages.dropFirst(steps.count { $0.course == .main })
        if !left.isEmpty {
            out += "\n" + style.dim("  left out: " + left.map(\.label).joined(separator: ", ")) + "\n"
        }
        out += "\n" + (response.status < 400 ? style.green : style.red)("◀ \(response.status)") + "\n"
        for field in response.headers.fields { out += "    \(field.name): \(field.value)\n" }
        out += Self.body(response.body, style)
        return out
    }

    private func step(_ step: Trace.StepRecord, number: Int, width: Int, _ style: TextStyle) -> String {
        let label = step.label.padding(to: width)
        var out = style.bold("\(number)  \(label)") + "  \(step.explanation)  "
        out += style.dim(Self.duration(step.durationMicroseconds)) + "\n"
        for note in step.notes {
            out += Self.block("    " + style.dim("· \(note.name): "), note.text)
        }
        if let after = step.after {
            for change in SnapshotChange.all(from: step.before, to: after) where step.failure == nil {
                let mark =
                    switch change.kind {
                    case .added: style.green("+")
                    case .changed: style.yellow("~")
                    case .removed: style.red("-")
                    }
                out += Self.block("    \(mark) " + style.dim(change.view) + " \(change.part)  ", change.text)
            }
        }
        if let failure = step.failure {
            out += Self.block("    " + style.red("✗ \(failure.type.name): "), failure.cause)
            if let location = failure.location { out += "      " + style.dim("at \(location)") + "\n" }
        } else if step.responded, step.course == .main, number < pipeline.stages.count {
            out += "    " + style.yellow("■ answered here") + "\n"
        }
        return out
    }

    /// Text of several lines is shown below its name, a bit further in.
    private static func block(_ head: String, _ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(40)
        if lines.count < 2 || lines.count == 2 && lines[1].isEmpty { return head + String(lines.first ?? "") + "\n" }
        return head + "\n" + lines.map { "        \($0)\n" }.joined()
    }

    private static func body(_ body: Body, _ style: TextStyle) -> String {
        guard let bytes = body.bytes else { return "    " + style.dim("(streamed)") + "\n" }
        if bytes.isEmpty { return "" }
        return "\n"
            + body.text.split(separator: "\n", omittingEmptySubsequences: false).prefix(60)
            .map { "    \($0)\n" }.joined()
    }

    private static func duration(_ microseconds: Int64) -> String {
        if microseconds < 1000 { return "\(microseconds) µs" }
        let tenths = microseconds / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }

    // MARK: JSON

    /// The same for programs: `request`, `stages` (each with `changes`, `notes`, `failure`), `response`.
    public var json: JSONValue {
        Concealment.applied(concealed, to: openJSON)
    }

    private var openJSON: JSONValue {
        .object([
            "pipeline": .string(pipeline.name),
            "request": .object([
                "method": .string(request.method),
                "path": .string(request.path),
                "query": request.rawQuery.map { .string($0) } ?? .null,
                "headers": Self.json(request.headers),
                "body": .string(request.body.text),
            ]),
            "stages": .array(steps.map(Self.json)),
            "response": .object([
                "status": .number(JSONNumber(response.status)),
                "headers": Self.json(response.headers),
                "body": .string(response.body.text),
            ]),
            "failure": failure.map(Self.json) ?? .null,
        ])
    }

    private static func json(_ step: Trace.StepRecord) -> JSONValue {
        let changes = step.after.map { SnapshotChange.all(from: step.before, to: $0) } ?? []
        return .object([
            "stage": .string(step.label),
            "kind": .string(step.kind),
            "phase": .string(step.phase.rawValue),
            "explanation": .string(step.explanation),
            "microseconds": .number(JSONNumber(Int(step.durationMicroseconds))),
            "notes": .array(step.notes.map { .object(["name": .string($0.name), "text": .string($0.text)]) }),
            "changes": .array(
                changes.map {
                    .object([
                        "change": .string($0.kind.rawValue),
                        "view": .string($0.view),
                        "part": .string($0.part),
                        "text": .string($0.text),
                    ])
                }
            ),
            "failure": step.failure.map(json) ?? .null,
        ])
    }

    private static func json(_ failure: GatewayFailure) -> JSONValue {
        .object([
            "type": .string(failure.type.name),
            "status": .number(JSONNumber(failure.status)),
            "cause": .string(failure.cause),
            "location": failure.location.map { .string($0.description) } ?? .null,
        ])
    }

    private static func json(_ headers: Headers) -> JSONValue {
        .array(headers.fields.map { .array([.string($0.name), .string($0.value)]) })
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
