import Headgate
import HeadgateGateway
import HeadgateServer
import Logging
import Metrics
import NIOPosix
import Testing

/// The samples of `HeadgateServer`. They take ports and bootstrap what a process has once, so they are compiled only.
struct ServerSamples {
    private func overview() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var options = GatewayOptions()
        options.eventLoops = group
        let gateway = try Gateway(pipelines: "pipelines", options: options)
        let server = try await Server.start(serving: gateway.current, on: group, ServerConfiguration(port: 8080))
        print(server.url)
    }

    private func operating(
        _ gateway: Gateway,
        _ group: MultiThreadedEventLoopGroup,
        _ configuration: ServerConfiguration,
    ) async throws {
        let metrics = GatewayMetrics()
        let observer = ObserverGroup([metrics, AccessLogger(Logger(label: "access"))])
        let server = try await Server.start(serving: gateway.current, on: group, configuration, observer: observer)
        let admin = try await AdminServer.start(
            port: 9090,
            on: group,
            server: server,
            current: gateway.current,
            metrics: metrics,
        )

        admin.isReady = false
        let isClean = await server.drain(deadline: .seconds(30))
        await gateway.stop()
        await admin.stop()

        print(isClean)
    }

    private func short(_ generation: CurrentGeneration) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await Server.start(serving: generation, on: group, ServerConfiguration(port: 0))
        print(server.address)
        await server.drain(deadline: .seconds(30))
    }

    private func certificates(_ configuration: inout ServerConfiguration) throws {
        let files = TLSFiles(certificates: [.init(certificate: "site.pem", key: "site.key")])
        configuration.tls = try ServerTLS(files)
    }

    private func certificatesOfAServer() throws -> ServerConfiguration {
        let tls = try ServerTLS(TLSFiles(certificates: [.init(certificate: "site.pem", key: "site.key")]))
        var configuration = ServerConfiguration(port: 8443)
        configuration.tls = tls

        return configuration
    }

    private func memory(_ configuration: inout ServerConfiguration) {
        configuration.memoryPressure = MemoryPressure(limit: 512 << 20)
    }

    private func metrics() {
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        print(registry.text())
    }
}
