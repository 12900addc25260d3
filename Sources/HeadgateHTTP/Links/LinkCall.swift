import Headgate
import NIOCore

/// One call through a link: its attempts, one after the other or, with hedging, two at a time. Confined to
/// its loop.
///
/// A call is made again only where that is safe: nothing of the request was sent, or its method is
/// idempotent (RFC 9110 section 9.2.2); its body is still here; and nothing of a response has been handed on.
final class LinkCall: @unchecked Sendable {
    private struct Attempt {
        let call: BackendCall
        let pool: EndpointPool
        let target: LinkTarget
    }

    let link: Link
    private let dispatcher: LoopDispatcher
    private let request: IntegrationRequest
    private let endpoint: Endpoint
    private let mayStream: Bool
    private let exchange: Exchange
    private let began: NIODeadline
    private let deadline: NIODeadline
    private let sticky: UInt64?
    private var completion: ((Result<IntegrationResponse, any Error>) -> Void)?

    private var running: [Attempt] = []
    private var tried: [LinkTarget] = []
    private var started = 0
    private var records: [LinkUse.Attempt] = []
    private var hedge: Scheduled<Void>?
    /// A retry that waits a moment.
    private var pause: Scheduled<Void>?
    private var isUploadStarted = false
    /// The attempt whose body is on its way to the client, and whether its status was a good one.
    private var streaming: (attempt: Attempt, isGood: Bool)?

