import Headgate

/// A file, or a document of it, that holds several pipelines: `pipelines:` and nothing else.
enum PipelineFile {
    static let listKey = "pipelines"

    static let documentation = "Several pipelines in one file. A file may also be one pipeline, or several documents "
        + "with `---` between them, each a pipeline."

    /// The pipelines of the list, after reporting what stands beside it.
    static func pipelines(
        in list: ConfigurationNode.Entry,
        beside entries: [ConfigurationNode.Entry],
        _ context: DecodingContext,
    ) -> [ConfigurationNode] {
        for entry in entries where entry.key != listKey {
            context.diagnostics.error(
                at: entry.keyLocation,
                "unknown key \(entry.key.quotedForMessage) beside \"\(listKey)\"",
                expected: "expected the keys of a pipeline inside of the list, or no list",
            )
        }
        guard case .sequence(let nodes) = list.value.value else {
            context.mismatch(list.value, expected: "a list of pipelines")
            return []
        }
        if nodes.isEmpty {
            context.diagnostics.error(at: list.value.location, "the list of pipelines is empty", expected: "expected a pipeline")
        }
        return nodes
    }
}
