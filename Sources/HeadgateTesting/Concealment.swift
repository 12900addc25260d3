import OrderedJSON

/// Keeps secrets out of what people read.
enum Concealment {
    private static let mark = Array("[secret]".utf8)

    static func applied(_ secrets: [String], to text: String) -> String {
        guard !secrets.isEmpty else { return text }
        var bytes = Array(text.utf8)
        for secret in secrets { bytes = replacing(Array(secret.utf8), in: bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func applied(_ secrets: [String], to value: JSONValue) -> JSONValue {
        guard !secrets.isEmpty else { return value }
        switch value {
        case .string(let text): return .string(applied(secrets, to: text))
        case .array(let values): return .array(values.map { applied(secrets, to: $0) })
        case .object(let object):
            return .object(JSONObject(object.map { (applied(secrets, to: $0.0), applied(secrets, to: $0.1)) }))
        default: return value
        }
    }

    private static func replacing(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard let first = secret.first, bytes.count >= secret.count else { return bytes }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == first, bytes[index...].starts(with: secret) {
                out += mark
                index += secret.count
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }
}
