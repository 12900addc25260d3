import ArgumentParser
import Headgate
import HeadgateGateway
import HeadgateServer
import Logging
import NIOCore
import NIOPosix

/// `headgate serve`: serves a directory of pipelines.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves a directory of pipelines, or APIs from their OpenAPI documents.",
        discussion: """
            The first line on standard output is the address that is served. The directory is loaded anew when a file
            changes and on SIGHUP; a mistake leaves what serves as it is and says why. SIGTERM and SIGINT finish the
            requests that run, then exit with 0; a second one stops at once.

            An API is served at /, at /STAGE, and under the host name ID.execute-api.localhost; when several are served,
            these tell them apart.

            Examples:
              headgate serve
              headgate serve pipelines --port 0 --admin-port 9090
              headgate serve --demo-backend
              headgate serve --openapi petstore.yaml --deployment-stage prod --var host=127.0.0.1:9000
            """,
    )

    @Argument(help: "A directory of pipeline files, or one file. (default: pipelines)")
    var path: String?

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 picks a free one.")
    var port = 8080

    @Option(
        help:
            "Port for /metrics, /livez, /readyz and /status, on the same address; none by default, 0 picks a free one."
    )
    var adminPort: Int?

    @Flag(help: "Serve the backend that the samples call, one port higher, and tell pipeline files as ${DEMO_BACKEND}.")
    var demoBackend = false

    @Option(help: "Event loops, each with its lane. Default: one for each processor.")
    var loops: Int?

    @Option(help: "The largest request payload in bytes, for pipelines that set none.")
    var payloadLimit = 10_485_760

    @Option(
        help:
            "Requests that are worked on at the same time; a few more wait briefly, others get 503. Default: no bound."
    )
    var maxInFlight: Int?

    @Option(
        help: ArgumentHelp(
            "Memory held above which requests get 503. Default: nine tenths of the container's limit; 0 for no bound.",
            valueName: "megabytes",
        )
    )
    var maxMemory: Int?

    @Option(help: "Seconds for the head of a request, first to last byte.")
    var headerTimeout = 10

    @Option(help: "Seconds for the payload of a request.")
    var bodyTimeout = 60

    @Option(help: "Seconds that a connection without a request is kept.")
    var idleTimeout = 60

    @Option(help: "Seconds that a client may take nothing of its response.")
    var writeTimeout = 30

    @Option(help: "Seconds that requests have to finish after SIGTERM.")
    var drainTimeout = 30

    @Option(help: "A PEM file of certificate authorities for backends, beside the system's.")
    var backendCA: String?

    @Flag(inversion: .prefixedNo, help: "Log one line for each request.")
    var accessLog = true

    @Flag(inversion: .prefixedNo, help: "Load the files anew when they change.")
    var watch = true

    @Flag(help: "Run the plugins' own tests before a reload serves; when one fails, the old generation goes on.")
    var testPluginsOnReload = false

    @Option(help: "What to log: trace, debug, info, notice, warning, error or critical.")
    var logLevel = Logger.Level.info

    @OptionGroup var documents: DocumentArguments

    @OptionGroup(title: "TLS") var tls: TLSArguments

    @OptionGroup var gateway: GatewayArguments

    func validate() throws {
        try gateway.validate(path, documents)
        if let loops, !(1...1024).contains(loops) { throw ValidationError("--loops: expected a number from 1 to 1024") }
        for (name, value) in [("--port", port), ("--admin-port", adminPort ?? 0)] where !(0...65_535).contains(value) {
            throw ValidationError("\(name) \(value): expected a number from 0 to 65535")
        }
        for (name, seconds) in [
            ("--header-timeout", headerTimeout), ("--body-timeout", bodyTimeout), ("--idle-timeout", idleTimeout),
            ("--write-timeout", writeTimeout), ("--drain-timeout", drainTimeout),
        ] where !(1...86_400).contains(seconds) {
            throw ValidationError("\(name) \(seconds): expected a number of seconds from 1 to 86400")
        }
        if let maxInFlight, maxInFlight < 1 {
            throw ValidationError("--max-in-flight \(maxInFlight): expected a number of requests from 1")
        }
        if let maxMemory, !(0...(1 << 24)).contains(maxMemory) {
            throw ValidationError("--max-memory \(maxMemory): expected a number of megabytes, or 0")
        }
        if payloadLimit < 0 { throw ValidationError("--payload-limit \(payloadLimit): expected a number of bytes") }
    }

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops ?? System.coreCount)
        do {
            try await ServeSession(self, on: group).run()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Terminal.error(String(describing: error))
            throw ExitCode.machine
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
