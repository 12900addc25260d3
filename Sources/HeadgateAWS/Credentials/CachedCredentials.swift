import Headgate
import SigV4
import Synchronization

/// Credentials that are fetched once for all who need them, renewed before they expire, and not asked for
/// again at once when they cannot be had.
///
/// Fresh credentials are given without waiting. Those that expire soon are given as well, while one fetch
/// goes on behind; those that expire very soon are waited for, and used after all when the fetch fails.
final class CachedCredentials: Sendable {
    typealias Completion = @Sendable (Result<Credentials, CredentialsProblem>) -> Void

    private struct State {
        var current: Credentials?
        /// When they were fetched, in milliseconds since 1970.
        var fetched: Int64 = 0
        var isFetching = false
        var waiting: [Completion] = []
        var problem: CredentialsProblem?
        var failures = 0
        var retryAt: Int64 = 0
        var random: RandomSource
    }

    private enum Step { case use(Credentials), useAndFetch(Credentials), fail(CredentialsProblem), wait, fetch }

    /// Shorter lives are renewed in the last quarter, and waited for in the last sixth.
    private static let advisory: Int64 = 15 * 60_000
    private static let mandatory: Int64 = 10 * 60_000
    private static let longestBackOff: Int64 = 30_000

    private let state: Mutex<State>
    private let clock: any GatewayClock
    private let fetch: @Sendable () async throws(CredentialsProblem) -> Credentials

    init(
        clock: any GatewayClock,
        random: RandomSource,
        fetch: @escaping @Sendable () async throws(CredentialsProblem) -> Credentials,
    ) {
        state = Mutex(State(random: random))
        self.clock = clock
        self.fetch = fetch
    }

    /// Credentials that are there already, and do not expire.
    convenience init(fixed: Credentials, clock: any GatewayClock) {
        self.init(clock: clock, random: RandomSource(seed: 0)) { () async throws(CredentialsProblem) in fixed }
        state.withLock { $0.current = fixed }
    }

    /// The credentials if they are here; otherwise nil, and `completion` is called later, from anywhere.
    func get(_ completion: @escaping Completion) throws(CredentialsProblem) -> Credentials? {
        let now = clock.epochMilliseconds()
        let step = state.withLock { state in
            let step = Self.step(state, now)
            switch step {
            case .wait, .fetch: state.waiting.append(completion)
            case .use, .useAndFetch, .fail: break
            }
            if case .fetch = step { state.isFetching = true }
            if case .useAndFetch = step { state.isFetching = true }
            return step
        }
        switch step {
        case .use(let credentials): return credentials
        case .useAndFetch(let credentials):
            startFetch()
            return credentials
        case .fail(let problem): throw problem
        case .wait: return nil
        case .fetch:
            startFetch()
            return nil
        }
    }

    /// As ``get(_:)``, for callers that may suspend.
    func value() async throws(CredentialsProblem) -> Credentials {
        let result: Result<Credentials, CredentialsProblem> = await withCheckedContinuation { continuation in
            do throws(CredentialsProblem) {
                if let credentials = try get({ continuation.resume(returning: $0) }) {
                    continuation.resume(returning: .success(credentials))
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Somebody has refused these credentials: the next one who asks gets others.
    func drop(_ credentials: Credentials) {
        state.withLock { state in
            if state.current?.accessKeyID == credentials.accessKeyID { state.current = nil }
        }
    }

    private static func step(_ state: State, _ now: Int64) -> Step {
        if let current = state.current {
            guard let expiration = current.expiration else { return .use(current) }
            let remaining = expiration - now
            let life = max(0, expiration - state.fetched)
            if remaining > min(advisory, life / 4) { return .use(current) }
            if remaining > min(mandatory, life / 6) {
                return state.isFetching || now < state.retryAt ? .use(current) : .useAndFetch(current)
            }
            if remaining > 0, now < state.retryAt { return .use(current) }
        }
        if state.isFetching { return .wait }
        if let problem = state.problem, now < state.retryAt { return .fail(problem) }
        return .fetch
    }

    private func startFetch() {
        Task {
            let result: Result<Credentials, CredentialsProblem>
            do throws(CredentialsProblem) {
                let credentials = try await fetch()
                let now = clock.epochMilliseconds()
                if let expiration = credentials.expiration, expiration <= now {
                    throw CredentialsProblem("the credentials that were given had expired already")
                }
                result = .success(credentials)
            } catch {
                result = .failure(error)
            }
            finish(result)
        }
    }

    private func finish(_ result: Result<Credentials, CredentialsProblem>) {
        let now = clock.epochMilliseconds()
        let (waiting, answer) = state.withLock { state in
            state.isFetching = false
            var answer = result
            switch result {
            case .success(let credentials):
                state.current = credentials
                state.fetched = now
                state.problem = nil
                state.failures = 0
                state.retryAt = 0
            case .failure(let problem):
                state.problem = problem
                state.failures = min(state.failures + 1, 16)
                let backOff = min(Int64(1000) << Int64(state.failures - 1), Self.longestBackOff)
                state.retryAt = now + backOff / 2 + Int64.random(in: 0...(backOff / 2), using: &state.random)
                // Better those that hold for some minutes than none.
                if let current = state.current, let expiration = current.expiration {
                    if expiration > now { answer = .success(current) } else { state.current = nil }
                }
            }
            defer { state.waiting = [] }
            return (state.waiting, answer)
        }
        for completion in waiting { completion(answer) }
    }
}
