/// An object whose members keep their order, with quick look-up by key.
///
/// Up to eight members are searched one by one; more get a table.
public struct JSONObject: Sendable {
    /// The keys in order, each once.
    public private(set) var keys: [String] = []
    /// The values, as ``keys`` has them.
    public private(set) var values: [JSONValue] = []
    private var table: [String: Int] = [:]

    private static let fewest = 8

    /// An object without members: `{}`.
    public init() {}

    /// An object with these members in this order. Of a repeated key the last value counts, at the place of
    /// the first.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members {
            self[key] = value
        }
    }

    /// The number of members.
    public var count: Int { keys.count }
    /// Whether there is no member.
    public var isEmpty: Bool { keys.isEmpty }

    private func index(of key: String) -> Int? {
        keys.count > Self.fewest ? table[key] : keys.firstIndex(of: key)
    }

    /// The value of `key`. Setting an absent key appends a member; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get { index(of: key).map { values[$0] } }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil): remove(at: index)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        keys.append(key)
        values.append(value)
        if keys.count == Self.fewest + 1 {
            index()
        } else if keys.count > Self.fewest {
            table[key] = keys.count - 1
        }
    }

    /// Removes the member `key`; returns its value, or nil if there is none. Linear in the number of members.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let index = index(of: key) else { return nil }
        let value = values[index]
        remove(at: index)
        return value
    }

    private mutating func remove(at index: Int) {
        keys.remove(at: index)
        values.remove(at: index)
        self.index()
    }

    private mutating func index() {
        table.removeAll(keepingCapacity: true)
        guard keys.count > Self.fewest else { return }
        for (index, key) in keys.enumerated() {
            table[key] = index
        }
    }
}

extension JSONObject: RandomAccessCollection {
    /// Always zero.
    public var startIndex: Int { 0 }
    /// The number of members.
    public var endIndex: Int { keys.count }

    /// The member at `index` in the object's order; `index` must be below ``endIndex``.
    public subscript(index: Int) -> (key: String, value: JSONValue) { (keys[index], values[index]) }
}

extension JSONObject: Hashable {
    /// Objects are equal if they have the same members; order does not count (RFC 8259, section 4).
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.allSatisfy { b[$0.key] == $0.value }
    }

    /// Equal objects have equal hashes, whatever the order of their members.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members of a literal, in its order. Of a repeated key the last value counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members)
    }
}
