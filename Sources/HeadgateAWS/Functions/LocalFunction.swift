import Dispatch
import Headgate
import HeadgateStages
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A function on this machine: a pool of processes that are kept warm, up to its concurrency.
final class LocalFunction: LocalInvokable {
    private struct State {
        var idle: [FunctionWorker] = []
        /// With the stamp of the code that each has started with.
        var running: [ObjectIdentifier: (worker: FunctionWorker, stamp: UInt64)] = [:]
        var isStopped = false
        var stamp: UInt64 = 0
        /// When the code was looked at; on the monotonic clock, in milliseconds.
        var lookedAt: Int64?
    }

    /// How old the newest look at the code may be; a folder may hold thousands of files.
    private static let lookMilliseconds: Int64 = 200

    let definition: FunctionDefinition
    private let environment: [String: String]
    private let log: FunctionLog
    private let state = Mutex(State())
    private let queue: DispatchQueue

    init(
        _ definition: FunctionDefinition,
        environment: [String: String],
        log: FunctionLog,
    ) {
        self.definition = definition
        self.environment = environment
        self.log = log
        queue = DispatchQueue(label: "headgate.function.\(definition.name)")
    }

    func invoke(
        _ invocation: Invocation,
        for exchange: Exchange?,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        guard let kind = invocation.kind else {
            completion(.success(Self.refused(400, "InvalidParameterValueException", "the invocation type is unknown")))
            return
        }
        if kind == .dryRun {
            completion(.success(IntegrationResponse(status: 204)))
            return
        }
        guard invocation.payload.count <= (kind == .event ? 1 << 20 : FunctionWorker.largestPayload) else {
            completion(
                .success(
                    Self.refused(
                        413,
                        "RequestTooLargeException",
                        "the payload of \(invocation.payload.count) bytes is too large",
                    )
                )
            )
            return
        }
        var invocation = invocation
        // Each invocation has an id of its own, also where two come of one request.
        var random = RandomSource()
        invocation.requestID = RequestIdentifiers.uuid(&random)
        if let worker = idleWorker() { return start(worker, invocation, kind, completion) }
        // Looking at files and starting programs is nothing for an event loop.
        queue.async { [invocation] in self.run(invocation, kind, completion) }
    }

    private func run(
        _ invocation: Invocation,
        _ kind: Invocation.Kind,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        do {
            guard let worker = try takeWorker() else {
                log.problem(
                    definition.name,
                    invocation.requestID,
                    "its \(definition.concurrency) processes are busy: a call is refused",
                )
                completion(.success(Self.refused(429, "TooManyRequestsException", "Rate Exceeded.")))
                return
            }
            start(worker, invocation, kind, completion)
        } catch {
            let outcome = FunctionOutcome.failed(
                type: "Runtime.InvalidEntrypoint",
                message: "RequestId: \(invocation.requestID) Error: \(error)",
                log: [],
            )
            log.problem(definition.name, invocation.requestID, "it cannot be started: \(error)")
            completion(.success(Self.response(outcome, invocation)))
        }
    }

    private func start(
        _ worker: FunctionWorker,
        _ invocation: Invocation,
        _ kind: Invocation.Kind,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let waits = kind == .requestResponse
        let began = SystemClock().monotonicMicroseconds()
        worker.invoke(invocation) { [self, invocation] outcome in
            release(worker)
            guard waits, !outcome.wasStreamed else { return }
            var response = Self.response(outcome, invocation)
            response.durationMicroseconds = Int(SystemClock().monotonicMicroseconds() - began)
            completion(.success(response))
        }
        if !waits { completion(.success(IntegrationResponse(status: 202))) }
    }

    // MARK: Answers

