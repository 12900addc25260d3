import Headgate
import JSONWebTokens
import OrderedJSON
import Synchronization

/// The public keys of an issuer, fetched when they are needed and kept: a JWK Set at a URL.
///
/// However many requests need them at once, they are fetched once. A token with an unknown key makes them be fetched
/// again, but not more often than every ``retryInterval``. Keys that are there stay in use where fetching fails.
final class KeySet: Sendable {
    private struct State {
        var keys: [TokenKey]?
        /// Of the last attempt, monotonic, in microseconds.
        var triedAt: Int64 = .min
        var waiters: [@Sendable ([TokenKey]?) -> Void] = []
        var isFetching = false
    }

    static let lifetime: Int64 = 3_600_000_000
    static let retryInterval: Int64 = 10_000_000
    private static let largest = 1 << 20

    let url: BackendURL
    private let dispatcher: (any Dispatcher)?
    private let state = Mutex(State())

    /// - Parameter dispatcher: nil where nothing can be fetched.
    init(url: BackendURL, dispatcher: (any Dispatcher)?) {
        self.url = url
        self.dispatcher = dispatcher
    }

    /// The keys that are at hand and not too old; nil where they must be waited for.
    func current(at now: Int64) -> [TokenKey]? {
        state.withLock { state in
            guard let keys = state.keys, state.triedAt > now - Self.lifetime else { return nil }
            return keys
        }
    }

    /// Fetches the keys, or waits for who does so already. Gives the old ones, or nil, where that fails or was just
    /// tried.
    func refresh(for exchange: Exchange, _ completion: @escaping @Sendable ([TokenKey]?) -> Void) {
        let now = exchange.lane.clock.monotonicMicroseconds()
        enum Action { case fetch, wait, answer([TokenKey]?) }
        let action: Action = state.withLock { state in
            if state.isFetching {
                state.waiters.append(completion)
                return .wait
            }
            // Not `now - triedAt`: in the beginning that would overflow.
            if state.triedAt > now - Self.retryInterval { return .answer(state.keys) }
            state.isFetching = true
            state.triedAt = now
            state.waiters.append(completion)
            return .fetch
        }
        switch action {
        case .wait: return
        case .answer(let keys): completion(keys)
        case .fetch:
            guard let dispatcher else { return finish(nil) }
            var request = IntegrationRequest(
                endpoint: url.endpoint,
                path: url.path,
                query: Query(parsing: url.rawQuery),
            )
            request.timeoutMilliseconds = 5_000
            request.headers.setUnchecked("Accept", "application/json")
            dispatcher.perform(request, for: exchange, streaming: false) { [self] result in
                finish(Self.keys(in: result))
            }
        }
    }

    private func finish(_ keys: [TokenKey]?) {
        let (waiters, known) = state.withLock { state in
            if let keys { state.keys = keys }
            state.isFetching = false
            defer { state.waiters = [] }
            return (state.waiters, state.keys)
        }
        for waiter in waiters { waiter(known) }
    }

    private static func keys(in result: Result<IntegrationResponse, any Error>) -> [TokenKey]? {
        guard let response = try? result.get(), response.status == 200, let bytes = response.body.bytes,
            bytes.count <= largest,
            let json = try? JSONValue(parsing: bytes), let keys = TokenKey.set(json), !keys.isEmpty
        else { return nil }
        return keys
    }
}
