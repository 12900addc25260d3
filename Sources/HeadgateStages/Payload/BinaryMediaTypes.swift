import Headgate

/// The media types whose payloads are bytes and not text: `binaryMediaTypes` of an API.
///
/// A wildcard counts in the second half and in `*/*` only. What the client writes is compared as it is:
/// `image/*` in its `Accept` is no wildcard (recorded on the service).
public struct BinaryMediaTypes: Sendable, Equatable {
    /// As they were given.
    public let entries: [String]
    /// Lower case, without parameters.
    private let exact: [String]
    /// `image/` for `image/*`.
    private let prefixes: [String]
    private let matchesAll: Bool

    /// No entry: every payload is text.
    public static let none = BinaryMediaTypes([])

    /// Reads entries such as `image/png`, `image/*` and `*/*`; parameters and letter case do not count.
    public init(_ entries: [String]) {
        self.entries = entries
        var exact: [String] = []
        var prefixes: [String] = []
        var matchesAll = false
        for entry in entries {
            let type = MediaType.first(of: entry).lowercased()
            if type == "*/*" {
                matchesAll = true
            } else if type.hasSuffix("/*") {
                prefixes.append(String(type.dropLast()))
            } else if !type.isEmpty, !type.hasPrefix("*/") {
                exact.append(type)
            }
        }
        self.exact = exact
        self.prefixes = prefixes
        self.matchesAll = matchesAll
    }

    /// Whether no payload is binary.
    public var isEmpty: Bool { exact.isEmpty && prefixes.isEmpty && !matchesAll }

    /// Whether the first media type of a `Content-Type` or `Accept` value is binary. A message without
    /// the field is, if everything is.
    public func matches(_ value: String?) -> Bool {
        if matchesAll { return true }
        guard let value, !isEmpty else { return false }
        let type = MediaType.first(of: value)
        if exact.contains(where: { type.equalsIgnoringASCIICase($0) }) { return true }
        return prefixes.contains { prefix in
            type.utf8.count > prefix.utf8.count
                && type.prefix(prefix.count).equalsIgnoringASCIICase(prefix)
        }
    }

    /// Equal when the entries are, in their order and spelling.
    public static func == (left: BinaryMediaTypes, right: BinaryMediaTypes) -> Bool {
        left.entries == right.entries
    }
}
