import ContentCoding
import Headgate

/// Unpacks compressed requests before anything looks at them: what API Gateway does once an API has a
/// `minimumCompressionSize`.
public struct DecompressStage: SynchronousStage {
    private static let limit = Field(
        "limit",
        FieldType<Int>.byteCount,
        default: 10_485_760,
        shown: "10MiB",
        "The largest payload that may come out: bytes, or a number with KB, MB, KiB or MiB.",
    )

    /// `decompress`: up to which size, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "decompress",
        phase: .authorize,
        summary: "Unpacks requests with `Content-Encoding: gzip` or `deflate`.",
        documentation: """
            Several codings are undone in the reverse of their order. A coding that is not known, and a payload that is not \
            what its coding says, are answered with 415; what would be larger than the limit with 413.
            """,
        example: "decompress:",
        fields: [limit],
        shorthand: "limit",
    ) { settings, _ in
        let stage = DecompressStage(limit: try settings[limit])
        return BuiltStage(stage, explanation: "gzip and deflate, up to \(stage.limit) bytes")
    }

    private let limit: Int
    /// Each one multiplies the work.
    private static let mostCodings = 4

    /// - Parameter limit: in bytes, of the body when it is unpacked.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Unpacks the request's body, the last coding first; the header fields stay as the client sent them.
    /// - Throws: 413 for a body that is larger when unpacked, 415 for one that is damaged, coded more than four times or
    ///   in a way that is not known.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        let names = exchange.request.headers.all("Content-Encoding").flatMap { $0.split(separator: ",") }
            .map { String($0).trimmingBlanks }.filter { !$0.isEmpty && $0.lowercased() != "identity" }
        guard !names.isEmpty, var bytes = exchange.request.body.bytes, !bytes.isEmpty else { return .proceed }
        guard names.count <= Self.mostCodings else { throw Self.unsupported("\(names.count) codings, one in another") }
        for name in names.reversed() {
            guard let coding = ContentCoding(named: name) else {
                throw Self.unsupported("the coding \(name.quotedForMessage)")
            }
            bytes = try unpack(bytes, coding)
        }
        exchange.request.body = .bytes(bytes)
        return .proceed
    }

    private func unpack(_ bytes: [UInt8], _ coding: ContentCoding) throws(GatewayFailure) -> [UInt8] {
        do throws(ContentCodingError) {
            return try coding.unpacked(bytes, limit: limit)
        } catch {
            switch error {
            case .damaged: throw Self.unsupported("a payload that is no \(coding.rawValue)")
            case .tooLarge: throw .requestTooLarge(limit: limit)
            case .exhausted: throw .internalError("there is no memory to unpack the request", reason: "memory")
            }
        }
    }

    private static func unsupported(_ what: String) -> GatewayFailure {
        GatewayFailure(
            .unsupportedMediaType,
            message: "Unsupported Media Type",
            cause: "the request has \(what)",
            reason: "content-encoding",
        )
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var text = self[...]
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
