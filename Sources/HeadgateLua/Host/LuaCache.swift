import Synchronization

/// What `host.cache` keeps: JSON texts by name, apart for each plugin or script, the same for all lanes.
/// The oldest use goes first when a part is full.
public final class LuaCache: Sendable {
    struct Entry {
        var json: [UInt8]
        /// Milliseconds since 1970; nil lasts until it must make room.
        var expiry: Int64?
        var lastUse: UInt64
    }

    /// One part: the values of one plugin or script.
    fileprivate struct Part {
        var entries: [String: Entry] = [:]
        var bytes = 0
        var uses: UInt64 = 0
        /// Values that are being made, and who waits for them.
        var flights: [String: [@Sendable () -> Void]] = [:]
    }

    private let parts = Mutex<[String: Part]>([:])

    /// An empty cache; a gateway has one, which reloads keep.
    public init() {}

    /// Forgets everything; tests begin so.
    public func clear() {
        parts.withLock { parts in
            for name in parts.keys {
                parts[name]?.entries = [:]
                parts[name]?.bytes = 0
            }
        }
    }

    // MARK: Values

    func value(_ key: String, in part: String, now: Int64) -> [UInt8]? {
        parts.withLock { $0[part, default: Part()].value(key, now) }
    }

    /// - Returns: false when the value is larger than the part may be.
    func set(_ key: String, in part: String, to json: [UInt8], expiry: Int64?, limit: Int) -> Bool {
        parts.withLock { $0[part, default: Part()].set(key, json, expiry, limit) }
    }

    func remove(_ key: String, in part: String) {
        parts.withLock { $0[part, default: Part()].remove(key) }
    }

    // MARK: Flights

    enum Lookup {
        case found([UInt8])
        /// The caller is the one to make the value.
        case make(Flight)
        /// Somebody else makes it; look again when told.
        case wait
    }

    /// The duty to make a value: given back by ``settle()`` or ``abandon()``.
    final class Flight: Sendable {
        let key: String
        private let part: String
        private let cache: LuaCache

        init(_ key: String, _ part: String, _ cache: LuaCache) {
            self.key = key
            self.part = part
            self.cache = cache
        }

        /// The value is there, or will not be: those who wait look again.
        func abandon() {
            let waiting = cache.parts.withLock { $0[part]?.flights.removeValue(forKey: key) ?? [] }
            for wake in waiting { wake() }
        }
    }

    /// - Parameter wake: kept when the answer is `wait`, and called once.
    func lookUp(_ key: String, in part: String, now: Int64, _ wake: @escaping @Sendable () -> Void) -> Lookup {
        parts.withLock { parts in
            if let json = parts[part, default: Part()].value(key, now) { return .found(json) }
            if parts[part]?.flights[key] != nil {
                parts[part]?.flights[key]?.append(wake)
                return .wait
            }
            parts[part]?.flights[key] = []
            return .make(Flight(key, part, self))
        }
    }
}

extension LuaCache.Part {
    /// What an entry costs beside its text.
    private static let overhead = 128
    private static let mostEntries = 16_384

    private static func size(_ key: String, _ json: [UInt8]) -> Int { key.utf8.count + json.count + overhead }

    mutating func value(_ key: String, _ now: Int64) -> [UInt8]? {
        guard let entry = entries[key] else { return nil }
        if let expiry = entry.expiry, expiry <= now {
            remove(key)
            return nil
        }
        uses += 1
        entries[key]?.lastUse = uses
        return entry.json
    }

    mutating func set(_ key: String, _ json: [UInt8], _ expiry: Int64?, _ limit: Int) -> Bool {
        remove(key)
        let size = Self.size(key, json)
        guard size <= limit else { return false }
        if bytes + size > limit || entries.count >= Self.mostEntries { makeRoom(size, limit) }
        uses += 1
        entries[key] = LuaCache.Entry(json: json, expiry: expiry, lastUse: uses)
        bytes += size
        return true
    }

    /// Removes what was not used for longest: an eighth of all at least, so that the search for it is worth it.
    private mutating func makeRoom(_ size: Int, _ limit: Int) {
        let byAge = entries.sorted { $0.value.lastUse < $1.value.lastUse }
        let fewest = entries.count / 8
        for (index, entry) in byAge.enumerated() {
            if index > fewest, bytes + size <= limit { return }
            remove(entry.key)
        }
    }

    mutating func remove(_ key: String) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        bytes -= Self.size(key, entry.json)
    }
}
