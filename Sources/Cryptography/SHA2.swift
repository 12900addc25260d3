/// The hash functions of FIPS 180-4 that signatures on the web use.
public enum HashFunction: String, Sendable, CaseIterable {
    case sha256, sha384, sha512

    /// Bytes of a digest.
    public var length: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Bytes that are hashed at a time: the block size of HMAC.
    public var blockLength: Int { self == .sha256 ? 64 : 128 }

    /// The digest of a whole message, ``length`` bytes.
    public func digest(_ message: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: SHA2<UInt32>.digest(message, SHA2Constants.initial256, SHA2Constants.rounds256, length: 32)
        case .sha384: SHA2<UInt64>.digest(message, SHA2Constants.initial384, SHA2Constants.rounds512, length: 48)
        case .sha512: SHA2<UInt64>.digest(message, SHA2Constants.initial512, SHA2Constants.rounds512, length: 64)
        }
    }
}

/// What SHA-256 and SHA-512 differ in: words of 32 or 64 bits, and by how much they are turned.
protocol SHA2Word: FixedWidthInteger & UnsignedInteger & Sendable {
    /// Turns of Σ0, Σ1, σ0 and σ1; the third of the σ is a shift (FIPS 180-4 section 4.1).
    static var turns: (a: (Self, Self, Self), e: (Self, Self, Self), early: (Self, Self, Self), late: (Self, Self, Self)) { get }
}

extension UInt32: SHA2Word {
    static var turns: (a: (UInt32, UInt32, UInt32), e: (UInt32, UInt32, UInt32), early: (UInt32, UInt32, UInt32), late: (UInt32, UInt32, UInt32)) {
        ((2, 13, 22), (6, 11, 25), (7, 18, 3), (17, 19, 10))
    }
}

extension UInt64: SHA2Word {
    static var turns: (a: (UInt64, UInt64, UInt64), e: (UInt64, UInt64, UInt64), early: (UInt64, UInt64, UInt64), late: (UInt64, UInt64, UInt64)) {
        ((28, 34, 39), (14, 18, 41), (1, 8, 7), (19, 61, 6))
    }
}

enum SHA2<Word: SHA2Word> {
    private static var wordLength: Int { Word.bitWidth / 8 }

    @inline(__always)
    private static func turn(_ word: Word, _ by: Word) -> Word {
        word &>> by | word &<< (Word(Word.bitWidth) &- by)
    }

    @_specialize(where Word == UInt32)
    @_specialize(where Word == UInt64)
    static func digest(_ message: [UInt8], _ initial: [Word], _ rounds: [Word], length: Int) -> [UInt8] {
        var state = initial
        var schedule = [Word](repeating: 0, count: rounds.count)
        let padded = padding(of: message)
        let block = wordLength * 16
        padded.withUnsafeBufferPointer { bytes in
            schedule.withUnsafeMutableBufferPointer { schedule in
                for start in stride(from: 0, to: bytes.count, by: block) {
                    compress(&state, UnsafeBufferPointer(rebasing: bytes[start..<(start + block)]), schedule, rounds)
                }
            }
        }
        var out: [UInt8] = []
        out.reserveCapacity(length)
        for word in state {
            for byte in 0..<wordLength { out.append(UInt8(truncatingIfNeeded: word &>> Word(8 * (wordLength - 1 - byte)))) }
        }
        return Array(out.prefix(length))
    }

    /// The message, a one bit, zeros, and the message's length in bits: whole blocks.
    private static func padding(of message: [UInt8]) -> [UInt8] {
        let block = wordLength * 16
        let lengthField = wordLength * 2
        var padded = message
        padded.append(0x80)
        let over = (padded.count + lengthField) % block
        padded.append(contentsOf: repeatElement(0, count: (over == 0 ? 0 : block - over) + lengthField - 8))
        let bits = UInt64(message.count) &* 8
        for byte in 0..<8 { padded.append(UInt8(truncatingIfNeeded: bits &>> UInt64(56 - 8 * byte))) }
        return padded
    }

    @inline(__always)
    private static func compress(
        _ state: inout [Word],
        _ block: UnsafeBufferPointer<UInt8>,
        _ schedule: UnsafeMutableBufferPointer<Word>,
        _ rounds: [Word],
    ) {
        let turns = Word.turns
        for index in 0..<16 {
            var word: Word = 0
            for byte in 0..<wordLength { word = word &<< 8 | Word(block[index * wordLength + byte]) }
            schedule[index] = word
        }
        for index in 16..<rounds.count {
            let early = schedule[index - 15]
            let late = schedule[index - 2]
            let first = turn(early, turns.early.0) ^ turn(early, turns.early.1) ^ (early &>> turns.early.2)
            let second = turn(late, turns.late.0) ^ turn(late, turns.late.1) ^ (late &>> turns.late.2)
            schedule[index] = schedule[index - 16] &+ first &+ schedule[index - 7] &+ second
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<rounds.count {
            let mix = turn(e, turns.e.0) ^ turn(e, turns.e.1) ^ turn(e, turns.e.2)
            let first = h &+ mix &+ ((e & f) ^ (~e & g)) &+ rounds[index] &+ schedule[index]
            let second = (turn(a, turns.a.0) ^ turn(a, turns.a.1) ^ turn(a, turns.a.2)) &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        let result = [a, b, c, d, e, f, g, h]
        for index in 0..<8 { state[index] = state[index] &+ result[index] }
    }
}
