import Headgate

/// The names that a message's `Connection` fields list: they belong to that connection alone and go
/// no further (RFC 9110 section 7.6.1).
struct ConnectionOptions {
    /// Without `close` and `keep-alive`, which name no field.
    private var names: [Substring] = []

    /// More than anybody lists in earnest; the rest is not looked at, so that a long list costs little.
    private static let maximumCount = 32

    init(of headers: Headers) {
        for field in headers.fields where field.name.equalsIgnoringASCIICase("Connection") {
            if field.value.equalsIgnoringASCIICase("keep-alive") || field.value.equalsIgnoringASCIICase("close") {
                continue
            }
            for option in field.value.split(separator: ",", maxSplits: Self.maximumCount).prefix(Self.maximumCount) {
                let name = option.trimmingBlanks
                if name.isEmpty || name.equalsIgnoringASCIICase("keep-alive") || name.equalsIgnoringASCIICase("close") {
                    continue
                }
                guard names.count < Self.maximumCount else { return }
                names.append(name)
            }
        }
    }

    func contains(_ name: String) -> Bool {
        !names.isEmpty && names.contains { $0.equalsIgnoringASCIICase(name) }
    }
}

extension Substring {
    /// Without the spaces and tabs around it: optional whitespace (RFC 9110 section 5.6.3).
    var trimmingBlanks: Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        guard let first = utf8.firstIndex(where: { !isBlank($0) }), let last = utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return self[first...last]
    }

    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return String(self).equalsIgnoringASCIICase(other)
    }
}
