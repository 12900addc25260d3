/// A payload: bytes that are all here, or a stream that is passed on as it comes.
public enum Body: Sendable {
    /// The whole payload, in memory.
    case bytes([UInt8])
    /// A payload that is still on its way; it may be read once.
    case stream(any BodyStream)

    /// No bytes.
    public static let empty = Body.bytes([])

    /// The UTF-8 bytes of a text.
    public init(_ text: String) {
        self = .bytes(Array(text.utf8))
    }

    /// The bytes, or nil for a stream, which stages that look at the payload never get to see: a
    /// pipeline buffers unless none of its stages needs the payload.
    public var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .stream: nil
        }
    }

    /// Whether the bytes are still on their way.
    public var isStream: Bool {
        if case .stream = self { return true }
        return false
    }

    /// The bytes as text; sequences that are no UTF-8 become U+FFFD, as the service has them. "" for a stream.
    public var text: String {
        bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// A payload on its way, owned by whoever does the input and output (the server, a dispatcher).
public protocol BodyStream: AnyObject, Sendable {
    /// The announced length in bytes, if the sender gave one.
    var expectedLength: Int? { get }

    /// Reads the rest of the payload into memory.
    /// - Throws: ``GatewayFailure`` when more than `limit` bytes come, or the sender goes away.
    func collect(upTo limit: Int) async throws -> [UInt8]

    /// Gives the stream up: what has not been read is of no interest any more.
    func discard()
}
