import CLua
import Headgate

/// One run of a script for one exchange, in a coroutine. Pooled: one run after another uses the same object.
///
/// Confined to its lane. Closures that are called elsewhere (timers, answers, cancellation) only put a
/// turn on the lane, and name the run that they mean by its number.
final class LuaExecution: @unchecked Sendable {
    let thread: UnsafeMutablePointer<hg_thread>
    /// The state, held while a run needs it even if the lane has replaced it; nil between runs, when the
    /// state holds the execution.
    private var vm: LuaVM?

    // Of the current run.
    private(set) var exchange = Exchange.nobodys
    private(set) var phase = ContextPhase.request
    private(set) var stage: LuaStage?
    private var compiled: CompiledScript?
    private var resumption: Resumption?
    private var run = 0
    private(set) var isLoading = false
    private var isSuspended = false
    private var watchesCancellation = false
    private var startedMicroseconds: Int64 = 0
    private var waitStartMicroseconds: Int64 = 0
    private(set) var waitedMicroseconds: Int64 = 0

    /// The response that `ctx:respond` made, until the script returns it.
    var response: MethodResponse?
    /// How many outcomes `ctx:respond` and `ctx:skip` have made; only the last may be returned.
    var outcomes: UInt32 = 0
    /// Lines that `host.log` has written.
    var logLines = 0
    /// Sub-requests that were made.
    var subrequests = 0
    /// What host functions hold for the run.
    var holdings = LuaHoldings()
    /// What a host function waits for; started as soon as the coroutine is suspended.
    private var wait: ((LuaWake) -> (() -> Void)?)?
    private var cancelWait: (() -> Void)?

    init(_ thread: UnsafeMutablePointer<hg_thread>) {
        self.thread = thread
    }

    var L: OpaquePointer { thread.pointee.L }
    var stack: LuaStack { LuaStack(thread.pointee.L) }
    /// The state of the coroutine, `hg_vm`.
    private var rawVM: OpaquePointer { thread.pointee.vm }

    /// Milliseconds until the time of this run is up; never negative.
    var remainingMilliseconds: Int {
        let limit = Int64(stage?.script.limits.milliseconds ?? 0) * 1000
        return Int(max(0, startedMicroseconds + limit - exchange.lane.clock.monotonicMicroseconds()) / 1000)
    }

    // MARK: Running

    /// Starts a run: the outcome, or nil when it is suspended and will use the resumption.
    func start(
        _ stage: LuaStage,
        _ script: CompiledScript,
        in vm: LuaVM,
        _ exchange: Exchange,
        _ resumption: Resumption,
        in course: Course,
    ) throws -> StageOutcome? {
        self.vm = vm
        compiled = script
        phase = ContextPhase(course, exchange)
        prepare(stage, exchange, resumption)
        guard stage.script.style == .module else {
            begin(stage.limits)
            hg_push_kept(L, rawVM, script.chunk)
            pushArguments(of: script)
            return try settle(hg_resume(thread, 3))
        }
        do throws(GatewayFailure) {
            try load(script)
        } catch {
            let policy = phase.isLate ? .skip : stage.onError
            finish(dropped: true)
            return try policy.outcome(for: error, exchange, stage)
        }
        guard let function = phase.functions.first(where: script.functions.contains) else {
            exchange.trace?.note("lua", "the module has no function '\(phase.rawValue)'")
            finish(dropped: false)
            return .proceed
        }
        // A module's top level runs anew for every request: what its functions keep in local variables
        // is gone with the request.
        begin(stage.limits)
        hg_push_kept(L, rawVM, vm.runner)
        hg_push_kept(L, rawVM, script.chunk)
        stack.push(function)
        pushArguments(of: script)
        return try settle(hg_resume(thread, 5))
    }

    private func pushArguments(of script: CompiledScript) {
        hg_push_view(thread, ContextClass.context.rawValue, 0)
        hg_push_kept(L, rawVM, script.config)
        hg_push_kept(L, rawVM, script.state)
    }

