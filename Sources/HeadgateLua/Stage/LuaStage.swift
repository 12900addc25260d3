import CLua
import Headgate

/// A stage that runs a Lua script.
final class LuaStage: SuspendingStage, LateStage {
    let script: LuaScript
    /// The functions of a module; none for statements.
    let functions: [String]
    let onError: LuaErrorPolicy
    let host: (any LuaHost)?
    let subrequests: (any SubrequestClient)?
    let cache: LuaCache
    let readsPayload: Bool
    let limits: hg_limits

    init(
        script: LuaScript,
        functions: [String] = [],
        onError: LuaErrorPolicy,
        readsPayload: Bool,
        services: StageServices,
    ) {
        self.script = script
        self.functions = functions
        self.onError = onError
        self.readsPayload = readsPayload
        host = services[(any LuaHost).self]
        subrequests = services[(any SubrequestClient).self]
        cache = services[LuaCache.self] ?? LuaCache()
        limits = hg_limits(
            instructions: UInt64(clamping: script.limits.instructions),
            cpu_ns: UInt64(clamping: script.limits.cpuMicroseconds) * 1000,
            allocated: UInt64(clamping: script.limits.memory),
            slice_ns: UInt64(LuaLimits.sliceMicroseconds) * 1000,
        )
    }

    func start(_ exchange: Exchange, _ resumption: Resumption) throws -> StageOutcome? {
        try start(exchange, resumption, in: .main)
    }

    /// The functions `error` and `log` of a module.
    func stage(in course: Course) -> (any SuspendingStage)? {
        switch course {
        case .main: nil
        case .failure: functions.contains("error") ? LateLuaStage(stage: self, course: course) : nil
        case .completion: functions.contains("log") ? LateLuaStage(stage: self, course: course) : nil
        }
    }

    fileprivate func start(_ exchange: Exchange, _ resumption: Resumption, in course: Course) throws -> StageOutcome? {
        let vm = try LuaLane.of(exchange.lane).state()
        let compiled: CompiledScript
        do throws(LuaSyntaxError) {
            let (found, isNew) = try vm.compiled(script)
            compiled = found
            if isNew { script.wasCompiled(on: exchange.lane) }
        } catch {
            throw GatewayFailure.internalError(error.message, reason: "lua-syntax", location: error.location)
        }
        guard let execution = vm.takeExecution() else {
            throw GatewayFailure.internalError("there is no memory for a coroutine", reason: "lua-memory")
        }
        return try execution.start(self, compiled, in: vm, exchange, resumption, in: course)
    }

    /// The name of this stage in a pipeline.
    func label(in pipeline: Pipeline) -> String {
        pipeline.stages.first { ($0.built.stage as? LuaStage) === self }?.label ?? "lua"
    }
}

/// What a script does after the pipeline.
private struct LateLuaStage: SuspendingStage {
    let stage: LuaStage
    let course: Course
    var readsPayload: Bool { stage.readsPayload }

    func start(_ exchange: Exchange, _ resumption: Resumption) throws -> StageOutcome? {
        try stage.start(exchange, resumption, in: course)
    }
}

extension LuaExecution {
    var stageLabel: String { stage?.label(in: exchange.pipeline) ?? "lua" }

    /// The line of the script that runs now.
    var currentLocation: SourceLocation? {
        var frame = hg_frame()
        var level: Int32 = 0
        while level < 8, hg_thread_frame(thread, level, &frame) {
            if !frame.is_host, frame.line > 0 {
                return stage?.script.source(ofChunk: LuaFailureReport.text(frame.chunk))?.location(
                    line: Int(frame.line)
                )
            }
            level += 1
        }
        return nil
    }
}

/// What becomes of an exchange whose script fails.
enum LuaErrorPolicy: Sendable {
    /// The client gets the failure's response.
    case fail
    /// The next stage runs as if the script had done nothing more.
    case skip
    /// The client gets this response.
    case respond(MethodResponse)

    func outcome(
        for failure: GatewayFailure,
        _ exchange: Exchange,
        _ stage: LuaStage,
    ) throws(GatewayFailure) -> StageOutcome {
        switch self {
        case .fail:
            throw failure
        case .skip:
            report(failure, exchange, stage)
            return .proceed
        case .respond(let response):
            report(failure, exchange, stage)
            exchange.response = response
            return .respond
        }
    }

    /// Tells the operator what the client does not see.
    private func report(_ failure: GatewayFailure, _ exchange: Exchange, _ stage: LuaStage) {
        exchange.trace?.note("error", (failure.location.map { "\($0): " } ?? "") + failure.cause)
        stage.host?.log(
            LuaLogEntry(
                level: .error,
                message: failure.cause,
                fields: [],
                location: failure.location,
                pipeline: exchange.pipeline.name,
                stage: stage.label(in: exchange.pipeline),
                requestID: exchange.identifiers.requestID,
            )
        )
    }
}
