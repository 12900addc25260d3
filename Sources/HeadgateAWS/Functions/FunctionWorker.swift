import Dispatch
import Headgate
import OrderedJSON
import SigV4
import Synchronization

/// One process of a function, and the Lambda Runtime API that it speaks: it asks for an invocation, answers
/// it, and asks for the next.
final class FunctionWorker: Sendable {
    typealias Completion = @Sendable (FunctionOutcome) -> Void

    private struct State {
        /// The process waits for an invocation.
        var next: LoopbackServer.Respond?
        var current: (invocation: Invocation, completion: Completion)?
        /// The process has asked for an invocation.
        var hasStarted = false
        var isEnded = false
        var initError: [UInt8]?
        /// The last lines of the current invocation.
        var tail: [UInt8] = []
        var line: [UInt8] = []
    }

    private let definition: FunctionDefinition
    private let log: @Sendable (_ function: String, _ requestID: String?, _ line: String) -> Void
    private let ended: @Sendable (FunctionWorker) -> Void
    private let state = Mutex(State())
    private let server: Mutex<LoopbackServer?>
    private let process: Mutex<ChildProcess?>

    /// Time for a cold start.
    private static let initMilliseconds = 10_000
    static let largestPayload = 6 << 20
    private static let longestTail = 4096
    /// How long an answer that is to bring its log waits for the log.
    private static let logMilliseconds = 100

    /// - Throws: where the program cannot be started.
    init(
        _ definition: FunctionDefinition,
        environment: [String: String],
        log: @escaping @Sendable (_ function: String, _ requestID: String?, _ line: String) -> Void,
        ended: @escaping @Sendable (FunctionWorker) -> Void,
    ) throws {
        self.definition = definition
        self.log = log
        self.ended = ended
        server = Mutex(nil)
        process = Mutex(nil)
        let server = try LoopbackServer(port: 0, largestBody: 4 * Self.largestPayload) { [weak self] request, respond in
            guard let self else { return respond(.init(status: 410)) }
            self.handle(request, respond)
        }
        self.server.withLock { $0 = server }
        let child: ChildProcess
        do {
            child = try ChildProcess(
                definition.command,
                environment: Self.environment(definition, environment, port: server.port),
                directory: definition.code,
            )
        } catch {
            server.close()
            throw error
        }
        process.withLock { $0 = child }
        DispatchQueue(label: "headgate.function.\(definition.name)").async { self.follow(child) }
    }

    // MARK: Environment

    /// As in Lambda; what the function's own block says comes last.
    private static func environment(
        _ definition: FunctionDefinition,
        _ gateway: [String: String],
        port: Int,
    ) -> [(String, String)] {
        let region = gateway["AWS_REGION"] ?? gateway["AWS_DEFAULT_REGION"] ?? "us-east-1"
        var variables = [
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(port)",
            "AWS_LAMBDA_FUNCTION_NAME": definition.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(definition.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/" + definition.name,
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_EXECUTION_ENV": "AWS_Lambda_headgate",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "_HANDLER": definition.handler,
            "LAMBDA_TASK_ROOT": definition.code,
            "LAMBDA_RUNTIME_DIR": definition.code,
            "TZ": ":UTC",
            "PYTHONUNBUFFERED": "1",
        ]
        for name in ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH"] { variables[name] = gateway[name] }
        for (name, value) in gateway where name.hasPrefix("AWS_ENDPOINT_URL") { variables[name] = value }
        for (name, value) in definition.environment { variables[name] = value }
        return variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: Invocations

    /// Gives the process an invocation, or keeps it until the process asks for one. The worker must be free.
    func invoke(_ invocation: Invocation, _ completion: @escaping Completion) {
        let (respond, isEnded) = state.withLock { state -> (LoopbackServer.Respond?, Bool) in
            guard !state.isEnded else { return (nil, true) }
            state.current = (invocation, completion)
            state.tail = []
            defer { state.next = nil }
            return (state.next, false)
        }
        if isEnded {
            completion(.failed(type: "Runtime.ExitError", message: "Runtime exited", log: []))
            return
        }
        if let respond {
            send(invocation, respond)
        } else {
            let identifier = invocation.requestID
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.initMilliseconds)) { [weak self] in
                self?.initTimedOut(identifier)
            }
        }
    }

