import Synchronization

/// Keeps signing keys, which hold for a day: making one takes four codes, as much as all the rest of a signature.
public final class SigningKeyCache: Sendable {
    private struct Entry {
        let scope: CredentialScope
        let secret: Secret
        let key: HMACSHA256.Key
    }

    private let entries = Mutex<[Entry]>([])
    private let capacity: Int

    /// - Parameter capacity: how many keys are kept; the one that was used longest ago goes first.
    public init(capacity: Int = 64) {
        self.capacity = max(1, capacity)
    }

    /// The signing key of a scope, ready to sign with; made if it is not among those that are kept. May be called by any
    /// thread.
    public func key(_ scope: CredentialScope, _ secret: Secret) -> HMACSHA256.Key {
        let known = entries.withLock { entries -> HMACSHA256.Key? in
            guard let index = entries.lastIndex(where: { $0.scope == scope && $0.secret == secret }) else { return nil }
            let entry = entries[index]
            // Those that are in use stand at the end, where they are found at once.
            if entries.count - index > 8 { entries.append(entries.remove(at: index)) }
            return entry.key
        }
        if let known { return known }
        let key = HMACSHA256.Key(scope.signingKey(secret))
        entries.withLock { entries in
            if entries.count >= capacity { entries.removeFirst() }
            entries.append(Entry(scope: scope, secret: secret, key: key))
        }
        return key
    }
}
