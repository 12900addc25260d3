import Dispatch
import Headgate
import OrderedJSON
import Synchronization

@testable import HeadgateLua

/// Runs scripts as stages of real pipelines, on real lanes.
struct Bench {
    var lane = Lane(name: "test.lane")
    var services = StageServices()
    let log = LogRecorder()

    init() {
        services[(any LuaHost).self] = log
    }

    /// A `script:` stage, as the loader makes it, whose text starts in line 10 of `orders.yaml`.
    func stage(
        _ script: String,
        config: ConfigurationNode? = nil,
        limits: [(String, String)] = [],
        onError: ConfigurationNode? = nil,
        permissions: ConfigurationNode? = nil,
    ) throws -> BuiltStage {
        let scalar = ConfigurationNode.Scalar(
            text: script,
            isPlain: false,
            contentLocation: SourceLocation(file: "pipelines/orders.yaml", line: 10, column: 7),
            blockColumn: 7,
        )
        var entries: [(String, ConfigurationNode)] = [("script", ConfigurationNode(.scalar(scalar), at: at(9)))]
        if let config { entries.append(("config", config)) }
        if !limits.isEmpty {
            entries.append(("limits", .mapping(limits.map { ($0, .plain($1)) })))
        }
        if let permissions { entries.append(("permissions", permissions)) }
        if let onError { entries.append(("onError", onError)) }
        return try build(LuaStages.script, .mapping(entries))
    }

    /// A stage of any kind; its findings are thrown.
    func build(
        _ declaration: StageDeclaration,
        _ node: ConfigurationNode,
        directory: String? = nil,
    ) throws -> BuiltStage {
        let diagnostics = Diagnostics()
        let context = DecodingContext(diagnostics: diagnostics, directory: directory, services: services)
        guard let built = declaration.stage(from: node, context) else { throw Refused(findings: diagnostics.sorted) }
        return built
    }

    struct Refused: Error {
        let findings: [Diagnostic]
    }

    /// Which answer the backend of a pipeline gives.
    static let answer = IntegrationResponse(
        status: 200,
        headers: ["Content-Type": "application/json", "X-Backend": "one"],
        body: Body(#"{"id":42,"name":"Ada"}"#),
    )

    func pipeline(before: BuiltStage?, after: BuiltStage? = nil, answer: IntegrationResponse? = nil) -> Pipeline {
        var stages: [PipelineStage] = []
        if let before { stages.append(PipelineStage(label: "before", kind: "script", phase: .any, built: before)) }
        if after != nil || answer != nil {
            let backend = BuiltStage(Backend(response: answer ?? Self.answer), explanation: "the backend")
            stages.append(PipelineStage(label: "backend", kind: "http", phase: .dispatch, built: backend))
        }
        if let after { stages.append(PipelineStage(label: "after", kind: "script", phase: .any, built: after)) }
        return Pipeline(name: "orders", routes: [], stages: stages)
    }

    @discardableResult
    func run(
        _ pipeline: Pipeline,
        _ request: MethodRequest = .sample,
        trace: Trace? = nil,
        started: (Exchange) -> Void = { _ in },
    ) async -> Exchange {
        await withCheckedContinuation { continuation in
            let exchange = Exchange(
                pipeline: pipeline,
                request: request,
                pathParameters: [("id", "4%202")],
                deployment: Deployment(),
                lane: lane,
                receivedAtMilliseconds: 1_700_000_000_000,
                random: RandomSource(seed: 1),
            ) { continuation.resume(returning: $0) }
            exchange.trace = trace
            Executor.start(exchange)
            started(exchange)
        }
    }

    /// Runs a script in front of the backend.
    @discardableResult
    func request(_ script: String, _ request: MethodRequest = .sample) async throws -> Exchange {
        await run(pipeline(before: try stage(script)), request)
    }

    /// Runs a script behind the backend.
    @discardableResult
    func response(_ script: String, answer: IntegrationResponse? = nil) async throws -> Exchange {
        await run(pipeline(before: nil, after: try stage(script), answer: answer))
    }

    /// What `return ctx:respond{json = …}` of an expression gives.
    func value(_ expression: String, preamble: String = "", _ message: MethodRequest = .sample) async throws -> String {
        let exchange = try await request(
            """
            \(preamble)
            local value = \(expression)
            if value == nil then value = host.json.null end
            return ctx:respond{json = value}
            """,
            message,
        )
        if let failure = exchange.failure { return "error: \(failure.cause.split(separator: "\n").first ?? "")" }
        return exchange.response.body.text
    }

    /// The first line of what an operator reads when the script fails, with its place.
    func failure(_ script: String, limits: [(String, String)] = []) async throws -> String {
        let failure = await run(pipeline(before: try stage(script, limits: limits))).failure
        return failure.map(Self.line) ?? "no failure"
    }

    static func line(_ failure: GatewayFailure) -> String {
        let first = failure.cause.split(separator: "\n").first.map(String.init) ?? ""
        return (failure.location.map { "\($0): " } ?? "") + first
    }
}

func at(_ line: Int, _ column: Int = 1) -> SourceLocation {
    SourceLocation(file: "pipelines/orders.yaml", line: line, column: column)
}

extension ConfigurationNode {
    static func plain(_ text: String) -> ConfigurationNode {
        ConfigurationNode(.scalar(Scalar(text: text, isPlain: true, contentLocation: at(1))), at: at(1))
    }

    static func mapping(_ entries: [(String, ConfigurationNode)]) -> ConfigurationNode {
        ConfigurationNode(
            .mapping(entries.map { Entry(key: $0.0, keyLocation: at(1), value: $0.1) }),
            at: at(1),
        )
    }

    static func list(_ nodes: [ConfigurationNode]) -> ConfigurationNode {
        ConfigurationNode(.sequence(nodes), at: at(1))
    }
}

extension MethodRequest {
    static let sample = MethodRequest(
        method: "POST",
        path: "/orders/4%202",
        rawQuery: "a=1&b=x%20y&a=2",
        headers: Headers(parsed: [
            .init("Host", "api.example.com"), .init("Content-Type", "application/json"), .init("X-Tag", "one"),
            .init("x-tag", "two"),
        ]),
        body: Body(#"{"b":[1,2.5,null],"a":{"z":1,"y":"é"},"big":9007199254740993}"#),
        clientAddress: "192.0.2.7",
    )
}

/// Answers at once.
struct Backend: DispatchStage {
    let response: IntegrationResponse
    var streams: Bool { false }

    func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        exchange.integrationResponse = response
        exchange.response = MethodResponse(status: response.status, headers: response.headers, body: response.body)
        resumption.resume(.success(.proceed))
    }
}

final class LogRecorder: LuaHost {
    private let entries = Mutex<[LuaLogEntry]>([])
    private let measured = Mutex<[LuaMeasurement]>([])

    func log(_ entry: LuaLogEntry) {
        entries.withLock { $0.append(entry) }
    }

    func record(_ measurement: LuaMeasurement) {
        measured.withLock { $0.append(measurement) }
    }

    func secret(_ name: String) -> [UInt8]? {
        switch name {
        case "api-token": Array("canary-4711".utf8)
        case "aws-key": Array("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".utf8)
        case "rsa-key": Array(CryptoTests.key.utf8)
        default: nil
        }
    }

    var measurements: [LuaMeasurement] { measured.withLock { $0 } }

    var all: [LuaLogEntry] { entries.withLock { $0 } }
}
