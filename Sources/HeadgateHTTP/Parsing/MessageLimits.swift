/// Bounds of what a peer may send before it is refused. Sizes are bytes as received.
public struct MessageLimits: Sendable, Equatable {
    /// The request target; more is a 414. API Gateway's limit of a regional URL by default.
    public var target: Int
    /// All field lines of a head together, line ends included; more is a 431. API Gateway's by default.
    public var fieldBlock: Int
    /// One field line without its line end; more is a 431.
    public var field: Int
    /// The number of field lines; more is a 431.
    public var fieldCount: Int
    /// Chunk extensions of one message together; more ends the connection.
    public var chunkExtensions: Int
    /// Interim responses (1xx) in front of one response; more is a broken answer.
    public var interimResponses: Int

    /// Bounds of a client's request; API Gateway's where it has any.
    public init(
        target: Int = 10_240,
        fieldBlock: Int = 10_240,
        field: Int = 8192,
        fieldCount: Int = 128,
        chunkExtensions: Int = 16_384,
        interimResponses: Int = 100,
    ) {
        self.target = target
        self.fieldBlock = fieldBlock
        self.field = field
        self.fieldCount = fieldCount
        self.chunkExtensions = chunkExtensions
        self.interimResponses = interimResponses
    }

    /// What a backend may answer: 64 KiB and 256 fields.
    public static let response = MessageLimits(fieldBlock: 65_536, field: 65_536, fieldCount: 256)
}
