import Headgate
import HeadgateAWS
import HeadgateHTTP
import HeadgateLua
import HeadgateStages
import Logging
import NIOPosix

/// The kinds of stage that a gateway's pipelines may use, and the services that these need: the
/// built-in ones, then those of the embedder, which replace a built-in one of the same name.
public struct StageKinds: Sendable {
    /// The kinds, without those of plugins, which belong to a folder of pipelines.
    public let registry: StageRegistry
    let services: StageServices
    /// Ours, unless the embedder gave another dispatcher.
    private let dispatcher: HTTPDispatcher?
    /// Those that `functions:` blocks declare; nil where an embedder lets none run here.
    let functions: LocalFunctions?

    /// - Throws: ``GatewayLoadError`` when the file of certificate authorities cannot be read.
    public init(_ options: GatewayOptions) throws(GatewayLoadError) {
        var services = options.services
        if services[(any Dispatcher).self] == nil {
            let group = options.eventLoops ?? MultiThreadedEventLoopGroup.singleton
            do {
                let dispatcher = try HTTPDispatcher(
                    group: group,
                    configuration: options.backends,
                    logger: options.logger,
                    seed: options.seed,
                )
                services[(any Dispatcher).self] = dispatcher
                services[(any LinkChecker).self] = dispatcher.links
                self.dispatcher = dispatcher
            } catch {
                let file = options.backends.certificateAuthorities ?? "certificate authorities"
                throw GatewayLoadError([
                    Diagnostic(at: SourceLocation(file: file, line: 1), String(describing: error))
                ])
            }
        } else {
            dispatcher = nil
        }
        if let dispatcher = services[(any Dispatcher).self], services[(any SubrequestClient).self] == nil {
            services[(any SubrequestClient).self] = GatewaySubrequests(dispatcher: dispatcher)
        }
        if services[(any LuaHost).self] == nil { services[(any LuaHost).self] = ScriptHost(options) }
        if services[LuaCache.self] == nil { services[LuaCache.self] = LuaCache() }
        if services[AuthorizerCaches.self] == nil { services[AuthorizerCaches.self] = AuthorizerCaches() }
        if services[AWSRuntime.self] == nil, let dispatcher = services[(any Dispatcher).self] {
            let logger = options.logger
            @Sendable func metadata(_ function: String, _ requestID: String?) -> Logger.Metadata {
                var metadata: Logger.Metadata = ["function": .string(function)]
                if let requestID { metadata["request_id"] = .string(requestID) }
                return metadata
            }
            let log = FunctionLog { function, requestID, line in
                logger.info("\(line)", metadata: metadata(function, requestID))
            } problem: { function, requestID, text in
                logger.error("function \(function): \(text)", metadata: metadata(function, requestID))
            }
            let functions = LocalFunctions(environment: options.environment, log: log)
            services[AWSRuntime.self] = AWSRuntime(
                environment: options.environment,
                dispatcher: dispatcher,
                clock: options.clock,
                functions: functions,
                warn: { logger.warning("\($0)") },
            )
        }
        functions = services[AWSRuntime.self]?.functions
        if let runtime = services[AWSRuntime.self], let dispatcher = services[(any Dispatcher).self],
            services[(any FunctionInvoker).self] == nil
        {
            services[(any FunctionInvoker).self] = AWSFunctionInvoker(runtime: runtime, dispatcher: dispatcher)
        }
        self.services = services
        registry = StageRegistry(
            BuiltInStages.declarations + HTTPStages.declarations + AWSStages.declarations + LuaStages.declarations
                + options.stages
        )
    }

    /// The kinds with those of the plugins that belong to `pipelines`.
    /// - Throws: ``GatewayLoadError`` with every mistake in every plugin.
    public func registry(
        withPluginsBeside pipelines: String,
        _ options: GatewayOptions = GatewayOptions(),
    ) throws(GatewayLoadError) -> StageRegistry {
        var all = registry
        guard let path = PluginFolder.path(beside: pipelines, options) else { return all }
        var folder = PluginFolder(path, options)
        folder.register(in: &all)
        guard folder.diagnostics.isEmpty else { throw GatewayLoadError(folder.diagnostics) }
        return all
    }

    /// What calls through links go through; nil with an embedder's own dispatcher.
    var links: LinkRegistry? { dispatcher?.links }

    /// Closes what was opened for the stages.
    func shutDown() async {
        await functions?.stop()
        await dispatcher?.shutDown()
    }
}