    private static func response(_ outcome: FunctionOutcome, _ invocation: Invocation) -> IntegrationResponse {
        var headers: Headers = ["Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"]
        headers.addUnchecked("x-amzn-RequestId", invocation.requestID)
        if let trace = invocation.traceID { headers.addUnchecked("X-Amzn-Trace-Id", trace) }
        if outcome.isError { headers.addUnchecked("X-Amz-Function-Error", "Unhandled") }
        if invocation.wantsLog { headers.addUnchecked("X-Amz-Log-Result", Base64Text.encode(outcome.log)) }
        guard invocation.streams else {
            return IntegrationResponse(status: 200, headers: headers, body: .bytes(outcome.payload))
        }
        headers.setUnchecked("Content-Type", "application/vnd.amazon.eventstream")
        headers.remove("X-Amz-Function-Error")
        var body: [UInt8] = []
        if !outcome.isError {
            body = EventStream.encode(
                type: "PayloadChunk",
                contentType: "application/octet-stream",
                payload: outcome.payload,
            )
        }
        body += EventStream.complete(outcome)
        return IntegrationResponse(status: 200, headers: headers, body: .bytes(body))
    }

    static func refused(_ status: Int, _ type: String, _ message: String) -> IntegrationResponse {
        var out = JSONBuilder()
        out.open()
        out.member("Type", "User")
        out.member("Message", message)
        out.close()
        return IntegrationResponse(
            status: status,
            headers: ["Content-Type": "application/json", "x-amzn-ErrorType": type],
            body: .bytes(out.bytes),
        )
    }

    // MARK: The pool

    /// A free worker, unless it is time to look whether the code has changed.
    private func idleWorker() -> FunctionWorker? {
        let now = SystemClock().monotonicMicroseconds() / 1000
        return state.withLock { state in
            guard let lookedAt = state.lookedAt, now - lookedAt < Self.lookMilliseconds else { return nil }
            return state.idle.popLast()
        }
    }

    /// A free worker, a new one, or nil where all that may run are busy.
    private func takeWorker() throws -> FunctionWorker? {
        let now = SystemClock().monotonicMicroseconds() / 1000
        let mustLook = state.withLock { $0.lookedAt.map { now - $0 >= Self.lookMilliseconds } ?? true }
        let stamp = mustLook ? CodeStamp.of(definition.code) : state.withLock { $0.stamp }
        let stale = state.withLock { state -> [FunctionWorker] in
            if mustLook { state.lookedAt = now }
            guard state.stamp != stamp else { return [] }
            state.stamp = stamp
            defer { state.idle = [] }
            return state.idle
        }
        for worker in stale { worker.stop() }
        let (free, mayStart) = state.withLock { state -> (FunctionWorker?, Bool) in
            if let worker = state.idle.popLast() { return (worker, false) }
            return (
                nil,
                !state.isStopped
                    && state.running.values.lazy.filter { !$0.worker.hasEnded }.count < definition.concurrency,
            )
        }
        if let free { return free }
        guard mayStart else { return nil }
        let worker = try FunctionWorker(definition, environment: environment, log: log) { [weak self] in
            self?.forget($0)
        }
        state.withLock { $0.running[ObjectIdentifier(worker)] = (worker, stamp) }
        return worker
    }

    private func release(_ worker: FunctionWorker) {
        guard !worker.hasEnded else { return }
        let isWanted = state.withLock { state -> Bool in
            // One that started with other code is not used again.
            guard !state.isStopped, state.running[ObjectIdentifier(worker)]?.stamp == state.stamp else { return false }
            state.idle.append(worker)
            return true
        }
        if !isWanted { worker.stop() }
    }

    private func forget(_ worker: FunctionWorker) {
        state.withLock { state in
            state.running[ObjectIdentifier(worker)] = nil
            state.idle.removeAll { $0 === worker }
        }
    }

    /// Ends its processes: those that are free at once, the others when they have answered, unless nobody waits
    /// for that.
    func stop(atOnce: Bool = false) {
        let workers = state.withLock { state -> [FunctionWorker] in
            state.isStopped = true
            defer { state.idle = [] }
            return atOnce ? state.running.values.map(\.worker) : state.idle
        }
        for worker in workers { worker.stop() }
    }

    /// Whether it has no process any more.
    var hasStopped: Bool { state.withLock { $0.isStopped && $0.running.isEmpty } }
}
