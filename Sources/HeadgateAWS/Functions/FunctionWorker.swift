import Dispatch
import Headgate
import HeadgateStages
import NIOCore
import NIOHTTP1
import OrderedJSON
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One process of a function, and the Lambda Runtime API that it speaks: it asks for an invocation, answers
/// it, and asks for the next.
final class FunctionWorker: Sendable {
    typealias Completion = @Sendable (FunctionOutcome) -> Void

    private struct Call {
        let invocation: Invocation
        let completion: Completion
        /// When the process must have answered, or asked for it; on the monotonic clock, in milliseconds.
        var deadline: Int64
        /// The process has it.
        var isSent: Bool
        /// What the process is streaming.
        var stream: FunctionStream?
    }

    private struct State {
        /// The process waits for an invocation.
        var next: LoopbackServer.Respond?
        var current: Call?
        /// The process has asked for an invocation.
        var hasStarted = false
        var isEnded = false
        /// Somebody looks at the process from time to time, as long as it has something to do.
        var isWatched = false
        var initError: [UInt8]?
        /// The last lines of the current invocation.
        var tail: [UInt8] = []
        var line: [UInt8] = []
    }

    private let definition: FunctionDefinition
    private let arn: String
    private let log: FunctionLog
    private let ended: @Sendable (FunctionWorker) -> Void
    private let state = Mutex(State())
    private let server: Mutex<LoopbackServer?>
    private let process: Mutex<ChildProcess?>

    /// Time for a cold start.
    private static let initMilliseconds: Int64 = 10_000
    /// How long a process may take to end when it is asked to.
    static let graceMilliseconds = 2000
    /// How often time and memory of a process that works are looked at.
    private static let watchMilliseconds = 100
    static let largestPayload = 6 << 20
    private static let longestTail = 4096
    /// How long an answer that is to bring its log waits for the log.
    private static let logMilliseconds = 100

    /// - Throws: where the program cannot be started.
    init(
        _ definition: FunctionDefinition,
        environment: [String: String],
        log: FunctionLog,
        ended: @escaping @Sendable (FunctionWorker) -> Void,
    ) throws {
        self.definition = definition
        self.log = log
        self.ended = ended
        arn = "arn:aws:lambda:\(FunctionEnvironment.region(environment)):000000000000:function:\(definition.name)"
        server = Mutex(nil)
        process = Mutex(nil)
        let server = try LoopbackServer(port: 0, largestBody: 4 * Self.largestPayload) { [weak self] request, channel in
            self?.stream(request, channel)
        } handle: { [weak self] request, respond in
            guard let self else { return respond(.init(status: 410)) }
            self.handle(request, respond)
        }
        self.server.withLock { $0 = server }
        let child: ChildProcess
        do {
            child = try ChildProcess(
                definition.command,
                environment: FunctionEnvironment.variables(definition, environment, port: server.port),
                directory: definition.code,
            )
        } catch {
            server.close()
            throw error
        }
        process.withLock { $0 = child }
        DispatchQueue(label: "headgate.function.\(definition.name)").async { self.follow(child) }
    }

    // MARK: Invocations

    private static var now: Int64 { SystemClock().monotonicMicroseconds() / 1000 }

    /// Gives the process an invocation, or keeps it until the process asks for one. The worker must be free.
    func invoke(_ invocation: Invocation, _ completion: @escaping Completion) {
        enum Step { case send(LoopbackServer.Respond), wait, fail }
        let (step, mustWatch) = state.withLock { state -> (Step, Bool) in
            guard !state.isEnded else { return (.fail, false) }
            let respond = state.next
            let limit = respond == nil ? Self.initMilliseconds : Int64(definition.timeoutMilliseconds)
            state.current = Call(
                invocation: invocation,
                completion: completion,
                deadline: Self.now + limit,
                isSent: respond != nil,
            )
            state.tail = []
            state.next = nil
            defer { state.isWatched = true }
            return (respond.map(Step.send) ?? .wait, !state.isWatched)
        }
        switch step {
        case .send(let respond): send(invocation, respond)
        case .wait: break
        case .fail: completion(.failed(type: "Runtime.ExitError", message: "Runtime exited", log: []))
        }
        if mustWatch { watch() }
    }

