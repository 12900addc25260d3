import Crypto

/// SHA-256 (FIPS 180-4), fed piece by piece: swift-crypto's, for bytes.
public struct SHA256: Sendable {
    /// Bytes of a digest.
    public static let digestLength = 32
    static let blockLength = 64

    private var state = Crypto.SHA256()

    /// A digest of nothing yet.
    public init() {}

    /// Takes more of the message.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update($0) }) == nil {
            Array(bytes).withUnsafeBufferPointer { update($0) }
        }
    }

    /// Takes more of the message.
    public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
        state.update(bufferPointer: UnsafeRawBufferPointer(bytes))
    }

    /// The digest of everything that was taken.
    public consuming func finalize() -> [UInt8] { Array(state.finalize()) }

    /// The digest of `bytes`.
    public static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }
}
