/// Damages inputs at random: bytes, pieces of the language, and parts of other inputs.
struct Mutator {
    private var state: UInt64
    private let pieces: [[UInt8]]

    /// - Parameter seed: the same seed makes the same inputs.
    init(seed: UInt64, pieces: [String]) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        self.pieces = pieces.map { Array($0.utf8) }
    }

    /// A number below `bound` (xorshift*).
    mutating func below(_ bound: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % max(bound, 1)
    }

    mutating func mutated(_ pool: [[UInt8]], atMost size: Int) -> [UInt8] {
        var bytes = pool[below(pool.count)]
        for _ in 0...below(4) {
            let place = below(bytes.count + 1)
            switch below(8) {
            case 0 where place < bytes.count: bytes[place] = UInt8(below(256))
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
            case 3:
                let end = min(bytes.count, place + 1 + below(32))
                bytes.insert(contentsOf: Array(bytes[place..<end]), at: below(bytes.count + 1))
            case 4:
                let other = pool[below(pool.count)]
                let start = below(other.count + 1)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 1 + below(64))], at: place)
            default: bytes.insert(contentsOf: pieces[below(pieces.count)], at: place)
            }
        }
        return Array(bytes.prefix(size))
    }
}
