import Headgate
import HeadgateStages
import Synchronization

/// The functions that run on this machine, by name, and the Invoke API that they are served by.
public final class LocalFunctions: Sendable {
    private let environment: [String: String]
    private let log: FunctionLog
    private let byName = Mutex<[String: LocalFunction]>([:])
    private let server = Mutex<LoopbackServer?>(nil)

    /// - Parameters:
    ///   - environment: the gateway's own; functions see `PATH`, `HOME`, the region, and little more of it.
    ///   - log: what functions print, line by line, and what becomes of them.
    public init(
        environment: [String: String],
        log: FunctionLog,
    ) {
        self.environment = environment
        self.log = log
    }

    subscript(name: String) -> (any LocalInvokable)? {
        byName.withLock { $0[name] }
    }

    /// Replaces the functions. Those whose definition is the same go on, with their processes.
    public func replace(by definitions: [FunctionDefinition]) {
        let former = byName.withLock { known -> [LocalFunction] in
            var next: [String: LocalFunction] = [:]
            for definition in definitions {
                if let same = known[definition.name], same.definition == definition {
                    next[definition.name] = same
                } else {
                    next[definition.name] = LocalFunction(definition, environment: environment, log: log)
                }
            }
            let former = known.values.filter { next[$0.definition.name] !== $0 }
            known = next
            return former
        }
        for function in former { function.stop() }
    }

    /// Serves the Invoke API on the loopback, for `aws lambda invoke --endpoint-url`.
    /// - Returns: the port.
    public func serve(port: Int) throws -> Int {
        let server = try LoopbackServer(port: port, largestBody: FunctionWorker.largestPayload) {
            [weak self] request, respond in
            self?.handle(request, respond)
        }
        self.server.withLock { $0 = server }
        return server.port
    }

    private func handle(_ request: LoopbackServer.Request, _ respond: @escaping LoopbackServer.Respond) {
        let answer: @Sendable (IntegrationResponse) -> Void = { response in
            respond(
                .init(
                    status: response.status,
                    headers: response.headers.fields.map { ($0.name, $0.value) },
                    body: response.body.bytes ?? [],
                )
            )
        }
        guard request.method == "POST", let name = FunctionName(path: request.path), let function = self[name.name]
        else {
            let name = FunctionName(path: request.path)?.name ?? request.path
            answer(LocalFunction.refused(404, "ResourceNotFoundException", "Function not found: \(name)"))
            return
        }
        var call = IntegrationRequest(method: "POST", path: request.path, body: .bytes(request.body))
        for header in request.headers where HeaderSyntax.isFieldValue(header.value) {
            call.headers.addUnchecked(header.name, header.value)
        }
        function.invoke(Invocation(call, requestID: ""), for: nil) { result in
            if case .success(let response) = result { answer(response) }
        }
    }

    /// Ends every process, and waits until all have ended, by force if need be.
    public func stop() async {
        let all = byName.withLock { known -> [LocalFunction] in
            defer { known = [:] }
            return Array(known.values)
        }
        for function in all { function.stop(atOnce: true) }
        server.withLock { server in
            defer { server = nil }
            return server
        }?.close()
        for _ in 0..<(FunctionWorker.graceMilliseconds + 1000) / 10 {
            if all.allSatisfy(\.hasStopped) { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Base64 between texts and bytes.
enum Base64Text {
    static func encode(_ bytes: [UInt8]) -> String { String(decoding: Base64.encode(bytes), as: UTF8.self) }
    static func decode(_ text: String) -> [UInt8]? { Base64.decode(Array(text.utf8)) }
}