    init(
        _ request: IntegrationRequest,
        through link: Link,
        to endpoint: Endpoint,
        for exchange: Exchange,
        streaming: Bool,
        _ dispatcher: LoopDispatcher,
        _ completion: @escaping (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        self.link = link
        self.dispatcher = dispatcher
        self.request = request
        self.endpoint = endpoint
        self.exchange = exchange
        mayStream = streaming
        self.completion = completion
        began = .now()
        let most = link.definition.policy.retries.deadlineMilliseconds ?? request.timeoutMilliseconds
        deadline = began + .milliseconds(Int64(max(min(most, request.timeoutMilliseconds), 1)))
        sticky = link.definition.stickyHeader.flatMap { name in
            (exchange.request.headers.first(name) ?? request.headers.first(name)).map { StableHash.of($0) }
        }
    }

    private var policy: CallPolicy { link.definition.policy }

    func start() {
        do throws(LinkState.Refusal) {
            try link.enter(began)
        } catch {
            refuse(error)
            return
        }
        attempt(began)
        scheduleHedge()
    }

    /// The client is gone.
    func cancel() {
        guard completion != nil else { return }
        finish(.failure(DispatchFault.cancelled.failure(endpoint)), .cancelled, succeeded: nil)
    }

    // MARK: Attempts

    private func attempt(_ now: NIODeadline) {
        guard
            let target = link.choose(now, tried: tried, sticky: sticky) ?? link.choose(now, tried: [], sticky: sticky)
        else {
            finish(.failure(failure(.refused("the link \(link.name) has no targets"))), .connect, succeeded: false)
            return
        }
        tried.append(target)
        started += 1
        var end = deadline
        if let most = policy.retries.perTryTimeoutMilliseconds { end = min(end, now + .milliseconds(Int64(most))) }
        let call = BackendCall(
            request,
            to: endpoint,
            streaming: mayStream,
            now: now,
            deadline: end,
            bodyDeadline: deadline,
            through: self,
        )
        let pool = dispatcher.pool(to: target, of: link, request, endpoint)
        running.append(Attempt(call: call, pool: pool, target: target))
        pool.start(call)
    }

    /// An attempt has ended.
    func ended(_ call: BackendCall, _ result: Result<IntegrationResponse, DispatchFault>) {
        guard let index = running.firstIndex(where: { $0.call === call }) else { return }
        let attempt = running.remove(at: index)
        let now = NIODeadline.now()
        if call.hasStarted, request.body.isStream { isUploadStarted = true }
        switch result {
        case .success(let response):
            let isBad = policy.retries.statuses.contains(response.status)
            record(attempt, isBad ? .status : .success, String(response.status), now)
            // A hedged call may still do better.
            if isBad, !running.isEmpty || mayRepeat(wasSent: true) && retry(now) {
                link.ended(attempt.target, succeeded: false, now)
                if case .stream(let stream) = response.body { stream.discard() }
                return
            }
            var final = response
            final.attempts = started
            final.durationMicroseconds = Int((now - began).nanoseconds / 1000)
            if response.body.isStream {
                // It runs until its last byte.
                streaming = (attempt, !isBad)
            } else {
                link.ended(attempt.target, succeeded: !isBad, now)
            }
            finish(.success(final), isBad ? .status : .success, succeeded: !isBad)
        case .failure(let fault):
            link.ended(attempt.target, succeeded: fault.isTargets && !call.metDeadConnection ? false : nil, now)
            record(attempt, fault.outcome, fault.shortReason, now)
            // Another attempt is still on its way.
            guard running.isEmpty else { return }
            guard fault.isRepeatable, mayRepeat(wasSent: call.isSent), retry(now) else {
                finish(.failure(failure(fault)), fault.outcome, succeeded: fault.isTargets ? false : nil)
                return
            }
        }
    }

    /// A body that was streamed is over.
    func bodyEnded(_ call: BackendCall, succeeded: Bool?) {
        guard let streaming, streaming.attempt.call === call else { return }
        self.streaming = nil
        let now = NIODeadline.now()
        let isGood = succeeded.map { $0 && streaming.isGood }
        link.ended(streaming.attempt.target, succeeded: isGood, now)
        link.leave(succeeded: isGood, now)
    }

    /// Whether one more attempt does no harm.
    private func mayRepeat(wasSent: Bool) -> Bool {
        if isUploadStarted { return false }
        return !wasSent || isIdempotent
    }

    private var isIdempotent: Bool {
        BackendCall.isIdempotent(request.method)
    }

    /// Starts one more attempt, if there may be one.
    private func retry(_ now: NIODeadline) -> Bool {
        guard started < policy.retries.attempts, now < deadline, link.mayRetry(now) else { return false }
        if running.isEmpty, tried.count >= link.targetCount {
            // All of them have been asked; a moment later there may be another answer.
            let wait = Int64(10 << min(started, 5))
            pause = dispatcher.loop.scheduleTask(in: .milliseconds(wait)) { [self] in
                pause = nil
                tried = []
                if completion != nil { attempt(.now()) }
            }
        } else {
            attempt(now)
        }
        return true
    }

    // MARK: Hedging

    /// A second call beside one that takes long; only of what may be sent twice.
    private func scheduleHedge() {
        guard let after = policy.hedgeAfterMilliseconds, completion != nil else { return }
        guard isIdempotent, !request.body.isStream else { return }
        hedge = dispatcher.loop.scheduleTask(in: .milliseconds(Int64(after))) { [self] in
            hedge = nil
            let now = NIODeadline.now()
            guard completion != nil, running.count == 1, started < max(policy.retries.attempts, 2), link.mayRetry(now)
            else { return }
            attempt(now)
        }
    }

    // MARK: Ends

    private func refuse(_ refusal: LinkState.Refusal) {
        var failure: GatewayFailure
        let outcome: LinkUse.Outcome
        switch refusal {
        case .overloaded(let limit):
            failure = .badGateway(
                "the link \(link.name) runs \(limit) calls already",
                status: 503,
                reason: "link-overloaded",
            )
            failure.retryAfterSeconds = 1
            outcome = .overloaded
        case .open(let seconds):
            failure = .badGateway(
                "the circuit breaker of the link \(link.name) is open",
                status: 503,
                reason: "link-open",
            )
            failure.retryAfterSeconds = seconds
            outcome = .open
        }
        complete(.failure(failure), outcome)
    }

    private func finish(
        _ result: Result<IntegrationResponse, any Error>,
        _ outcome: LinkUse.Outcome,
        succeeded: Bool?,
    ) {
        guard completion != nil else { return }
        hedge?.cancel()
        pause?.cancel()
        let now = NIODeadline.now()
        let losers = running
        running = []
        for loser in losers {
            link.ended(loser.target, succeeded: nil, now)
            record(loser, .cancelled, "given up", now)
        }
        if streaming == nil { link.leave(succeeded: succeeded, now) }
        complete(result, outcome)
        for loser in losers {
            // Never within the work of the one that has ended: both may be on one stack.
            dispatcher.loop.execute {
                if let connection = loser.call.connection {
                    connection.cancel(loser.call)
                } else {
                    loser.pool.cancel(loser.call)
                }
            }
        }
    }

    private func complete(_ result: Result<IntegrationResponse, any Error>, _ outcome: LinkUse.Outcome) {
        guard let completion else { return }
        self.completion = nil
        exchange.linkUse = LinkUse(link: link.name, attempts: records, outcome: outcome)
        if let trace = exchange.trace {
            for (number, attempt) in records.enumerated() {
                trace.note(
                    "attempt \(number + 1)",
                    "\(attempt.target): \(attempt.detail), \(attempt.durationMicroseconds) µs",
                )
            }
            if records.isEmpty { trace.note("link", "\(link.name): \(outcome.rawValue)") }
        }
        completion(result)
    }

    private func record(_ attempt: Attempt, _ outcome: LinkUse.Outcome, _ detail: String, _ now: NIODeadline) {
        records.append(
            LinkUse.Attempt(
                target: attempt.target.name,
                outcome: outcome,
                detail: detail,
                durationMicroseconds: Int((now - attempt.call.began).nanoseconds / 1000),
            )
        )
    }

    /// What the client gets, with what an operator wants to know of the way there.
    private func failure(_ fault: DispatchFault) -> GatewayFailure {
        var failure = fault.failure(endpoint)
        let attempts = records.count == 1 ? "" : " after \(records.count) attempts"
        let target = records.last.map { ", target \($0.target)" } ?? ""
        failure.cause += " (link \(link.name)\(target)\(attempts))"
        return failure
    }
}

extension DispatchFault {
    /// Whether it speaks against the target.
    fileprivate var isTargets: Bool {
        switch self {
        case .unresolved, .refused, .connectTimedOut, .tls, .timedOut, .closed, .truncated, .malformed: true
        case .noEndpoint, .unsendable, .responseTooLarge, .overloaded, .requestBody, .cancelled, .shutDown: false
        }
    }

    /// Whether another attempt might end otherwise.
    fileprivate var isRepeatable: Bool {
        switch self {
        case .unresolved, .refused, .connectTimedOut, .tls, .timedOut, .closed, .truncated, .overloaded: true
        case .noEndpoint, .unsendable, .responseTooLarge, .malformed, .requestBody, .cancelled, .shutDown: false
        }
    }
}