    private func send(_ invocation: Invocation, _ respond: LoopbackServer.Respond) {
        let deadline = SystemClock().epochMilliseconds() + Int64(definition.timeoutMilliseconds)
        var headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.requestID),
            ("Lambda-Runtime-Deadline-Ms", String(deadline)),
            ("Lambda-Runtime-Invoked-Function-Arn", arn),
        ]
        if let trace = invocation.traceID { headers.append(("Lambda-Runtime-Trace-Id", trace)) }
        if let context = invocation.clientContext, let text = Self.decoded(context) {
            headers.append(("Lambda-Runtime-Client-Context", text))
        }
        let payload = invocation.payload.isEmpty ? Array("{}".utf8) : invocation.payload
        respond(.init(status: 200, headers: headers, body: payload))
    }

    private static func decoded(_ base64: String) -> String? {
        guard let bytes = Base64Text.decode(base64) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return HeaderSyntax.isFieldValue(text) ? text : nil
    }

    /// Ends the current invocation, if it is that one.
    private func finish(_ identifier: String?, _ outcome: FunctionOutcome) {
        let ended = state.withLock { state -> Call? in
            guard let current = state.current, identifier == nil || current.invocation.requestID == identifier else {
                return nil
            }
            state.current = nil
            return current
        }
        guard let ended else { return }
        var outcome = outcome
        if let stream = ended.stream {
            stream.complete(outcome)
            outcome.wasStreamed = true
        }
        @Sendable func complete(_ outcome: FunctionOutcome) {
            var outcome = outcome
            outcome.log = state.withLock { $0.tail }
            ended.completion(outcome)
        }
        guard ended.invocation.wantsLog else { return complete(outcome) }
        // What the function wrote last may still be on its way through the pipe. Until it is told, no other
        // invocation begins here.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.logMilliseconds)) { [outcome] in
            complete(outcome)
        }
    }

    /// Ends an invocation that has come to nothing, and the process with it.
    private func fail(_ identifier: String, _ type: String, _ message: String, why: String? = nil) {
        state.withLock { $0.isEnded = true }
        log.problem(definition.name, identifier, why ?? message)
        finish(identifier, .failed(type: type, message: "RequestId: \(identifier) Error: \(message)", log: []))
        kill()
    }

    // MARK: Watching

    private func watch() {
        let next = DispatchTime.now() + .milliseconds(Self.watchMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: next) { [weak self] in self?.look() }
    }

    /// Ends the process where it takes too long or too much.
    private func look() {
        let (current, hasStarted) = state.withLock { state in
            if state.current == nil { state.isWatched = false }
            return (state.current, state.hasStarted)
        }
        guard let current else { return }
        let identifier = current.invocation.requestID
        if Self.now >= current.deadline {
            timeOut(current, hasStarted: hasStarted)
        } else if let used = process.withLock({ $0?.residentBytes }), used > definition.memory << 20 {
            fail(
                identifier,
                "Runtime.ExitError",
                "Runtime exited with error: signal: killed",
                why: "it used \(used >> 20) MB of memory, more than its \(definition.memory) MB, and was killed",
            )
        }
        watch()
    }

    private func timeOut(_ call: Call, hasStarted: Bool) {
        let identifier = call.invocation.requestID
        guard call.isSent else {
            let what = hasStarted ? "ask for another invocation" : "start"
            fail(
                identifier,
                "Sandbox.Timedout",
                "the function did not \(what) within \(Self.initMilliseconds / 1000) seconds",
            )
            return
        }
        let (whole, rest) = definition.timeoutMilliseconds.quotientAndRemainder(dividingBy: 1000)
        let hundredths = rest / 10
        let seconds = "\(whole)." + (hundredths < 10 ? "0\(hundredths)" : "\(hundredths)")
        fail(identifier, "Sandbox.Timedout", "Task timed out after \(seconds) seconds")
    }

    // MARK: The Runtime API

    private static let prefix = "/2018-06-01/runtime/"

    /// What the path says behind its prefix: `["invocation", ID, "response"]`.
    private static func parts(_ request: LoopbackServer.Request) -> [String]? {
        guard request.path.hasPrefix(prefix) else { return nil }
        return request.path.dropFirst(prefix.count).split(separator: "/").map(String.init)
    }

    private func handle(_ request: LoopbackServer.Request, _ respond: @escaping LoopbackServer.Respond) {
        guard let parts = Self.parts(request) else { return respond(.init(status: 404)) }
        switch (request.method, parts.count) {
        case ("GET", 2) where parts == ["invocation", "next"]:
            let waiting = state.withLock { state -> Invocation? in
                state.hasStarted = true
                guard let current = state.current else {
                    state.next = respond
                    return nil
                }
                state.current?.deadline = Self.now + Int64(definition.timeoutMilliseconds)
                state.current?.isSent = true
                return current.invocation
            }
            if let waiting { send(waiting, respond) }
        case ("POST", 3) where parts[0] == "invocation" && parts[2] == "response":
            take(request, parts[1], respond)
        case ("POST", 3) where parts[0] == "invocation" && parts[2] == "error":
            finish(parts[1], FunctionOutcome(payload: Self.error(request), isError: true))
            respond(.init(status: 202))
        case ("POST", 2) where parts == ["init", "error"]:
            let payload = Self.error(request)
            state.withLock { $0.initError = payload }
            log.problem(
                definition.name,
                nil,
                "it did not start: " + String(decoding: payload.prefix(500), as: UTF8.self),
            )
            finish(nil, FunctionOutcome(payload: payload, isError: true))
            respond(.init(status: 202))
        default:
            respond(.init(status: 404))
        }
    }

    private func take(_ request: LoopbackServer.Request, _ identifier: String, _ respond: LoopbackServer.Respond) {
        guard request.body.count <= Self.largestPayload else {
            let message = "Response payload size exceeded maximum allowed payload size (\(Self.largestPayload) bytes)."
            respond(.init(status: 413))
            fail(identifier, "Function.ResponseSizeTooLarge", message)
            return
        }
        var payload = request.body
        // A function that streams is asked for a whole answer: its head is one, what stands behind it is none.
        if request.headers.first(name: "Content-Type") == FunctionStream.headedType,
            let zeros = payload.firstRange(of: [UInt8](repeating: 0, count: 8))
        {
            payload.removeSubrange(zeros.lowerBound...)
        }
        finish(identifier, FunctionOutcome(payload: payload, isError: false))
        respond(.init(status: 202))
    }

    /// Takes a response piece by piece, where the function streams it and the caller wants it so.
    private func stream(_ request: LoopbackServer.Request, _ channel: any Channel) -> (any BodyReceiver)? {
        guard request.headers.first(name: "Lambda-Runtime-Function-Response-Mode")?.lowercased() == "streaming",
            let parts = Self.parts(request), parts.count == 3, parts[0] == "invocation", parts[2] == "response"
        else { return nil }
        let identifier = parts[1]
        let stream = state.withLock { state -> FunctionStream? in
            guard let invocation = state.current?.invocation, invocation.requestID == identifier,
                let caller = invocation.streaming
            else { return nil }
            let stream = FunctionStream(from: channel, to: caller) { [weak self] outcome in
                self?.finish(identifier, outcome)
            } broken: { [weak self] in
                self?.breakOff(identifier)
            }
            state.current?.stream = stream
            return stream
        }
        stream?.begin()
        return stream
    }

    /// A response has broken off: mostly since the process has ended, which then says more.
    private func breakOff(_ identifier: String) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.watchMilliseconds)) { [weak self] in
            guard let self, state.withLock({ $0.current?.invocation.requestID == identifier }) else { return }
            fail(identifier, "Runtime.TruncatedResponse", "the function's response broke off")
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
        let (rest, initError, current) = state.withLock { state -> ([UInt8], [UInt8]?, String?) in
            state.isEnded = true
            defer { state.line = [] }
            return (state.line, state.initError, state.current?.invocation.requestID)
        }
        if !rest.isEmpty { tell(rest) }
        if let initError {
            finish(nil, FunctionOutcome(payload: initError, isError: true))
        } else if let current {
            fail(current, "Runtime.ExitError", "Runtime exited with error: \(status)")
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
        log.line(definition.name, identifier, FunctionOutcome.printable(line.prefix(8192)))
    }

    /// Whether it takes no more invocations.
    var hasEnded: Bool { state.withLock { $0.isEnded } }

    /// Asks the process to end, and ends it where it does not.
    func stop() {
        state.withLock { $0.isEnded = true }
        process.withLock { $0?.kill(SIGTERM) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.graceMilliseconds)) { [self] in
            guard process.withLock({ $0 != nil }) else { return }
            log.problem(
                definition.name,
                nil,
                "it ignored SIGTERM for \(Self.graceMilliseconds / 1000) seconds and was killed",
            )
            kill()
        }
    }

    /// Ends the process at once, with everything that it has started.
    private func kill() {
        state.withLock { $0.isEnded = true }
        process.withLock { $0?.kill() }
    }
}
