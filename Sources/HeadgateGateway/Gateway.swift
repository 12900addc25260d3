import Headgate
import HeadgateDefinitions
import HeadgateHTTP
import Logging
import Synchronization

/// A directory of pipelines, ready to answer requests: what a Swift service embeds, and what the
/// server serves.
///
/// ```swift
/// let gateway = try Gateway(pipelines: "pipelines")
/// let response = await gateway.handle(MethodRequest(method: "GET", path: "/pets/7"))
/// await gateway.stop()
/// ```
public final class Gateway: Sendable {
    /// What serves now; swapped whole by ``reload()``.
    public let current: CurrentGeneration
    /// The lanes on which stages run.
    public let lanes: [Lane]
    /// What the gateway was made with.
    public let options: GatewayOptions
    private let source: PipelineSource
    private let kinds: StageKinds
    private let definitions: Mutex<LoadedDefinitions>
    private let watch: Mutex<FileWatch?>
    /// When the files of what serves began to be read.
    private let readSince: Mutex<FileTime>
    private let nextLane = Atomic<UInt>(0)
    private let activity = Activity()

    /// Loads a directory of pipeline files, or one file.
    /// - Throws: ``GatewayLoadError`` with every mistake in every file.
    public convenience init(
        pipelines path: String,
        options: GatewayOptions = GatewayOptions(),
    ) throws(GatewayLoadError) {
        try self.init(.path(path), options)
    }

    /// Loads APIs from their definitions.
    /// - Throws: ``GatewayLoadError`` with every mistake in every document.
    public convenience init(
        documents: [APIDocument],
        options: GatewayOptions = GatewayOptions(),
    ) throws(GatewayLoadError) {
        try self.init(.documents(documents), options)
    }

    private init(_ origin: PipelineSource.Origin, _ options: GatewayOptions) throws(GatewayLoadError) {
        let began = FileTime.now()
        let kinds = try StageKinds(options)
        let source = PipelineSource(origin, options: options, kinds: kinds)
        let (generation, definitions) = try source.generation(number: 1).get()
        kinds.functions?.replace(by: definitions.functions)
        kinds.links?.replace(by: definitions.links)
        self.definitions = Mutex(definitions)
        readSince = Mutex(began)
        watch = Mutex(nil)
        self.kinds = kinds
        self.source = source
        self.options = options
        current = CurrentGeneration(generation)
        lanes = (0..<max(1, options.lanes)).map { number in
            let random = options.seed.map { RandomSource(seed: $0 &+ UInt64(number)) } ?? RandomSource()
            return Lane(name: "headgate.lane.\(number)", clock: options.clock, random: random)
        }
    }

    /// The kinds of stage that pipeline files may use here.
    public var registry: StageRegistry { kinds.registry }

    /// The `tests:` of the files, in their order.
    public var tests: [PipelineTest] { definitions.withLock { $0.tests } }

    /// Loads pipelines without serving them, and tells everything there is to say about them.
    /// - Throws: ``GatewayLoadError`` when the options themselves cannot be used.
    public static func check(
        pipelines path: String,
        options: GatewayOptions = GatewayOptions(),
    ) async throws -> LoadedDefinitions {
        try await check(.path(path), options)
    }

    /// Loads APIs from their definitions without serving them, and tells everything there is to say about them.
    /// - Throws: ``GatewayLoadError`` when the options themselves cannot be used.
    public static func check(
        documents: [APIDocument],
        options: GatewayOptions = GatewayOptions(),
    ) async throws -> LoadedDefinitions {
        try await check(.documents(documents), options)
    }

    private static func check(_ origin: PipelineSource.Origin, _ options: GatewayOptions) async throws
        -> LoadedDefinitions
    {
        let kinds = try StageKinds(options)
        let definitions = PipelineSource(origin, options: options, kinds: kinds).load()
        await kinds.shutDown()
        return definitions
    }

    /// What was found while loading what serves now: warnings, as errors keep it from serving.
    public var findings: [Diagnostic] { definitions.withLock { $0.diagnostics } }

    /// The lines that ``findings`` are about.
    public var sources: DiagnosticSources { definitions.withLock { $0.sources } }

    /// Serves the functions of `functions:` blocks by Lambda's Invoke API, on the loopback.
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    public func serveFunctions(port: Int) throws -> Int? {
        try kinds.functions?.serve(port: port)
    }

    /// What calls through links go through, with the state of their targets; nil with an embedder's own dispatcher.
    public var links: LinkRegistry? { kinds.links }

    /// Protections that the files do without, a sentence each: what an operator should hear at start.
    public var hazards: [String] {
        definitions.withLock { definitions in
            let links = definitions.links.filter { !($0.tls?.verifies ?? true) }.map {
                "the link \($0.name) takes any certificate, so that whoever is on the way can read and answer (insecureSkipVerification)"
            }
            var plugins: [String] = []
            if options.unsafeWritablePlugins, source.plugins != nil {
                plugins = [
                    "plugins are loaded even where everybody on this machine may write them (--unsafe-writable-plugins)"
                ]
            }
            return plugins + links
                + definitions.pipelines.flatMap { pipeline in
                    pipeline.stages.compactMap { stage in
                        stage.built.hazard.map { "the pipeline \(pipeline.name) \($0)" }
                    }
                }
        }
    }

    // MARK: Requests

    /// Answers one request by the pipeline of its route. Cancelling the task gives the request up.
    public func handle(_ request: MethodRequest) async -> MethodResponse {
        await run(request).response
    }

