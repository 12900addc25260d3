import Headgate
import Logging

/// Writes one line for each answered request, and says everything about those that failed: what the
/// client is not told stands here.
public struct AccessLogger: AccessObserver {
    private let logger: Logger

    private static let longestText = 1000

    /// Writes to this logger: what was answered with a status of 500 or more at `error`, all else at `info`.
    public init(_ logger: Logger) {
        self.logger = logger
    }

    /// Writes the lines of a batch, in the order of its records.
    public func observe(_ records: [AccessRecord]) {
        for record in records {
            let level: Logger.Level = record.status >= 500 ? .error : .info
            guard logger.logLevel <= level else { continue }
            logger.log(level: level, "\(Self.message(record))", metadata: Self.metadata(record))
        }
    }

    /// `GET /pets/7 200`
    private static func message(_ record: AccessRecord) -> String {
        "\(oneLine(record.method)) \(oneLine(record.path)) \(record.status)"
    }

    static func metadata(_ record: AccessRecord) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "pipeline": "\(record.pipeline)",
            "client": "\(oneLine(record.clientAddress))",
            "id": "\(oneLine(record.requestID))",
            "ms": "\(milliseconds(record.durationMicroseconds))",
            "in": "\(record.bytesReceived)",
            "out": "\(record.bytesSent)",
        ]
        if let backend = record.backendMicroseconds { metadata["backend-ms"] = "\(milliseconds(backend))" }
        if let use = record.linkUse {
            metadata["link"] = "\(oneLine(use.link))"
            metadata["attempts"] = "\(use.attempts.count)"
            if let target = use.target { metadata["target"] = "\(oneLine(target))" }
            // Why there was more than one, or none at all.
            if use.attempts.count != 1 {
                let outcomes =
                    use.attempts.map(\.outcome.rawValue) + (use.attempts.isEmpty ? [use.outcome.rawValue] : [])
                metadata["outcomes"] = "\(outcomes.joined(separator: ","))"
            }
        }
        if let failure = record.failure {
            metadata["failure"] = "\(failure.reason)"
            metadata["cause"] = "\(oneLine(failure.cause))"
            if let stage = failure.stage { metadata["stage"] = "\(oneLine(stage))" }
            if let location = failure.location { metadata["at"] = "\(oneLine(location.description))" }
        }
        return metadata
    }

    /// With three decimals.
    private static func milliseconds(_ microseconds: Int) -> String {
        let (whole, rest) = max(microseconds, 0).quotientAndRemainder(dividingBy: 1000)
        return "\(whole)." + String(String(rest + 1000).dropFirst())
    }

    /// What a backend or a client sent makes no line of its own, makes no terminal do something, and is
    /// cut off behind so many characters.
    static func oneLine(_ text: String) -> String {
        if text.utf8.count <= longestText, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var out = ""
        for scalar in text.unicodeScalars.prefix(longestText) {
            switch scalar {
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value || 0x2028...0x202E ~= scalar.value:
                out += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
