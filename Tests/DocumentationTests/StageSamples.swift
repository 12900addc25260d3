import Headgate
import Testing

// The stages of "Writing a stage" and of CONTRIBUTING.md, whole.

struct QuotaStage: SynchronousStage {
    static let bytes = Field(required: "bytes", .byteCount, "The largest payload that is let through.")
    static let status = Field("status", .status, default: 413, shown: "413", "What larger ones are answered with.")

    static let declaration = StageDeclaration(
        kind: "quota",
        phase: .any,
        summary: "Refuses payloads over a size.",
        example: "quota: 64KB",
        fields: [bytes, status],
        shorthand: "bytes",
    ) { settings, _ in
        let stage = QuotaStage(bytes: try settings[bytes], status: try settings[status])
        return BuiltStage(stage, explanation: "at most \(stage.bytes) bytes, else \(stage.status)")
    }

    let bytes: Int
    let status: Int

    func run(_ exchange: Exchange) throws -> StageOutcome {
        guard let payload = exchange.request.body.bytes, payload.count > bytes else { return .proceed }
        exchange.response = MethodResponse(status: status, body: Body("too much\n"))
        return .respond
    }
}

/// Tells clients when an API goes away, with the header of RFC 8594.
struct SunsetStage: SynchronousStage {
    private static let date = Field(required: "date", .string, "When it goes away, as an HTTP date.")
    private static let link = Field(optional: "link", FieldType.string, "A page that says what to use instead.")

    static let declaration = StageDeclaration(
        kind: "sunset",
        phase: .any,
        summary: "Tells clients when an API goes away (RFC 8594).",
        example: "sunset: Thu, 31 Dec 2026 23:59:59 GMT",
        fields: [date, link],
        shorthand: "date",
    ) { settings, _ in
        guard try HeaderSyntax.isFieldValue(settings[date]) else {
            throw InvalidValue("a line break cannot stand in a header", at: settings.location(of: date))
        }
        let stage = try SunsetStage(date: settings[date], link: settings[link])
        return BuiltStage(stage, explanation: "goes away on \(stage.date)")
    }

    let date: String
    let link: String?

    /// It looks at no payload, so a pipeline that streams still does.
    var readsPayload: Bool { false }

    func run(_ exchange: Exchange) throws -> StageOutcome {
        try exchange.response.headers.set("Sunset", date)
        if let link { try exchange.response.headers.add("Link", "<\(link)>; rel=\"sunset\"") }
        return .proceed
    }
}

struct StageSamples {
    private func exchange(_ body: String) -> Exchange {
        let pipeline = Pipeline(name: "samples", routes: [], stages: [])
        return Exchange(
            pipeline: pipeline,
            request: MethodRequest(method: "POST", path: "/", body: Body(body)),
            deployment: Deployment(),
            lane: Lane(name: "samples"),
            receivedAtMilliseconds: 0,
            random: RandomSource(seed: 1),
        ) { _ in }
    }

    @Test func aQuotaRefusesWhatIsLarger() throws {
        let stage = QuotaStage(bytes: 3, status: 413)
        let (small, large) = (exchange("abc"), exchange("abcd"))
        #expect(try stage.run(small) == .proceed)
        #expect(try stage.run(large) == .respond)
        #expect(large.response.status == 413)
    }

    @Test func aSunsetIsToldInTheHeader() throws {
        let exchange = exchange("")
        #expect(
            try SunsetStage(date: "Thu, 31 Dec 2026 23:59:59 GMT", link: "https://api.example/v2").run(exchange)
                == .proceed
        )
        #expect(exchange.response.headers.first("Sunset") == "Thu, 31 Dec 2026 23:59:59 GMT")
        #expect(exchange.response.headers.first("Link") == "<https://api.example/v2>; rel=\"sunset\"")
    }
}
