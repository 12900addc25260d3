import Headgate
import HeadgateGateway
import Hummingbird
import Logging

/// A Hummingbird service with routes of its own; whatever they do not answer, a Headgate gateway does.
public enum CatalogueService {
    /// Loads the pipelines with this service's own stage.
    /// - Parameter dispatcher: stands in for the network, for tests; nil calls backends over HTTP.
    public static func gateway(pipelines: String, dispatcher: (any Dispatcher)? = nil) throws -> Gateway {
        var options = GatewayOptions()
        options.stages = [StampStage.declaration]
        options.environment = ["CATALOGUE": "http://127.0.0.1:8081"]
        if let dispatcher { options.services[(any Dispatcher).self] = dispatcher }
        return try Gateway(pipelines: pipelines, options: options)
    }

    /// The service's router: its own routes first, the gateway for the rest.
    public static func router(_ gateway: Gateway) -> Hummingbird.Router<BasicRequestContext> {
        let router = Hummingbird.Router()
        router.add(middleware: GatewayMiddleware(gateway: gateway))
        router.get("/health") { _, _ in "well\n" }
        return router
    }

    /// Serves until SIGTERM or SIGINT, then lets the gateway finish what it has begun.
    public static func run(pipelines: String) async throws {
        let gateway = try gateway(pipelines: pipelines)
        let application = Application(
            router: router(gateway),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 8080)),
        )
        try await application.runService()
        await gateway.stop()
    }
}
