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
    }

    let definition: FunctionDefinition
    private let environment: [String: String]
    private let log: @Sendable (_ function: String, _ requestID: String?, _ line: String) -> Void
    private let state = Mutex(State())
    private let queue: DispatchQueue

    init(
        _ definition: FunctionDefinition,
        environment: [String: String],
        log: @escaping @Sendable (_ function: String, _ requestID: String?, _ line: String) -> Void,
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
        // Looking at files and starting programs is nothing for an event loop.
        queue.async { [invocation] in self.run(invocation, kind, completion) }
    }

    private func run(
        _ invocation: Invocation,
        _ kind: Invocation.Kind,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let worker: FunctionWorker
        do {
            guard let free = try takeWorker() else {
                completion(.success(Self.refused(429, "TooManyRequestsException", "Rate Exceeded.")))
                return
            }
            worker = free
        } catch {
            let outcome = FunctionOutcome.failed(
                type: "Runtime.InvalidEntrypoint",
                message: "RequestId: \(invocation.requestID) Error: \(error)",
                log: [],
            )
            log(definition.name, invocation.requestID, "it cannot be started: \(error)")
            completion(.success(Self.response(outcome, invocation)))
            return
        }
        let waits = kind == .requestResponse
        let began = SystemClock().monotonicMicroseconds()
        worker.invoke(invocation) { [self, invocation] outcome in
            release(worker)
            guard waits else { return }
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
        var complete = "{}"
        if outcome.isError {
            var out = JSONBuilder()
            out.open()
            out.member("ErrorCode", "Unhandled")
            out.member("ErrorDetails", String(decoding: outcome.payload, as: UTF8.self))
            out.close()
            complete = String(decoding: out.bytes, as: UTF8.self)
        } else {
            body = EventStream.encode(
                type: "PayloadChunk",
                contentType: "application/octet-stream",
                payload: outcome.payload,
            )
        }
        body += EventStream.encode(
            type: "InvokeComplete",
            contentType: "application/json",
            payload: Array(complete.utf8),
        )
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

    /// A free worker, a new one, or nil where all that may run are busy.
    private func takeWorker() throws -> FunctionWorker? {
        let stamp = CodeStamp.of(definition.code)
        let stale = state.withLock { state -> [FunctionWorker] in
            guard state.stamp != stamp else { return [] }
            state.stamp = stamp
            defer { state.idle = [] }
            for worker in state.idle { state.running[ObjectIdentifier(worker)] = nil }
            return state.idle
        }
        for worker in stale { worker.kill() }
        let (free, mayStart) = state.withLock { state -> (FunctionWorker?, Bool) in
            if let worker = state.idle.popLast() { return (worker, false) }
            return (nil, !state.isStopped && state.running.count < definition.concurrency)
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
        if !isWanted { worker.kill() }
    }

    private func forget(_ worker: FunctionWorker) {
        state.withLock { state in
            state.running[ObjectIdentifier(worker)] = nil
            state.idle.removeAll { $0 === worker }
        }
    }

    func stop() {
        let all = state.withLock { state -> [FunctionWorker] in
            state.isStopped = true
            state.idle = []
            return state.running.values.map(\.worker)
        }
        for worker in all { worker.kill() }
    }
}

/// Tells whether the code in a folder has changed, by names, sizes and times of its files.
enum CodeStamp {
    private static let mostFiles = 5000

    static func of(_ folder: String) -> UInt64 {
        var stamp: UInt64 = 0xCBF2_9CE4_8422_2325
        var left = mostFiles
        look(folder, depth: 0, &stamp, &left)
        return stamp
    }

    private static func look(_ folder: String, depth: Int, _ stamp: inout UInt64, _ left: inout Int) {
        guard depth < 16, let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while left > 0, let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") || name == "__pycache__" || name == "node_modules" { continue }
            left -= 1
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            var mark: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in path.utf8 { mark = (mark ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            if status.st_mode & S_IFMT == S_IFDIR {
                look(path, depth: depth + 1, &stamp, &left)
            } else {
                mark ^= UInt64(truncatingIfNeeded: status.st_mtim.tv_sec) &* 31
                mark ^= UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec) &* 131
                mark ^= UInt64(truncatingIfNeeded: status.st_size) &* 8191
            }
            // The order in which a folder gives its entries does not count.
            stamp = stamp &+ mark &* 0x9E37_79B9_7F4A_7C15
        }
    }
}