    private func prepare(_ stage: LuaStage, _ exchange: Exchange, _ resumption: Resumption) {
        self.stage = stage
        self.exchange = exchange
        self.resumption = resumption
        outcomes = 0
        logLines = 0
        subrequests = 0
        waitedMicroseconds = 0
        watchesCancellation = false
        startedMicroseconds = exchange.lane.clock.monotonicMicroseconds()
    }

    private func begin(_ limits: hg_limits) {
        var limits = limits
        hg_begin(thread, &limits, Unmanaged.passUnretained(self).toOpaque(), exchange.trace != nil)
    }

    /// What a return of `hg_resume` means.
    private func settle(_ outcome: hg_outcome) throws -> StageOutcome? {
        switch outcome {
        case HG_FINISHED:
            let result = Result { () throws(GatewayFailure) in try LuaResult(of: self).outcome() }
            return try end(result, dropped: false)
        case HG_PAUSED:
            suspend()
            takeTurn { $0.goOn(hg_resume($0.thread, 0)) }
            return nil
        case HG_WAITING:
            suspend()
            waitStartMicroseconds = exchange.lane.clock.monotonicMicroseconds()
            let start = wait
            wait = nil
            cancelWait = start?(LuaWake(self, run: run))
            return nil
        default:
            return try end(
                .failure(LuaFailureReport(of: self, stopped: outcome == HG_STOPPED).failure()),
                dropped: true,
            )
        }
    }

    private func end(_ result: Result<StageOutcome, GatewayFailure>, dropped: Bool) throws -> StageOutcome {
        let exchange = exchange
        let stage = stage
        let isLate = phase.isLate
        finish(dropped: dropped)
        guard case .failure(let failure) = result, let stage else { return try result.get() }
        return try (isLate ? .skip : stage.onError).outcome(for: failure, exchange, stage)
    }

    /// Goes on behind a suspension, and lets the exchange go on when that ends the run.
    private func goOn(_ outcome: hg_outcome) {
        let resumption = resumption
        do {
            guard let outcome = try settle(outcome) else { return }
            resumption?.resume(.success(outcome))
        } catch {
            resumption?.resume(.failure(error))
        }
    }

    private func finish(dropped: Bool) {
        let vm = vm
        let exchange = exchange
        exchange.trace?.note("lua", LuaCost(of: self).description)
        run += 1
        isSuspended = false
        response = nil
        wait = nil
        cancelWait = nil
        resumption = nil
        stage = nil
        compiled = nil
        self.exchange = .nobodys
        self.vm = nil
        guard let vm else { return }
        if !holdings.isEmpty {
            holdings.release(in: vm)
            holdings = LuaHoldings()
        }
        vm.giveBack(self, finished: !dropped)
        if dropped { LuaLane.of(exchange.lane).replaceIfWornOut(vm) }
    }

    // MARK: Suspension

    private func suspend() {
        isSuspended = true
        vm?.suspend(self)
        guard !watchesCancellation else { return }
        watchesCancellation = true
        exchange.onCancel { [exchange, run] in
            exchange.lane.takeTurn { self.cancel(run) }
        }
    }

    /// Runs `body` on the lane if this run is still suspended then.
    private func takeTurn(_ body: @escaping @Sendable (LuaExecution) -> Void) {
        exchange.lane.takeTurn { [run] in self.wake(run, body) }
    }

    private func wake(_ run: Int, _ body: (LuaExecution) -> Void) {
        guard self.run == run, isSuspended else { return }
        isSuspended = false
        vm?.wake(self)
        body(self)
    }

    /// The client has gone away: what the run waits for is given up, and none of its code runs again.
    private func cancel(_ run: Int) {
        wake(run) { execution in
            execution.cancelWait?()
            let resumption = execution.resumption
            execution.finish(dropped: true)
            resumption?.resume(
                .failure(
                    GatewayFailure.internalError("the request was given up while its script ran", reason: "cancelled")
                )
            )
        }
    }

