/// The query of a request target: ordered name–value pairs.
///
/// Parsed by the rules of forms, as API Gateway does: `&` and `;` separate, `+` is a space, percent
/// escapes are decoded as UTF-8, and a name without `=` has an empty value. As long as nothing is
/// changed, ``encoded`` gives back the bytes that came in.
public struct Query: Sendable, Equatable {
    /// One pair.
    public struct Item: Sendable, Equatable {
        /// Decoded name.
        public var name: String
        /// Decoded value.
        public var value: String

        /// A pair of decoded texts.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The pairs in their order; names may repeat.
    public private(set) var items: [Item]
    /// What was parsed, until the first change.
    private var raw: String?

    /// A query without items.
    public init() {
        items = []
        raw = nil
    }

    /// Parses what stands behind the `?` of a request target. nil and "" give no items.
    public init(parsing raw: String?) {
        self.raw = raw
        guard let raw, !raw.isEmpty else {
            items = []
            return
        }
        items = raw.withBytes(Self.items)
    }

    private static func items(of bytes: UnsafeBufferPointer<UInt8>) -> [Item] {
        var items: [Item] = []
        var start = 0
        while start < bytes.count {
            var end = start
            var equals: Int?
            while end < bytes.count, bytes[end] != UInt8(ascii: "&"), bytes[end] != UInt8(ascii: ";") {
                if equals == nil, bytes[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if start < end {
                let name = UnsafeBufferPointer(rebasing: bytes[start..<(equals ?? end)])
                let value = UnsafeBufferPointer(rebasing: bytes[(equals.map { $0 + 1 } ?? end)..<end])
                items.append(Item(PercentCoding.decodeForm(name), PercentCoding.decodeForm(value)))
            }
            start = end + 1
        }
        return items
    }

    /// Whether there is no item; a bare `?` has none.
    public var isEmpty: Bool { items.isEmpty }

    /// The last value of `name` (exact spelling), as API Gateway's single-valued maps have it.
    public func last(_ name: String) -> String? {
        for item in items.reversed() where item.name == name {
            return item.value
        }
        return nil
    }

    /// The first value of `name` (exact spelling), or nil.
    public func first(_ name: String) -> String? {
        for item in items where item.name == name {
            return item.value
        }
        return nil
    }

    /// All values of `name` (exact spelling), in order.
    public func all(_ name: String) -> [String] {
        items.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Adds an item behind those that are there, whatever their names.
    public mutating func add(_ name: String, _ value: String) {
        raw = nil
        items.append(Item(name, value))
    }

    /// Removes every item of that name and adds one at the end.
    public mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Removes every item of that name (exact spelling).
    public mutating func remove(_ name: String) {
        raw = nil
        items.removeAll { $0.name == name }
    }

    /// The query as it goes over the wire, without `?`: what came in if nothing was changed, else
    /// names and values in RFC 3986's unreserved characters with the rest percent-encoded.
    public var encoded: String {
        if let raw { return raw }
        var out = ""
        for item in items {
            if !out.isEmpty { out += "&" }
            PercentCoding.encode(item.name, into: &out)
            out += "="
            PercentCoding.encode(item.value, into: &out)
        }
        return out
    }

    /// Queries are equal if they have the same items in the same order, however they are encoded.
    public static func == (left: Query, right: Query) -> Bool {
        left.items == right.items
    }
}