    /// The process has not asked for its first invocation.
    private func initTimedOut(_ identifier: String) {
        let hasStarted = state.withLock { $0.hasStarted || $0.current?.invocation.requestID != identifier }
        guard !hasStarted else { return }
        let message =
            "RequestId: \(identifier) Error: the function did not start within \(Self.initMilliseconds / 1000) seconds"
        state.withLock { $0.isEnded = true }
        finish(identifier, .failed(type: "Sandbox.Timedout", message: message, log: []))
        kill()
    }

    private func send(_ invocation: Invocation, _ respond: LoopbackServer.Respond) {
        let identifier = invocation.requestID
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(definition.timeoutMilliseconds)) {
            [weak self] in
            self?.timeOut(identifier)
        }
        let deadline = SystemClock().epochMilliseconds() + Int64(definition.timeoutMilliseconds)
        var headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.requestID),
            ("Lambda-Runtime-Deadline-Ms", String(deadline)),
            (
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:us-east-1:000000000000:function:" + definition.name,
            ),
        ]
        if let trace = invocation.traceID { headers.append(("Lambda-Runtime-Trace-Id", trace)) }
        if let context = invocation.clientContext, let text = Self.decoded(context) {
            headers.append(("Lambda-Runtime-Client-Context", text))
        }
        respond(
            .init(
                status: 200,
                headers: headers,
                body: invocation.payload.isEmpty ? Array("{}".utf8) : invocation.payload,
            )
        )
    }

    private static func decoded(_ base64: String) -> String? {
        guard let bytes = Base64Text.decode(base64) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return HeaderSyntax.isFieldValue(text) ? text : nil
    }

    private func timeOut(_ identifier: String) {
        let isRunning = state.withLock { $0.current?.invocation.requestID == identifier }
        guard isRunning else { return }
        state.withLock { $0.isEnded = true }
        let (whole, rest) = definition.timeoutMilliseconds.quotientAndRemainder(dividingBy: 1000)
        let hundredths = rest / 10
        let seconds = "\(whole)." + (hundredths < 10 ? "0\(hundredths)" : "\(hundredths)")
        finish(
            identifier,
            .failed(
                type: "Sandbox.Timedout",
                message: "RequestId: \(identifier) Error: Task timed out after \(seconds) seconds",
                log: [],
            ),
        )
        kill()
    }

    /// Ends the current invocation, if it is that one.
    private func finish(_ identifier: String?, _ outcome: FunctionOutcome) {
        let ended = state.withLock { state -> (invocation: Invocation, completion: Completion)? in
            guard let current = state.current, identifier == nil || current.invocation.requestID == identifier else {
                return nil
            }
            state.current = nil
            return current
        }
        guard let ended else { return }
        @Sendable func complete() {
            var outcome = outcome
            outcome.log = state.withLock { $0.tail }
            ended.completion(outcome)
        }
        guard ended.invocation.wantsLog else { return complete() }
        // What the function wrote last may still be on its way through the pipe. Until it is told, no other
        // invocation begins here.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.logMilliseconds)) { complete() }
    }

    // MARK: The Runtime API

    private static let prefix = "/2018-06-01/runtime/"

    private func handle(_ request: LoopbackServer.Request, _ respond: @escaping LoopbackServer.Respond) {
        guard request.path.hasPrefix(Self.prefix) else { return respond(.init(status: 404)) }
        let parts = request.path.dropFirst(Self.prefix.count).split(separator: "/").map(String.init)
        switch (request.method, parts.count) {
        case ("GET", 2) where parts == ["invocation", "next"]:
            let waiting = state.withLock { state -> Invocation? in
                state.hasStarted = true
                if let current = state.current { return current.invocation }
                state.next = respond
                return nil
            }
            if let waiting { send(waiting, respond) }
        case ("POST", 3) where parts[0] == "invocation" && parts[2] == "response":
            if request.body.count > Self.largestPayload {
                state.withLock { $0.isEnded = true }
                finish(
                    parts[1],
                    .failed(
                        type: "Function.ResponseSizeTooLarge",
                        message:
                            "Response payload size exceeded maximum allowed payload size (\(Self.largestPayload) bytes).",
                        log: [],
                    ),
                )
                respond(.init(status: 413))
                kill()
                return
            }
            finish(parts[1], FunctionOutcome(payload: request.body, isError: false))
            respond(.init(status: 202))
        case ("POST", 3) where parts[0] == "invocation" && parts[2] == "error":
            finish(parts[1], FunctionOutcome(payload: Self.error(request), isError: true))
            respond(.init(status: 202))
        case ("POST", 2) where parts == ["init", "error"]:
            let payload = Self.error(request)
            state.withLock { $0.initError = payload }
            finish(nil, FunctionOutcome(payload: payload, isError: true))
            respond(.init(status: 202))
        default:
            respond(.init(status: 404))
        }
    }

    /// What the runtime says went wrong, as the client of the Invoke API gets it.
    private static func error(_ request: LoopbackServer.Request) -> [UInt8] {
        if (try? JSONDocument(parsing: request.body)) != nil { return request.body }
        let type = request.headers.first(name: "Lambda-Runtime-Function-Error-Type") ?? "Unhandled"
        return FunctionOutcome.failed(type: type, message: String(decoding: request.body, as: UTF8.self), log: [])
            .payload
    }

    // MARK: The process

    /// Reads what the process writes until it ends.
    private func follow(_ child: ChildProcess) {
        while let piece = child.readOutput() { take(piece) }
        child.kill()
        let status = child.wait()
        process.withLock { $0 = nil }
        child.closeOutput()
        let (rest, initError) = state.withLock { state -> ([UInt8], [UInt8]?) in
            state.isEnded = true
            defer { state.line = [] }
            return (state.line, state.initError)
        }
        if !rest.isEmpty { tell(rest) }
        let identifier = state.withLock { $0.current?.invocation.requestID ?? "" }
        if let initError {
            finish(nil, FunctionOutcome(payload: initError, isError: true))
        } else {
            finish(
                nil,
                .failed(
                    type: "Runtime.ExitError",
                    message: "RequestId: \(identifier) Error: Runtime exited with error: \(status)",
                    log: [],
                ),
            )
        }
        server.withLock { $0 }?.close()
        ended(self)
    }

    private func take(_ piece: [UInt8]) {
        let lines = state.withLock { state -> [[UInt8]] in
            state.tail += piece
            if state.tail.count > Self.longestTail { state.tail.removeFirst(state.tail.count - Self.longestTail) }
            state.line += piece
            var lines = state.line.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
            state.line = lines.removeLast()
            if state.line.count > 65_536 {
                lines.append(state.line)
                state.line = []
            }
            return lines
        }
        for line in lines where !line.isEmpty { tell(line) }
    }

    private func tell(_ line: [UInt8]) {
        let identifier = state.withLock { $0.current?.invocation.requestID }
        log(definition.name, identifier, String(decoding: line.prefix(8192), as: UTF8.self))
    }

    /// Whether it takes no more invocations.
    var hasEnded: Bool { state.withLock { $0.isEnded } }

    /// Ends the process at once, with everything that it has started.
    func kill() {
        state.withLock { $0.isEnded = true }
        process.withLock { $0?.kill() }
    }
}

/// What came of an invocation on this machine.
struct FunctionOutcome: Sendable {
    var payload: [UInt8]
    var isError: Bool
    var log: [UInt8] = []

    static func failed(type: String, message: String, log: [UInt8]) -> FunctionOutcome {
        var out = JSONBuilder()
        out.open()
        out.member("errorType", type)
        out.member("errorMessage", message)
        out.close()
        return FunctionOutcome(payload: out.bytes, isError: true, log: log)
    }
}