    // MARK: Waiting

    /// Suspends the script from a host function: the function returns what this returns.
    /// - Parameter start: called once the coroutine is suspended; starts what is waited for and may give a
    ///   closure that gives it up. It must wake the run once, from wherever it likes.
    func wait(
        in function: String,
        _ start: @escaping (LuaWake) -> (() -> Void)?,
    ) throws(LuaRaise) -> Int32 {
        if isLoading { throw .message("\(function) cannot wait while the module loads") }
        guard hg_can_wait(L) else {
            throw .message("\(function) cannot wait here: inside a comparator or another function that a library calls")
        }
        if remainingMilliseconds == 0 { throw .message("\(function): the time of the script is up") }
        wait = start
        return Int32(HG_WAIT)
    }

    fileprivate func woken(_ run: Int, on lane: Lane, _ push: @escaping @Sendable (LuaStack) throws(LuaRaise) -> Int32)
    {
        lane.takeTurn {
            self.wake(run) { execution in
                execution.cancelWait = nil
                execution.waitedMicroseconds +=
                    execution.exchange.lane.clock.monotonicMicroseconds() - execution.waitStartMicroseconds
                execution.goOn(execution.resume(push))
            }
        }
    }

    /// As `woken`, bringing the duty to make a value of the cache; who is not there any more gives it back.
    fileprivate func woken(
        _ run: Int,
        on lane: Lane,
        holding flight: LuaCache.Flight,
        _ push: @escaping @Sendable (LuaStack) throws(LuaRaise) -> Int32,
    ) {
        lane.takeTurn {
            guard self.run == run, self.isSuspended else {
                flight.abandon()
                return
            }
            self.holdings.flights.append(flight)
            self.woken(run, on: lane, push)
        }
    }

    private func resume(_ push: (LuaStack) throws(LuaRaise) -> Int32) -> hg_outcome {
        let stack = stack
        let top = stack.count
        _ = hg_reserve(L, 16)
        do throws(LuaRaise) {
            return hg_resume(thread, try push(stack))
        } catch {
            hg_set_top(L, top)
            switch error {
            case .message(let message), .argument(_, let message): stack.push(message)
            }
            return hg_resume_raising(thread)
        }
    }

    // MARK: Modules

    /// Runs the top level of a module, once in each state, and keeps its functions.
    private func load(_ script: CompiledScript) throws(GatewayFailure) {
        guard !script.isLoaded else { return }
        isLoading = true
        defer { isLoading = false }
        var limits = stage?.limits ?? hg_limits()
        limits.slice_ns = .max
        try call(limits, script.chunk) { L, vm in
            hg_push_nil(L)
            hg_push_kept(L, vm, script.config)
            return 2
        }
        guard stack.type(at: 1) == HG_TABLE else {
            throw report(
                "the script returned \(LuaFailureReport.describe(stack, 1)), not a table of functions (it is taken for a "
                    + "module: it returns something, and mentions ctx in functions only)"
            )
        }
        script.functions = (ContextPhase.functionNames + ["init"]).filter { name in
            defer { hg_set_top(L, 1) }
            return hg_get_field(L, 1, name) == HG_FUNCTION
        }
        if script.functions.last == "init" {
            script.functions.removeLast()
            hg_get_field(L, 1, "init")
            try initialize(script, limits, hg_keep(L, rawVM))
        }
        guard !script.functions.isEmpty else {
            let names = ContextPhase.functionNames.map { "'\($0)'" }.joined(separator: ", ")
            throw report("the module has no function for any phase (\(names))")
        }
        hg_set_top(L, 0)
        if !holdings.isEmpty, let vm {
            holdings.release(in: vm)
            holdings = LuaHoldings()
        }
        script.isLoaded = true
    }

