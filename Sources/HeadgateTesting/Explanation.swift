import Headgate
import OrderedJSON

/// What pipelines were compiled to, in words and as JSON.
public struct Explanation: Sendable {
    private let pipelines: [Pipeline]

    /// Explains these pipelines, in this order.
    public init(_ pipelines: [Pipeline]) {
        self.pipelines = pipelines
    }

    /// One block a pipeline: name, routes and place, then a line for each stage with its details.
    public func text(_ style: TextStyle) -> String {
        pipelines.map { Self.text($0, style) }.joined(separator: "\n\n")
    }

    private static func text(_ pipeline: Pipeline, _ style: TextStyle) -> String {
        var out = style.bold(pipeline.name)
        for route in pipeline.routes { out += "  " + route.description }
        if let location = pipeline.location { out += "  " + style.dim(location.description) }
        if !pipeline.documentation.isEmpty { out += "\n  " + pipeline.documentation }
        if pipeline.streams { out += "\n  " + style.dim("bodies are streamed both ways") }
        let width = pipeline.stages.map { $0.label.count }.max() ?? 0
        for (index, stage) in pipeline.stages.enumerated() {
            let label = stage.label + String(repeating: " ", count: width - stage.label.count)
            out += "\n  \(index + 1)  " + style.blue(label) + "  " + stage.built.explanation
            for detail in stage.built.details {
                let lines = detail.text.split(separator: "\n", omittingEmptySubsequences: false)
                out += "\n       " + style.dim(detail.name + ":") + " " + (lines.count > 1 ? "" : detail.text)
                if lines.count > 1 { for line in lines { out += "\n         " + line } }
            }
        }
        return out
    }

    /// A list of pipelines, each with its routes and its stages.
    public var json: String {
        JSONWriter.string(.array(pipelines.map(Self.json)), style: .pretty)
    }

    private static func json(_ pipeline: Pipeline) -> JSONValue {
        .object([
            "name": .string(pipeline.name),
            "description": .string(pipeline.documentation),
            "routes": .array(pipeline.routes.map { .string($0.description) }),
            "location": pipeline.location.map { .string($0.description) } ?? .null,
            "streams": .bool(pipeline.streams),
            "stages": .array(
                pipeline.stages.map { stage in
                    .object([
                        "stage": .string(stage.label),
                        "kind": .string(stage.kind),
                        "phase": .string(stage.phase.rawValue),
                        "explanation": .string(stage.built.explanation),
                        "details": .object(JSONObject(stage.built.details.map { ($0.name, .string($0.text)) })),
                        "location": stage.location.map { .string($0.description) } ?? .null,
                    ])
                }
            ),
        ])
    }
}
