import ArgumentParser
import Headgate
import HeadgateTesting
import OrderedJSON

/// `headgate invoke`: one request without a server, with what each stage received and gave.
struct Invoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs one request through a pipeline and shows what each stage received and gave.",
        discussion: """
            The backend is called for real, unless --answer says what it would answer.

            Examples:
              headgate invoke lookup --path '/teapot?query=kitchen'
              headgate invoke lookup --path /teapot --answer 404
              headgate invoke orders --path /orders/42 --answer 200 --answer-body '{"id": "42", "lines": []}'
              headgate invoke upload --method PUT --path /files/a --header 'Content-Type: text/plain' --body @a.txt
            """,
    )

    @Argument(help: "Name of the pipeline.")
    var pipeline: String

    @Option(help: "A directory of pipeline files, or one file. (default: pipelines)")
    var pipelines: String?

    @Option(help: "Path and query of the request. Default: the path of the pipeline's first route.")
    var path: String?

    @Option(help: "Method of the request. Default: the method of the pipeline's first route.")
    var method: String?

    @Option(name: [.short, .long], help: ArgumentHelp("A header; repeatable.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("The payload; @FILE reads it from a file.", valueName: "text"))
    var body: String?

    @Option(help: ArgumentHelp("Do not call the backend: it answers with this status.", valueName: "status"))
    var answer: Int?

    @Option(help: ArgumentHelp("With --answer: a header of the answer; repeatable.", valueName: "name: value"))
    var answerHeader: [String] = []

    @Option(
        help: ArgumentHelp("With --answer: the payload of the answer; @FILE reads it from a file.", valueName: "text")
    )
    var answerBody: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var documents: DocumentArguments

    @OptionGroup var gateway: GatewayArguments

    func run() async throws {
        var options = gateway.options()
        if let answer {
            let response = IntegrationResponse(
                status: answer,
                headers: try Self.headers(answerHeader),
                body: .bytes(try answerBody.map(Self.payload) ?? []),
            )
            options.services[(any Dispatcher).self] = ScriptedDispatcher { _ in .success(response) }
        }
        let loaded = try gateway.load(pipelines, documents, options)
        let chosen = try gateway.pipeline(pipeline, of: loaded)
        let exchange = await loaded.run(try request(for: chosen), through: chosen, trace: Trace())
        await loaded.stop()
        let report = TraceReport(exchange)
        Terminal.line(
            SecretMask().masked(json ? JSONWriter.string(report.json, style: .pretty) : report.text(Terminal.style))
        )
        if exchange.response.status >= 500 { throw ExitCode.findings }
    }

    private func request(for pipeline: Pipeline) throws -> MethodRequest {
        let route = pipeline.routes.first
        let target = path ?? route?.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var headers = try Self.headers(header)
        if !headers.contains("Host") { headers.setUnchecked("Host", "127.0.0.1") }
        let routeMethod = route.map { $0.method == "ANY" ? "GET" : $0.method }
        return MethodRequest(
            method: method?.uppercased() ?? routeMethod ?? "GET",
            path: String(parts.first ?? "/"),
            rawQuery: parts.count > 1 ? String(parts[1]) : nil,
            headers: headers,
            body: .bytes(try body.map(Self.payload) ?? []),
        )
    }

    private static func headers(_ lines: [String]) throws -> Headers {
        var headers = Headers()
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else {
                throw ValidationError("header \(line.quotedForMessage): expected NAME: VALUE")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            do {
                try headers.add(String(line[..<colon]), String(value))
            } catch {
                throw ValidationError(String(describing: error))
            }
        }
        return headers
    }

    private static func payload(_ text: String) throws -> [UInt8] {
        guard text.first == "@" else { return Array(text.utf8) }
        let name = String(text.dropFirst())
        guard let bytes = FileBytes.read(name) else {
            Terminal.error("\(name): cannot be read")
            throw ExitCode.machine
        }
        return bytes
    }
}
