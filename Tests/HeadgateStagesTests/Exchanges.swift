import Headgate
import HeadgateStages

/// Exchanges built by hand, and stages run on them one after the other without an executor.
enum Exchanges {
    static let lane = Lane(name: "test", random: RandomSource(seed: 7))

    static func make(
        _ method: String = "GET",
        _ path: String = "/",
        query: String? = nil,
        headers: Headers = [:],
        body: String = "",
        bytes: [UInt8]? = nil,
        pathParameters: [(name: String, value: String)] = [],
        route: String = "ANY /{proxy+}",
        variables: [(name: String, value: String)] = [],
        scheme: String = "http",
        traced: Bool = false,
    ) throws -> Exchange {
        let pipeline = Pipeline(name: "test", routes: [try Route(parsing: route)], stages: [])
        let exchange = Exchange(
            pipeline: pipeline,
            request: MethodRequest(
                method: method,
                path: path,
                rawQuery: query,
                headers: headers,
                body: .bytes(bytes ?? Array(body.utf8)),
                clientAddress: "203.0.113.9",
                scheme: scheme,
            ),
            pathParameters: pathParameters,
            deployment: Deployment(apiID: "a1b2c3", name: "prod", variables: variables),
            lane: lane,
            receivedAtMilliseconds: 1_700_000_000_123,
            random: RandomSource(seed: 42),
            completion: { _ in },
        )
        if traced { exchange.trace = Trace() }
        return exchange
    }
}

extension Exchanges {
    /// Serves a request by an executor, as a gateway does, and records the trace.
    static func serve(
        _ stages: [(kind: String, phase: StagePhase, stage: any Stage)],
        _ request: MethodRequest,
        route: String = "ANY /{id}",
        pathParameters: [(name: String, value: String)] = [],
    ) async throws -> Exchange {
        let pipeline = Pipeline(
            name: "test",
            routes: [try Route(parsing: route)],
            stages: stages.map {
                PipelineStage(
                    label: $0.kind,
                    kind: $0.kind,
                    phase: $0.phase,
                    built: BuiltStage($0.stage, explanation: $0.kind),
                )
            },
        )
        return await withCheckedContinuation { continuation in
            let exchange = Exchange(
                pipeline: pipeline,
                request: request,
                pathParameters: pathParameters,
                deployment: Deployment(apiID: "a1b2c3", name: "prod"),
                lane: Lane(name: "test"),
                receivedAtMilliseconds: 1_700_000_000_123,
                random: RandomSource(seed: 42),
                completion: { continuation.resume(returning: $0) },
            )
            exchange.trace = Trace()
            Executor.start(exchange)
        }
    }
}

extension Exchange {
    /// Runs stages that need no waiting until one responds.
    func run(_ stages: any SynchronousStage...) throws {
        for stage in stages where try stage.run(self) == .respond { return }
    }
}
