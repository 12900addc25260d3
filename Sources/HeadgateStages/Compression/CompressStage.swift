import ContentCoding
import Headgate

/// Compresses responses for clients that accept it: `minimumCompressionSize` of an API.
public struct CompressStage: SynchronousStage {
    private static let minimumSize = Field(
        "minimumSize",
        FieldType<Int>.byteCount,
        default: 0,
        shown: "0",
        "Smaller payloads go as they are: bytes, or a number with KB, MB, KiB or MiB.",
    )

    /// `compress`: from which size on, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "compress",
        phase: .response,
        summary: "Compresses the response if the client's `Accept-Encoding` prefers `gzip` or `deflate`.",
        documentation: """
            A response that has a `Content-Encoding` already goes as it is. What the client wants most decides: \
            `br;q=1, gzip;q=0.5` gets no compression, as `br` is not to be had, and `br, gzip` gets `gzip`.
            """,
        example: "compress: {minimumSize: 1KiB}",
        fields: [minimumSize],
        shorthand: "minimumSize",
    ) { settings, _ in
        let stage = CompressStage(minimumSize: try settings[minimumSize])
        return BuiltStage(stage, explanation: "gzip or deflate, from \(stage.minimumSize) bytes")
    }

    private let minimumSize: Int

    /// - Parameter minimumSize: in bytes; smaller bodies stay as they are.
    public init(minimumSize: Int) {
        self.minimumSize = minimumSize
    }

    /// Compresses the response's body, if the client accepts it and nothing else has.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        guard let coding = AcceptedCoding.preferred(exchange.request.headers.first("Accept-Encoding")),
            let bytes = exchange.response.body.bytes, !bytes.isEmpty, bytes.count >= minimumSize,
            !isEncoded(exchange), let packed = coding.packed(bytes)
        else { return .proceed }
        exchange.response.body = .bytes(packed)
        exchange.response.headers.setUnchecked("Content-Encoding", coding.rawValue)
        exchange.trace?.note("compressed", "\(bytes.count) bytes to \(packed.count), \(coding.rawValue)")
        return .proceed
    }

    /// Whether the response is compressed already. An HTTP_PROXY integration does not pass on the backend's
    /// `Content-Encoding`, but the body is what it says.
    private func isEncoded(_ exchange: Exchange) -> Bool {
        exchange.response.headers.contains("Content-Encoding")
            || exchange.integrationResponse?.headers.contains("Content-Encoding") ?? false
    }
}
