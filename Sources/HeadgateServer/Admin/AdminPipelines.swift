import Headgate

/// The admin listener's answers, each a pipeline of one stage.
enum AdminPipelines {
    static func make(_ state: AdminState) throws(InvalidRoute) -> [Pipeline] {
        var pipelines: [Pipeline] = []
        func add(_ name: String, _ paths: [String], _ answer: @escaping @Sendable (AdminState) -> MethodResponse)
            throws(InvalidRoute)
        {
            var routes: [Route] = []
            for path in paths {
                routes.append(try Route(method: "GET", path: path))
                routes.append(try Route(method: "HEAD", path: path))
            }
            pipelines.append(pipeline(name, routes, AdminAnswer(state: state, answer: answer)))
        }
        try add("live", ["/livez", "/live"]) { _ in text(200, "alive\n") }
        try add("ready", ["/readyz", "/ready"]) { state in
            state.isReady.load(ordering: .acquiring) ? text(200, "ready\n") : text(503, "not ready\n")
        }
        try add("metrics", ["/metrics"]) { state in
            state.metrics.update(state.server, state.current.value, state.probes)
            return text(200, state.metrics.registry.text(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        try add("status", ["/status"]) { state in
            text(200, AdminStatus.json(state), type: "application/json")
        }
        let everythingElse = [try Route(method: "ANY", path: "/"), try Route(method: "ANY", path: "/{path+}")]
        pipelines.append(
            pipeline(
                "unknown",
                everythingElse,
                AdminAnswer(state: state) { _ in text(404, "try /livez, /readyz, /metrics or /status\n") },
            )
        )
        return pipelines
    }

    private static func pipeline(_ name: String, _ routes: [Route], _ answer: AdminAnswer) -> Pipeline {
        let stage = PipelineStage(
            label: name,
            kind: "admin",
            phase: .any,
            built: BuiltStage(answer, explanation: "answers for operators"),
        )
        return Pipeline(name: name, routes: routes, stages: [stage])
    }

    private static func text(_ status: Int, _ body: String, type: String = "text/plain; charset=utf-8")
        -> MethodResponse
    {
        MethodResponse(
            status: status,
            headers: ["Content-Type": type, "Cache-Control": "no-store"],
            body: Body(body),
        )
    }
}

private struct AdminAnswer: SynchronousStage {
    let state: AdminState
    let answer: @Sendable (AdminState) -> MethodResponse

    var readsPayload: Bool { false }

    func run(_ exchange: Exchange) throws -> StageOutcome {
        exchange.response = answer(state)
        return .respond
    }
}
