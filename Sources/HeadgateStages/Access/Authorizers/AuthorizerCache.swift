import Headgate
import SigV4
import Synchronization

/// By what an authorizer knows a caller again: a digest, so that nobody's tokens lie about, however long they are.
struct CallerKey: Hashable, Sendable {
    private let digest: [UInt8]

    /// Each text with its length, so that none can pass for another by what it holds.
    init(_ texts: [String]) {
        var hash = SHA256()
        for text in texts { hash.update("\(text.utf8.count):\(text)".utf8) }
        digest = hash.finalize()
    }
}

/// What an authorizer found out about a caller, kept until it is too old. Bounded: what is added to a full cache takes
/// the place of what has grown old, or of what was added first.
final class AuthorizerCache<Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        /// Monotonic, in microseconds.
        var expiry: Int64
    }

    private struct State {
        var entries: [CallerKey: Entry] = [:]
        /// In the order in which they came; one that was replaced stands here twice.
        var order: [CallerKey] = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 10_000) {
        self.capacity = max(1, capacity)
    }

    func value(_ key: CallerKey, at now: Int64) -> Value? {
        state.withLock { state in
            guard let entry = state.entries[key] else { return nil }
            return entry.expiry > now ? entry.value : nil
        }
    }

    /// - Parameter lifetime: in microseconds; nothing is kept for none.
    func set(_ key: CallerKey, _ value: Value, for lifetime: Int64, at now: Int64) {
        guard lifetime > 0 else { return }
        state.withLock { state in
            if state.order.count >= capacity { Self.makeRoom(&state, now, capacity) }
            state.entries[key] = Entry(value: value, expiry: now + lifetime)
            state.order.append(key)
        }
    }

    private static func makeRoom(_ state: inout State, _ now: Int64, _ capacity: Int) {
        state.entries = state.entries.filter { $0.value.expiry > now }
        var seen: Set<CallerKey> = []
        let order = state.order.reversed().filter { state.entries[$0] != nil && seen.insert($0).inserted }
        let kept = order.prefix(capacity / 2)
        for key in order.dropFirst(kept.count) { state.entries[key] = nil }
        state.order = kept.reversed()
    }

    func removeAll() {
        state.withLock { $0 = State() }
    }
}

/// The caches of an API's authorizers: methods that use the same authorizer share what it found out.
///
/// A service: stages find it in their build's ``StageServices``, and have caches of their own without it.
public final class AuthorizerCaches: Sendable {
    private let lambda = Mutex<[String: AuthorizerCache<AuthorizerResult>]>([:])

    /// Caches that hold nothing. One object serves one API.
    public init() {}

    func lambda(_ authorizer: String) -> AuthorizerCache<AuthorizerResult> {
        lambda.withLock { caches in
            if let known = caches[authorizer] { return known }
            let cache = AuthorizerCache<AuthorizerResult>()
            caches[authorizer] = cache
            return cache
        }
    }

    /// Forgets everything: API Gateway's `FlushStageAuthorizersCache`.
    public func flush() {
        for cache in lambda.withLock({ Array($0.values) }) { cache.removeAll() }
    }
}
