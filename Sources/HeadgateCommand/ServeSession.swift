import ArgumentParser
import Dispatch
import Headgate
import HeadgateGateway
import HeadgateHTTP
import HeadgateServer
import HeadgateTesting
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// One run of `headgate serve`: from the first address on standard output to the last request.
struct ServeSession {
    private let command: Serve
    private let group: MultiThreadedEventLoopGroup
    private let log = Logger(label: "headgate")

    init(_ command: Serve, on group: MultiThreadedEventLoopGroup) {
        self.command = command
        self.group = group
    }

    func run() async throws {
        LargeBlocks.giveBackWhenFreed()
        let signals = Signals()
        var environment = Environment.current
        let demo = try await startDemoBackend()
        if let demo {
            environment["DEMO_BACKEND"] = demo.url
            environment["DEMO_BACKEND_ADDRESS"] = String(demo.url.dropFirst("http://".utf8.count))
        }
        let metrics = GatewayMetrics()
        let gateway = try loadGateway(environment, metrics)
        if let links = gateway.links { metrics.watch(links) }
        var observers: [any AccessObserver] = [metrics]
        if command.accessLog { observers.append(AccessLogger(Logger(label: "headgate.access"))) }
        let tls = try command.tls.load()
        let server = try await ListenError.naming(host: command.host, port: command.port) {
            try await Server.start(
                serving: gateway.current,
                on: group,
                serverConfiguration(tls),
                observer: ObserverGroup(observers),
            )
        }
        let admin = try await startAdmin(gateway, server, metrics)

        Terminal.line(server.url)
        if let demo { Terminal.line("demo backend: \(demo.url)") }
        if let admin { Terminal.line("admin: \(admin.url)") }
        for hazard in gateway.hazards { log.warning("UNSAFE: \(hazard)") }
        gateway.links?.activate()
        log.info("serving \(gateway.current.value.pipelines.count) pipelines of \(origin)")
        if let port = environment["HEADGATE_FUNCTIONS_PORT"].flatMap({ Int($0) }),
            let bound = try gateway.serveFunctions(port: port)
        {
            log.info("functions: http://127.0.0.1:\(bound)")
        }
        if command.watch { gateway.reloadOnChange { report($0, gateway, metrics) } }

        let watch = tls.map { tls in FileWatch(every: 1000) { reload(tls) } }
        if command.watch, let tls { watch?.start(tls.paths) }

        for await signal in signals.stream {
            if signal == .reload {
                report(await reload(gateway), gateway, metrics)
                if let tls { reload(tls) }
                continue
            }
            log.info("stopping: \(server.requestsInFlight) requests in flight")
            break
        }
        signals.exitOnNext()
        if command.watch { watch?.stop() }
        admin?.isReady = false
        let isClean = await server.drain(deadline: .seconds(Int64(command.drainTimeout)))
        await gateway.stop()
        await demo?.drain(deadline: .seconds(1))
        await admin?.stop()
        log.info("stopped\(isClean ? "" : ", cutting off what took too long")")
    }

    private func loadGateway(_ environment: [String: String], _ metrics: GatewayMetrics) throws -> Gateway {
        var options = command.gateway.options(environment: environment)
        options.eventLoops = group
        options.payloadLimit = command.payloadLimit
        options.backends.certificateAuthorities = command.backendCA
        options.logger = log
        options.metrics = metrics.registry
        if command.testPluginsOnReload { options.acceptReload = pluginTests(environment) }
        let documents = command.documents.documents(command.gateway, environment: environment)
        if !documents.isEmpty { return try command.gateway.load(documents, options: options) }
        return try command.gateway.load(path, options: options)
    }

    /// On a thread that may wait: tests of plugins take theirs from the tasks' pool.
    private func reload(_ gateway: Gateway) async -> ReloadOutcome {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: gateway.reload()) }
        }
    }

    /// Runs the tests of all plugins, and waits for them.
    private func pluginTests(_ environment: [String: String]) -> @Sendable () -> [Diagnostic] {
        var options = command.gateway.options(environment: environment)
        options.logger = log
        let runner = PluginTestRunner(options: options)
        let beside = path
        return {
            let findings = Mutex<[Diagnostic]>([])
            let done = DispatchSemaphore(value: 0)
            Task {
                let found = await runner.findings(pluginsBeside: beside)
                findings.withLock { $0 = found }
                done.signal()
            }
            done.wait()
            return findings.withLock { $0 }
        }
    }

    private var path: String { command.path ?? "pipelines" }

    private var origin: String {
        command.documents.documents.isEmpty ? path : command.documents.documents.joined(separator: ", ")
    }

    private func serverConfiguration(_ tls: ServerTLS?) -> ServerConfiguration {
        ServerConfiguration(
            host: command.host,
            port: command.port,
            tls: tls,
            payloadLimit: command.payloadLimit,
            inFlightCap: command.maxInFlight.map { InFlightCap($0) },
            memoryPressure: memoryPressure(),
            headerTimeout: .seconds(Int64(command.headerTimeout)),
            bodyTimeout: .seconds(Int64(command.bodyTimeout)),
            idleTimeout: .seconds(Int64(command.idleTimeout)),
            writeTimeout: .seconds(Int64(command.writeTimeout)),
        )
    }

    private func memoryPressure() -> MemoryPressure? {
        let limit = command.maxMemory.map { $0 << 20 } ?? MemoryPressure.containerLimit.map { $0 / 10 * 9 } ?? 0
        guard limit > 0 else { return nil }
        let log = log
        return MemoryPressure(limit: limit) { isHigh, resident in
            if isHigh {
                log.warning("requests are refused: \(resident >> 20) MB are held, \(limit >> 20) may be")
            } else {
                log.notice("requests are taken again: \(resident >> 20) MB are held")
            }
        }
    }

    private func startDemoBackend() async throws -> Server? {
        guard command.demoBackend else { return nil }
        let generation = Generation(number: 1, pipelines: try DemoBackend.pipelines())
        let port = command.port == 0 ? 0 : command.port % 65_535 + 1
        func start(_ port: Int) async throws -> Server {
            try await Server.start(
                serving: CurrentGeneration(generation),
                on: group,
                ServerConfiguration(host: "127.0.0.1", port: port),
            )
        }
        // Nobody but the pipelines has to know its port, so another one does as well.
        do { return try await start(port) } catch is IOError { return try await start(0) }
    }

    private func startAdmin(_ gateway: Gateway, _ server: Server, _ metrics: GatewayMetrics) async throws
        -> AdminServer?
    {
        guard let port = command.adminPort else { return nil }
        return try await ListenError.naming(host: command.host, port: port, option: "--admin-port") {
            try await AdminServer.start(
                host: command.host,
                port: port,
                on: group,
                server: server,
                current: gateway.current,
                metrics: metrics,
            )
        }
    }

    private func reload(_ tls: ServerTLS) {
        do throws(TLSFileError) {
            try tls.reload()
            log.info("certificates are read anew")
        } catch {
            log.error("certificates are not read anew, those that there were go on serving: \(error)")
        }
    }

    private func report(_ outcome: ReloadOutcome, _ gateway: Gateway, _ metrics: GatewayMetrics) {
        switch outcome {
        case .replaced(let generation):
            metrics.reloaded(succeeded: true)
            for hazard in gateway.hazards { log.warning("UNSAFE: \(hazard)") }
            log.info("reloaded: \(generation.pipelines.count) pipelines, generation \(generation.number)")
        case .kept(let error):
            metrics.reloaded(succeeded: false)
            log.error("not reloaded, the old pipelines go on serving:\n\(error)")
        }
    }
}
