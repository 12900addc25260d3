/// A set of bytes.
struct ByteSet: Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    mutating func insert(ascii set: ScalarSet) {
        words.0 |= set.low
        words.1 |= set.high
    }

    mutating func insertAllBeyondASCII() {
        words.2 = .max
        words.3 = .max
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 128 ? (byte < 64 ? words.0 : words.1) : (byte < 192 ? words.2 : words.3)
        return (word >> UInt64(byte & 63)) & 1 != 0
    }
}

/// Finds the bytes that a match can begin with, so that a search can pass over all other places.
enum FirstBytes {
    static func of(code: [Instruction], sets: [ScalarSet], literals: [UInt8]) -> ByteSet? {
        var bytes = ByteSet()
        var pending = [0]
        var seen = Set<Int>()
        while let place = pending.popLast() {
            guard seen.insert(place).inserted else { continue }
            // A long alternation is not worth the walk.
            guard seen.count <= 512 else { return nil }
            let instruction = code[place]
            switch instruction.opcode {
            case .byte:
                bytes.insert(UInt8(truncatingIfNeeded: instruction.a))
            case .literal:
                bytes.insert(literals[Int(instruction.a)])
            case .set, .greedyRun, .lazyRun, .possessiveRun:
                let set = sets[Int(instruction.a)]
                bytes.insert(ascii: set)
                if case .none = set.beyond {} else { bytes.insertAllBeyondASCII() }
                if instruction.opcode != .set, instruction.b == 0 { pending.append(place + 1) }
            case .split:
                pending += [Int(instruction.a), Int(instruction.b)]
            case .jump:
                pending.append(Int(instruction.a))
            case .leaveIfStuck:
                pending += [place + 1, Int(instruction.b)]
            case .savePosition, .closeGroup, .mark, .commit, .assertion:
                pending.append(place + 1)
            case .match, .fail, .backReference, .enterLook, .leaveLook, .enterNegativeLook, .refuseLook, .stepBack,
                .arrivedBehind:
                return nil
            }
        }
        return bytes
    }
}