    /// As ``handle(_:)``, giving the whole exchange.
    /// - Parameter trace: records what each stage received and gave.
    public func run(_ request: MethodRequest, trace: Trace? = nil) async -> Exchange {
        let generation = current.value
        let lane = chooseLane()
        var request = request
        var random = lane.makeRandom()
        let admission = generation.admit(&request, &random)
        return await run(request, admission, on: lane, random, trace: trace)
    }

    /// Runs a request through a pipeline whatever its route says.
    public func run(_ request: MethodRequest, through pipeline: Pipeline, trace: Trace? = nil) async -> Exchange {
        let generation = current.value
        let lane = chooseLane()
        let match = Router([pipeline]).match(method: request.method, path: request.path)
        let admission = Generation.Admission(
            pipeline,
            match?.pathParameters ?? [],
            pipeline.deployment ?? pipeline.api?.deployment ?? generation.deployment,
        )
        return await run(request, admission, on: lane, lane.makeRandom(), trace: trace)
    }

    private func chooseLane() -> Lane {
        lanes[Int(nextLane.wrappingAdd(1, ordering: .relaxed).oldValue % UInt(lanes.count))]
    }

    private func run(
        _ request: MethodRequest,
        _ admission: Generation.Admission,
        on lane: Lane,
        _ random: RandomSource,
        trace: Trace?,
    ) async -> Exchange {
        guard activity.begin() else {
            return await answer(request, admission, lane, random, .stopping)
        }
        defer { activity.end() }
        let limit = admission.pipeline.payloadLimit ?? options.payloadLimit
        let tooLarge = (request.body.bytes?.count ?? 0) > limit
        if let failure = admission.refusal ?? (tooLarge ? GatewayFailure.requestTooLarge(limit: limit) : nil) {
            return await answer(request, admission, lane, random, failure)
        }
        let pending = Mutex<Exchange?>(nil)
        let exchange = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let exchange = makeExchange(request, admission, lane, random) { continuation.resume(returning: $0) }
                exchange.trace = trace
                pending.withLock { $0 = exchange }
                if Task.isCancelled { exchange.cancel() }
                Executor.start(exchange)
            }
        } onCancel: {
            pending.withLock { $0 }?.cancel()
        }
        await collectStream(of: exchange)
        return exchange
    }

    /// Who embeds a gateway gets bytes: what a proxy streamed is read to its end.
    private func collectStream(of exchange: Exchange) async {
        guard case .stream(let stream) = exchange.response.body else { return }
        do {
            exchange.response.body = .bytes(try await stream.collect(upTo: options.payloadLimit))
        } catch {
            let failure =
                error as? GatewayFailure ?? .badGateway(String(describing: error), reason: "response-body")
            exchange.response = failure.response()
        }
    }

    private func answer(
        _ request: MethodRequest,
        _ admission: Generation.Admission,
        _ lane: Lane,
        _ random: RandomSource,
        _ failure: GatewayFailure,
    ) async -> Exchange {
        await withCheckedContinuation { continuation in
            let exchange = makeExchange(request, admission, lane, random) { continuation.resume(returning: $0) }
            Executor.reject(exchange, failure)
        }
    }

    private func makeExchange(
        _ request: MethodRequest,
        _ admission: Generation.Admission,
        _ lane: Lane,
        _ random: RandomSource,
        _ completion: @escaping (Exchange) -> Void,
    ) -> Exchange {
        Exchange(
            pipeline: admission.pipeline,
            request: request,
            pathParameters: admission.pathParameters,
            deployment: admission.deployment,
            lane: lane,
            receivedAtMilliseconds: options.clock.epochMilliseconds(),
            random: random,
            completion: completion,
        )
    }

    // MARK: Reload and stop

    /// Builds a complete new generation from the files as they are now, and lets it serve. When
    /// anything is wrong the old one goes on, and the outcome says what is wrong.
    @discardableResult
    public func reload() -> ReloadOutcome {
        let began = FileTime.now()
        switch source.generation(number: current.value.number + 1) {
        case .failure(let error):
            return .kept(error)
        case .success(let (generation, loaded)):
            if let findings = options.acceptReload?(), !findings.isEmpty { return .kept(GatewayLoadError(findings)) }
            kinds.functions?.replace(by: loaded.functions)
            kinds.links?.replace(by: loaded.links)
            definitions.withLock { $0 = loaded }
            current.replace(by: generation)
            readSince.withLock { $0 = began }
            watch.withLock { $0?.watch(loaded.watched, readSince: began) }
            return .replaced(by: generation)
        }
    }

    /// Reloads whenever a file changes that the pipelines come from.
    /// - Parameters:
    ///   - milliseconds: how often to look; a change counts once it has been still for as long.
    ///   - outcome: told what each reload came to.
    public func reloadOnChange(every milliseconds: Int = 250, _ outcome: @escaping @Sendable (ReloadOutcome) -> Void) {
        let files = definitions.withLock { $0.watched }
        let started = FileWatch(every: milliseconds) { [weak self] in
            guard let self else { return }
            outcome(reload())
        }
        let former = watch.withLock { watch in
            defer { watch = started }
            return watch
        }
        former?.stop()
        started.start(files, readSince: readSince.withLock { $0 })
    }

    /// Takes no more requests, waits for those that run, and closes what the gateway opened.
    public func stop() async {
        watch.withLock { watch in
            defer { watch = nil }
            return watch
        }?.stop()
        await activity.drain()
        await kinds.shutDown()
    }
}

/// What a reload came to.
public enum ReloadOutcome: Sendable {
    /// This generation serves now.
    case replaced(by: Generation)
    /// The old generation goes on serving.
    case kept(GatewayLoadError)
}

extension GatewayFailure {
    static let stopping = GatewayFailure(
        .default5XX,
        status: 503,
        message: "Service Unavailable",
        cause: "the gateway is stopping",
        reason: "stopping",
    )
}
