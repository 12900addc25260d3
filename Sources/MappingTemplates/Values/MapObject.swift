/// A Java map that keeps the order in which keys came: `LinkedHashMap`, and the maps behind `$context`.
final class MapObject {
    enum Kind {
        case linkedHashMap
        /// A map whose order is not kept; templates meet it only as the members of `$foreach`.
        case hashMap
        /// A nested object of `$context`: prints as nothing.
        case context
        /// `$context` itself.
        case contextRoot
        /// `requestOverride.header` and the like: each name may be set once.
        case overrides
        /// `responseOverride`, of whose members only `status` may be set only once.
        case responseOverride
    }

    let kind: Kind
    private(set) var keys: [Value] = []
    private(set) var values: [Value] = []
    /// Counts the changes of size, which iteration must not meet.
    private(set) var modifications = 0
    /// Positions by hash, once there are more keys than a search along the list is worth.
    private var index: [Int: [Int32]] = [:]
    private static let indexed = 8
    /// The names that the template has set, where each may be set once.
    var written: Set<[UInt8]> = []
    /// Where members come from that nobody has asked for yet; nil once all are here.
    var lazy: (any TemplateMembers)?

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// A map with these entries, whose keys all differ.
    convenience init(_ kind: Kind, _ entries: [(key: Value, value: Value)], hash: (Value) -> Int) {
        self.init(kind)
        keys = entries.map(\.key)
        values = entries.map(\.value)
        if keys.count > Self.indexed { rebuild(hash) }
    }

    var count: Int { keys.count }

    /// Finds a key by a hash and a test for equality.
    func position(hash: Int, _ isEqual: (Value) -> Bool) -> Int? {
        if keys.count <= Self.indexed { return keys.firstIndex(where: isEqual) }
        for position in index[hash] ?? [] where isEqual(keys[Int(position)]) { return Int(position) }
        return nil
    }

    /// The positions where a key with this hash can be.
    func candidates(hash: Int) -> [Int] {
        keys.count <= Self.indexed ? Array(keys.indices) : (index[hash] ?? []).map { Int($0) }
    }

    func append(key: Value, value: Value, hash: Int, rehash: (Value) -> Int) {
        keys.append(key)
        values.append(value)
        modifications += 1
        if keys.count == Self.indexed + 1 {
            rebuild(rehash)
        } else if keys.count > Self.indexed {
            index[hash, default: []].append(Int32(keys.count - 1))
        }
    }

    func set(_ position: Int, _ value: Value) {
        values[position] = value
    }

    func remove(at position: Int, rehash: (Value) -> Int) {
        keys.remove(at: position)
        values.remove(at: position)
        modifications += 1
        index = [:]
        if keys.count > Self.indexed { rebuild(rehash) }
    }

    func removeAll() {
        keys = []
        values = []
        index = [:]
        modifications += 1
    }

    private func rebuild(_ rehash: (Value) -> Int) {
        index = [:]
        for (position, key) in keys.enumerated() { index[rehash(key), default: []].append(Int32(position)) }
    }

    var className: String {
        switch kind {
        case .hashMap: "java.util.HashMap"
        default: "java.util.LinkedHashMap"
        }
    }
}
