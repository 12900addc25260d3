/// A content coding of HTTP (RFC 9110 section 8.4.1) that zlib can do.
public enum ContentCoding: String, Sendable, CaseIterable {
    /// The gzip format (RFC 1952).
    case gzip
    /// The zlib format (RFC 1950), as RFC 9110 has it.
    case deflate

    /// By its name in `Content-Encoding`, in any case; `x-gzip` is `gzip`.
    public init?(named name: some StringProtocol) {
        switch name.lowercased() {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        default: return nil
        }
    }
}

/// Why a payload cannot be unpacked.
public enum ContentCodingError: Error, Sendable, Equatable {
    /// It is not what its coding says, or ends too soon.
    case damaged
    /// More bytes come out of it than may.
    case tooLarge
    /// The library could not get memory.
    case exhausted
}
