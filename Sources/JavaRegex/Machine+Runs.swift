/// How the machine walks over bytes: runs of a set, literals, and texts matched before. All of it is charged to the
/// budget.
extension Machine {
    /// The position after the least count of a run.
    @inline(__always)
    mutating func leastRun(_ instruction: Instruction, from position: Int) -> Int? {
        var position = position
        var left = instruction.b
        steps -= Int(left >> 3)
        while left > 0 {
            guard steps >= 0, position < bytes.count else { return nil }
            let next = scalarEnd(in: instruction.a, from: position)
            guard next > position else { return nil }
            position = next
            left -= 1
        }
        return position
    }

    /// Where the scalars of a set end; `limit` is the last place to look at one.
    mutating func runEnd(_ set: Int32, from start: Int, atMost most: Int32, limit: Int? = nil) -> Int {
        let low = program.sets[Int(set)].low
        let high = program.sets[Int(set)].high
        let end = limit ?? bytes.count
        var position = start
        var left = most
        if most == Int32.max, low >> 32 == UInt64(UInt32.max), high == UInt64.max {
            position = bytes.printableEnd(from: start, limit: end)
        }
        while left > 0, position < end {
            let byte = bytes[position]
            if byte < 0x80 {
                guard ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 != 0 else { break }
                position += 1
            } else {
                let next = scalarEndBeyondASCII(in: set, from: position)
                guard next > position else { break }
                position = next
            }
            left -= 1
        }
        steps -= (position - start) >> 3
        return position
    }

    /// The last position that a greedy run must try.
    mutating func greedyRunEnd(_ instruction: Instruction, from start: Int) -> Int {
        guard memo.isActive, instruction.slot >= 0, instruction.loop < 0, instruction.c == Int32.max else {
            return runEnd(instruction.a, from: start, atMost: instruction.c)
        }
        // Of an unbounded run, every later start tries the same positions from there on: those tried before have
        // failed, and those from here on will have. So the run need not be walked beyond the first of those.
        var position = start
        while position < bytes.count {
            let limit = min(position + 64, bytes.count)
            let end = runEnd(instruction.a, from: position, atMost: instruction.c, limit: limit)
            guard end > position else { break }
            if let known = memo.insert(slot: Int(instruction.slot), positions: (position + 1)..<(end + 1)) {
                return bytes.scalarStart(before: known)
            }
            position = end
            if end < limit { break }
        }
        return position
    }

    /// Behind the scalar at `position` if it is in the set, else `position`.
    @inline(__always)
    func scalarEnd(in set: Int32, from position: Int) -> Int {
        let byte = bytes[position]
        if byte < 0x80 {
            return program.sets[Int(set)].containsASCII(byte) ? position + 1 : position
        }
        return scalarEndBeyondASCII(in: set, from: position)
    }

    @inline(never)
    private func scalarEndBeyondASCII(in set: Int32, from position: Int) -> Int {
        let (scalar, width) = bytes.scalar(at: position)
        return program.sets[Int(set)].containsBeyond(scalar) ? position + width : position
    }

    func isLiteral(_ start: Int, _ count: Int, at position: Int) -> Bool {
        for index in 0..<count where bytes[position + index] != program.literals[start + index] { return false }
        return true
    }

    mutating func stepBack(_ count: Int, from start: Int) -> Int? {
        steps -= count >> 3
        var position = start
        for _ in 0..<count {
            guard position > 0, steps >= 0 else { return nil }
            position = bytes.scalarStart(before: position)
        }
        return position
    }

    mutating func backReferenceEnd(_ instruction: Instruction, from start: Int) -> Int? {
        guard let group = range(ofGroup: Int(instruction.a)) else { return nil }
        steps -= group.count >> 3
        let rule = CaseRule(rawValue: instruction.b) ?? .exact
        guard rule != .exact else {
            guard bytes.count - start >= group.count else { return nil }
            for index in 0..<group.count where bytes[start + index] != bytes[group.lowerBound + index] { return nil }
            return start + group.count
        }
        var position = start
        var index = group.lowerBound
        while index < group.upperBound {
            guard position < bytes.count else { return nil }
            let (first, firstWidth) = bytes.scalar(at: index)
            let (second, secondWidth) = bytes.scalar(at: position)
            let isEqual =
                rule == .ascii
                ? CaseMapping.lowerASCII(first) == CaseMapping.lowerASCII(second)
                : first == second || CaseMapping.folded(first) == CaseMapping.folded(second)
            guard isEqual else { return nil }
            index += firstWidth
            position += secondWidth
        }
        return position
    }
}