    /// Calls a module's `init` and keeps, frozen, what it returns.
    private func initialize(_ script: CompiledScript, _ limits: hg_limits, _ function: Int32) throws(GatewayFailure) {
        defer { hg_release(rawVM, function) }
        try call(limits, function) { L, vm in
            hg_push_kept(L, vm, script.config)
            return 1
        }
        if stack.count >= 2, stack.isAbsent(at: 1) {
            throw report("init returned an error: \(LuaFailureReport.describe(stack, 2))")
        }
        guard stack.count >= 1, !stack.isAbsent(at: 1) else { return }
        hg_set_top(L, 1)
        script.state = hg_keep_frozen(L, rawVM)
        guard script.state != 0 else {
            throw report(
                "init returned a value that cannot be kept: expected a table of tables, texts, numbers and truth values, "
                    + "without functions and metatables"
            )
        }
    }

    private func call(
        _ limits: hg_limits,
        _ function: Int32,
        _ arguments: (OpaquePointer, OpaquePointer) -> Int32,
    ) throws(GatewayFailure) {
        hg_set_top(L, 0)
        begin(limits)
        hg_push_kept(L, rawVM, function)
        let outcome = hg_resume(thread, arguments(L, rawVM))
        guard outcome == HG_FINISHED else {
            throw LuaFailureReport(of: self, stopped: outcome == HG_STOPPED).failure()
        }
    }

    /// The chunk of a module that `require` names, compiled once in each state.
    func chunk(ofModule name: String, _ source: LuaSource) throws(LuaSyntaxError) -> Int32 {
        guard let vm, let script = compiled else {
            throw LuaSyntaxError("there is no state to load it in", in: source)
        }
        if let known = script.modules[name] { return known }
        let chunk = try vm.compile(source, isNew: true)
        script.modules[name] = chunk
        return chunk
    }

    private func report(_ message: String) -> GatewayFailure {
        .internalError(
            message,
            reason: "lua-module",
            location: stage?.script.source.location(line: stage?.script.source.firstLine ?? 1),
        )
    }

    /// Loads a module outside of any exchange, to find out whether it can be.
    func check(_ stage: LuaStage, _ script: CompiledScript, in vm: LuaVM) throws(GatewayFailure) -> [String] {
        self.vm = vm
        self.stage = stage
        compiled = script
        defer {
            self.stage = nil
            compiled = nil
            self.vm = nil
        }
        try load(script)
        return script.functions
    }
}

/// The right to let a script that waits go on; valid once, from anywhere.
struct LuaWake: Sendable {
    private let execution: LuaExecution
    private let run: Int
    /// Kept here, since the execution may run for another exchange by the time.
    private let lane: Lane

    fileprivate init(_ execution: LuaExecution, run: Int) {
        self.execution = execution
        self.run = run
        lane = execution.exchange.lane
    }

    /// Lets the waiting function return what `push` pushes, or raise what it throws. A second call, or one
    /// after the run has ended, does nothing.
    func callAsFunction(_ push: @escaping @Sendable (LuaStack) throws(LuaRaise) -> Int32) {
        execution.woken(run, on: lane, push)
    }

    /// As a call, bringing the duty to make a value of the cache.
    func holding(_ flight: LuaCache.Flight, _ push: @escaping @Sendable (LuaStack) throws(LuaRaise) -> Int32) {
        execution.woken(run, on: lane, holding: flight, push)
    }
}

extension Exchange {
    /// Stands in while an execution runs for nobody.
    fileprivate static let nobodys = Exchange(
        pipeline: Pipeline(name: "none", routes: [], stages: []),
        request: MethodRequest(method: "GET", path: "/"),
        deployment: Deployment(),
        lane: Lane(name: "headgate.lua.idle"),
        receivedAtMilliseconds: 0,
        random: RandomSource(seed: 0),
        completion: { _ in },
    )
}
