import Headgate

/// A stage of this service's own: `stamp: NAME` adds a header that says who answered. It registers, is checked
/// and is documented like the built-in ones.
struct StampStage: SynchronousStage {
    static let name = Field(required: "name", .string, "What the header says.")
    static let header = Field(
        "header",
        .headerName,
        default: "X-Answered-By",
        shown: "X-Answered-By",
        "The header to set.",
    )

    static let declaration = StageDeclaration(
        kind: "stamp",
        phase: .any,
        summary: "Adds a response header that says who answered.",
        example: "- stamp: catalogue",
        origin: "CatalogueService",
        fields: [name, header],
        shorthand: "name",
    ) { settings, _ in
        let stage = StampStage(value: try settings[name], header: try settings[header])
        return BuiltStage(stage, explanation: "sets \(stage.header): \(stage.value)")
    }

    let value: String
    let header: String

    var readsPayload: Bool { false }

    func run(_ exchange: Exchange) throws -> StageOutcome {
        try exchange.response.headers.set(header, value)
        return .proceed
    }
}
