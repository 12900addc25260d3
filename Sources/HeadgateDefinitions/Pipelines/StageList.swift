import Headgate

/// A `stages:` list: reads its entries, checks their names and their order, and builds each stage.
///
/// The `integration:` form is turned into such a list first, so that both end in the same stages.
struct StageList: Sendable {
    let registry: StageRegistry

    /// One entry as it was written.
    struct Entry {
        let declaration: StageDeclaration
        var label: String
        /// Whether the user gave the label.
        let isNamed: Bool
        /// Of the kind, or of the name where the user gave one.
        let location: SourceLocation
        let settings: ConfigurationNode

        var kind: String { declaration.kind }
        var phase: StagePhase { declaration.phase }
    }

    /// The built stages; nil after a report.
    func stages(from node: ConfigurationNode, _ context: DecodingContext) -> [PipelineStage]? {
        guard case .sequence(let nodes) = node.value else {
            context.mismatch(node, expected: "a list of stages, each \"- kind: settings\"")
            return nil
        }
        guard !nodes.isEmpty else {
            context.diagnostics.error(
                at: node.location,
                "the list of stages is empty",
                expected: "expected at least one stage",
            )
            return nil
        }
        let read = nodes.map { entry(from: $0, context.diagnostics) }
        var entries = read.compactMap { $0 }
        var isGood = entries.count == read.count
        isGood = label(&entries, nodes: nodes, context.diagnostics) && isGood
        // The order of a list with unknown stages is not judged: they may be what is missing.
        if entries.count == read.count {
            isGood =
                StageOrder(entries: entries, registry: registry).check(at: node.location, context.diagnostics) && isGood
        }
        let built = entries.map { $0.declaration.stage(from: $0.settings, context.below($0.kind)) }
        guard isGood else { return nil }
        var stages: [PipelineStage] = []
        for (entry, stage) in zip(entries, built) {
            guard let stage else { return nil }
            stages.append(
                PipelineStage(
                    label: entry.label,
                    kind: entry.kind,
                    phase: entry.phase,
                    location: entry.location,
                    built: stage,
                )
            )
        }
        return stages
    }

    // MARK: Entries

    private static let nameKey = "name"

    private func entry(from node: ConfigurationNode, _ diagnostics: Diagnostics) -> Entry? {
        switch node.value {
        case .scalar(let scalar):
            return entry(
                kind: scalar.text,
                at: node.location,
                settings: .init(.null, at: node.location),
                name: nil,
                diagnostics,
            )
        case .mapping(let entries):
            return entry(from: entries, of: node, diagnostics)
        case .null, .sequence:
            diagnostics.error(
                at: node.location,
                "found \(node.found)",
                expected: "expected a stage: its kind, and its settings behind a colon",
            )
            return nil
        }
    }

    private func entry(
        from entries: [ConfigurationNode.Entry],
        of node: ConfigurationNode,
        _ diagnostics: Diagnostics,
    ) -> Entry? {
        let kinds = entries.filter { $0.key != Self.nameKey }
        guard let first = kinds.first(where: { registry[$0.key] != nil }) ?? kinds.first else {
            diagnostics.error(at: node.location, "this stage has no kind", expected: expectedKinds)
            return nil
        }
        let others = kinds.filter { $0.keyLocation != first.keyLocation }
        for other in others { reportNeighbour(other, of: first, diagnostics) }
        let name = entries.first { $0.key == Self.nameKey }
        let read = entry(kind: first.key, at: first.keyLocation, settings: first.value, name: name, diagnostics)
        return others.isEmpty ? read : nil
    }

    /// A second key beside a kind: another stage without its dash, or a setting with too few blanks.
    private func reportNeighbour(
        _ other: ConfigurationNode.Entry,
        of first: ConfigurationNode.Entry,
        _ diagnostics: Diagnostics,
    ) {
        if registry[other.key] != nil {
            diagnostics.error(
                at: other.keyLocation,
                "\"\(first.key)\" and \"\(other.key)\" stand in one entry",
                expected: "expected one stage in each entry of the list",
                suggestion: "put \"- \" in front of \"\(other.key)\"",
            )
        } else if case .null = first.value.value, registry[first.key] != nil {
            diagnostics.error(
                at: other.keyLocation,
                "\(other.key.quotedForMessage) stands beside \"\(first.key)\", not inside of it",
                expected: "expected the settings of \"\(first.key)\" to be indented more than \"\(first.key)\"",
                suggestion: "put more blanks in front of \"\(other.key)\"",
            )
        } else {
            diagnostics.error(
                at: other.keyLocation,
                "unknown key \(other.key.quotedForMessage) beside the stage's kind",
                expected: "expected one of: name",
                suggestion: Suggestion.didYouMean(other.key, among: [Self.nameKey]),
            )
        }
    }

    private func entry(
        kind: String,
        at location: SourceLocation,
        settings: ConfigurationNode,
        name: ConfigurationNode.Entry?,
        _ diagnostics: Diagnostics,
    ) -> Entry? {
        guard let declaration = registry[kind] else {
            diagnostics.error(
                at: location,
                "unknown stage \(kind.quotedForMessage)",
                expected: expectedKinds,
                suggestion: Suggestion.didYouMean(kind, among: registry.kinds),
            )
            return nil
        }
        guard let name else {
            return Entry(declaration: declaration, label: "", isNamed: false, location: location, settings: settings)
        }
        guard case .scalar(let text) = name.value.value, !text.text.isEmpty, text.text.utf8.count <= 64 else {
            diagnostics.error(
                at: name.value.location,
                "found \(name.value.found)",
                expected: "expected a name for the stage, up to 64 bytes long",
            )
            return nil
        }
        return Entry(
            declaration: declaration,
            label: text.text,
            isNamed: true,
            location: name.value.location,
            settings: settings,
        )
    }

    private var expectedKinds: String {
        "expected one of: " + registry.kinds.joined(separator: ", ")
    }

    // MARK: Labels

    /// Gives stages without a name their kind, numbered from the second on, and checks that all differ.
    private func label(_ entries: inout [Entry], nodes: [ConfigurationNode], _ diagnostics: Diagnostics) -> Bool {
        var counts: [String: Int] = [:]
        var places: [String: SourceLocation] = [:]
        var isGood = true
        for index in entries.indices {
            let kind = entries[index].kind
            counts[kind, default: 0] += 1
            if entries[index].label.isEmpty {
                let count = counts[kind] ?? 1
                entries[index].label = count == 1 ? kind : "\(kind) \(count)"
            }
        }
        for entry in entries {
            guard let first = places[entry.label] else {
                places[entry.label] = entry.location
                continue
            }
            diagnostics.error(
                at: entry.location,
                "two stages are named \(entry.label.quotedForMessage)",
                expected: "the first stands in line \(first.line)",
                suggestion: "give one of them another name",
            )
            isGood = false
        }
        return isGood
    }
}
