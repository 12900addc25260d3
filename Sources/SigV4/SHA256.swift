/// SHA-256 (FIPS 180-4), fed piece by piece.
///
/// Of its own, so that a program that signs requests needs no cryptographic library for it.
public struct SHA256: Sendable {
    /// Bytes of a digest.
    public static let digestLength = 32
    static let blockLength = 64

    typealias State = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

    private var state: State = (
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    )
    /// Bytes that make no whole block yet.
    private var rest: [UInt8] = []
    private var total: UInt64 = 0

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
        total &+= UInt64(bytes.count)
        var at = 0
        if !rest.isEmpty {
            let count = min(Self.blockLength - rest.count, bytes.count)
            rest.append(contentsOf: bytes[..<count])
            at = count
            guard rest.count == Self.blockLength else { return }
            rest.withUnsafeBufferPointer { Self.compress(&state, $0, 0) }
            rest.removeAll(keepingCapacity: true)
        }
        while bytes.count - at >= Self.blockLength {
            Self.compress(&state, bytes, at)
            at += Self.blockLength
        }
        if at < bytes.count { rest.append(contentsOf: bytes[at...]) }
    }

    /// The digest of everything that was taken.
    public consuming func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.digestLength) { out, count in
            rest.withUnsafeBufferPointer { Self.finish(&state, $0, total, into: out) }
            count = Self.digestLength
        }
    }

    /// The digest of `bytes`.
    public static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: digestLength) { out, count in
            SHA256().hash(bytes, into: out)
            count = digestLength
        }
    }

    /// The digest of what was taken, which must be whole blocks, and of `bytes` behind it. Nothing is kept.
    func hash(_ bytes: some Collection<UInt8>, into out: UnsafeMutableBufferPointer<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ hash($0, into: out) }) == nil {
            Array(bytes).withUnsafeBufferPointer { hash($0, into: out) }
        }
    }

    private func hash(_ bytes: UnsafeBufferPointer<UInt8>, into out: UnsafeMutableBufferPointer<UInt8>) {
        var state = state
        let whole = bytes.count & ~(Self.blockLength - 1)
        for at in stride(from: 0, to: whole, by: Self.blockLength) { Self.compress(&state, bytes, at) }
        let rest = UnsafeBufferPointer(rebasing: bytes[whole...])
        Self.finish(&state, rest, total &+ UInt64(bytes.count), into: out)
    }

    /// Takes the last bytes, less than a block, and the length of all.
    private static func finish(
        _ state: inout State,
        _ rest: UnsafeBufferPointer<UInt8>,
        _ total: UInt64,
        into out: UnsafeMutableBufferPointer<UInt8>,
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * blockLength) { tail in
            tail.initialize(repeating: 0)
            for index in rest.indices { tail[index] = rest[index] }
            tail[rest.count] = 0x80
            let length = rest.count < 56 ? blockLength : 2 * blockLength
            let bits = total &* 8
            for index in 0..<8 { tail[length - 1 - index] = UInt8(truncatingIfNeeded: bits &>> UInt64(8 * index)) }
            for at in stride(from: 0, to: length, by: blockLength) { compress(&state, UnsafeBufferPointer(tail), at) }
        }
        func put(_ word: UInt32, _ at: Int) {
            out[at] = UInt8(truncatingIfNeeded: word >> 24)
            out[at + 1] = UInt8(truncatingIfNeeded: word >> 16)
            out[at + 2] = UInt8(truncatingIfNeeded: word >> 8)
            out[at + 3] = UInt8(truncatingIfNeeded: word)
        }
        put(state.0, 0)
        put(state.1, 4)
        put(state.2, 8)
        put(state.3, 12)
        put(state.4, 16)
        put(state.5, 20)
        put(state.6, 24)
        put(state.7, 28)
    }

    // MARK: Compression

    private static let constants: [UInt32] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ]

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word &>> count | word &<< (32 &- count)
    }

    /// One block of 64 bytes, from `start` on; the caller has seen that they are there.
    private static func compress(_ state: inout State, _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            for index in 0..<16 {
                let at = start &+ index &* 4
                schedule[index] =
                    UInt32(bytes[at]) &<< 24 | UInt32(bytes[at &+ 1]) &<< 16 | UInt32(bytes[at &+ 2]) &<< 8
                    | UInt32(bytes[at &+ 3])
            }
            for index in 16..<64 {
                let early = schedule[index &- 15]
                let late = schedule[index &- 2]
                let small = rotate(early, 7) ^ rotate(early, 18) ^ early &>> 3
                let large = rotate(late, 17) ^ rotate(late, 19) ^ late &>> 10
                schedule[index] = schedule[index &- 16] &+ small &+ schedule[index &- 7] &+ large
            }
            var (a, b, c, d, e, f, g, h) = state
            constants.withUnsafeBufferPointer { constants in
                for index in 0..<64 {
                    let sum = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
                    let first = h &+ sum &+ (e & f ^ ~e & g) &+ constants[index] &+ schedule[index]
                    let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ (a & b ^ a & c ^ b & c)
                    (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
                }
            }
            state = (
                state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e, state.5 &+ f, state.6 &+ g,
                state.7 &+ h,
            )
        }
    }
}
