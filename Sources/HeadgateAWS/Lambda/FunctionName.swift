import Headgate

/// Which function is called, as the Invoke API names it: by ARN, by part of one, or by name alone, maybe
/// with a version or an alias.
struct FunctionName: Sendable, Equatable {
    let name: String
    let qualifier: String?

    /// - Parameter text: decoded: `arn:aws:lambda:eu-central-1:123456789012:function:orders:live`,
    ///   `123456789012:function:orders`, `orders`, `orders:live`.
    init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)[...]
        if let index = parts.firstIndex(of: "function") { parts = parts[(index + 1)...] }
        guard let name = parts.first, parts.count <= 2, Self.isName(name) else { return nil }
        self.name = String(name)
        qualifier = parts.count == 2 ? parts.last.map(String.init) : nil
    }

    /// The function in the path of a call of the Invoke API.
    init?(path: String) {
        for (prefix, suffix) in [
            ("/2015-03-31/functions/", "/invocations"), ("/2021-11-15/functions/", "/response-streaming-invocations"),
        ] where path.hasSuffix(suffix) {
            guard let start = path.firstRange(of: prefix), path.utf8.count > prefix.utf8.count + suffix.utf8.count
            else { continue }
            self.init(PercentCoding.decode(path[start.upperBound...].dropLast(suffix.count)))
            return
        }
        return nil
    }

    /// Letters, digits, `-` and `_`, at most 64.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                PercentCoding.isUnreserved($0) && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "~")
            }
    }
}
