/// Runs a program over a subject: depth first in the order of Java's matcher, with an explicit stack of choices, a
/// budget of steps, and, where that is sound, a memo of what was tried in vain.
struct Machine: ~Copyable {
    /// Kept alive by ``with(_:_:_:_:)``; counting references here would cost as much as a short match.
    unowned(unsafe) let program: Program
    let bytes: UnsafeBufferPointer<UInt8>
    /// The end of the match before, for `\G`.
    var lastMatchEnd = 0

    /// Steps left.
    var steps: Int
    private var registers: UnsafeMutableBufferPointer<Int32>
    private var choices: Stack<Choice>
    private var trail: Stack<TrailEntry>
    private(set) var memo: Memo
    /// The memo begins when fewer steps than this are left.
    private var memoThreshold = Int.min
    private let stepsBeforeMemo: Int
    private var hasDirtyRegisters = false

    enum Outcome: Equatable {
        case matched(end: Int)
        case failed
        case tooManySteps
        case tooManyChoices
    }

    /// Runs `body` with a machine over `bytes`, which must be fewer than 2³¹.
    static func with<Result>(
        _ program: Program,
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ limits: MatchLimits,
        _ body: (inout Machine) -> Result,
    ) -> Result {
        let initialCount = 24
        let choiceBytes = initialCount * MemoryLayout<Choice>.stride
        let trailBytes = initialCount * MemoryLayout<TrailEntry>.stride
        let registerBytes = program.registerCount * MemoryLayout<Int32>.stride
        return withUnsafeTemporaryAllocation(byteCount: choiceBytes + trailBytes + registerBytes, alignment: 8) { raw in
            let choices = UnsafeMutableRawBufferPointer(rebasing: raw[..<choiceBytes])
            let trail = UnsafeMutableRawBufferPointer(rebasing: raw[choiceBytes..<(choiceBytes + trailBytes)])
            let registers = UnsafeMutableRawBufferPointer(rebasing: raw[(choiceBytes + trailBytes)...])
            var machine = Machine(
                program,
                bytes,
                limits,
                registers: registers.bindMemory(to: Int32.self),
                choices: choices.bindMemory(to: Choice.self),
                trail: trail.bindMemory(to: TrailEntry.self),
            )
            let budget = machine.steps
            let result = withExtendedLifetime(program) { body(&machine) }
            limits.counter?.add(budget - machine.steps)
            return result
        }
    }

    private init(
        _ program: Program,
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ limits: MatchLimits,
        registers: UnsafeMutableBufferPointer<Int32>,
        choices: UnsafeMutableBufferPointer<Choice>,
        trail: UnsafeMutableBufferPointer<TrailEntry>,
    ) {
        self.program = program
        self.bytes = bytes
        self.registers = registers
        self.choices = Stack(borrowing: choices, limit: limits.choices)
        self.trail = Stack(borrowing: trail, limit: limits.choices)
        memo = Memo(positions: bytes.count + 1)
        steps = limits.budget(forBytes: bytes.count)
        stepsBeforeMemo = limits.stepsBeforeMemo
        registers.initialize(repeating: -1)
        scheduleMemo()
    }

    /// The range of a group after a match; nil if it took no part.
    func range(ofGroup group: Int) -> Range<Int>? {
        guard group <= program.captureCount else { return nil }
        let start = Int(registers[2 * group])
        let end = Int(registers[2 * group + 1])
        return start >= 0 && end >= start ? start..<end : nil
    }

    // MARK: Where to match

    /// Matches at `start` only; with `whole`, up to the subject's end only.
    mutating func match(at start: Int, whole: Bool) -> Outcome {
        resetRegisters()
        let outcome = run(from: start, whole: whole)
        if case .matched(let end) = outcome {
            registers[0] = Int32(start)
            registers[1] = Int32(end)
            hasDirtyRegisters = true
            steps -= program.captureCount
            // What was tried on the way to success was not tried in vain.
            if memo.isActive { memo.deactivate() }
            scheduleMemo()
        }
        return outcome
    }

    /// Finds the first match that begins at `from` or later.
    mutating func search(from: Int) -> Outcome {
        var start = from
        while start <= bytes.count {
            if let first = program.firstBytes {
                let begin = start
                while start < bytes.count, !first.contains(bytes[start]) { start += 1 }
                steps -= (start - begin) >> 3
                if start == bytes.count { return .failed }
            }
            let outcome = match(at: start, whole: false)
            guard outcome == .failed else { return outcome }
            if program.isAnchored || start == bytes.count { return .failed }
            start = bytes.scalarEnd(start)
        }
        return .failed
    }

    private mutating func resetRegisters() {
        guard hasDirtyRegisters else { return }
        registers.update(repeating: -1)
        steps -= registers.count >> 3
        hasDirtyRegisters = false
    }

    // MARK: Memo

    private mutating func scheduleMemo() {
        let (bits, overflow) = program.slotCount.multipliedReportingOverflow(by: bytes.count + 1)
        guard program.slotCount > 0, !overflow, bits <= Memo.mostBits else { return }
        // To clear the memo must not cost more than the steps that went before.
        memoThreshold = steps - stepsBeforeMemo - (stepsBeforeMemo * (bytes.count + bits >> 8)) >> 8
    }

    /// False if this place was tried in vain at this position before.
    @inline(__always)
    private mutating func isNew(_ instruction: Instruction, _ position: Int) -> Bool {
        if steps < memoThreshold {
            memo.activate(slots: program.slotCount)
            memoThreshold = Int.min
        }
        guard memo.isActive, instruction.slot >= 0 else { return true }
        return memo.insert(slot: slot(of: instruction, position), position: position)
    }

    /// Loops around that made no progress in their iteration end when they come round, so what follows depends on their
    /// number too. If an inner one made progress, so did those around it.
    private func slot(of instruction: Instruction, _ position: Int) -> Int {
        var slot = Int(instruction.slot)
        var loop = instruction.loop
        while loop >= 0 {
            let around = program.loops[Int(loop)]
            guard Int(registers[Int(around.register)]) == position else { break }
            slot += 1
            loop = around.parent
        }
        return slot
    }

    // MARK: Registers

    @inline(__always)
    private mutating func set(_ register: Int32, _ value: Int32) -> Bool {
        let index = Int(register)
        if choices.count > 0 {
            guard trail.push(TrailEntry(register: register, value: registers[index])) else { return false }
        } else {
            hasDirtyRegisters = true
        }
        registers[index] = value
        return true
    }

    @inline(__always)
    private mutating func commit(_ register: Int32) {
        choices.shrink(to: Int(registers[Int(register)]))
        if choices.count == 0 {
            if trail.count > 0 { hasDirtyRegisters = true }
            trail.shrink(to: 0)
        }
    }

    // MARK: Running

    private mutating func run(from start: Int, whole: Bool) -> Outcome {
        var place = 0
        var position = start
        let end = bytes.count
        let code = program.code
        choices.shrink(to: 0)
        trail.shrink(to: 0)
        while true {
            steps -= 1
            guard steps >= 0 else { return .tooManySteps }
            let instruction = code[place]
            switch instruction.opcode {
            case .match:
                if !whole || position == end { return .matched(end: position) }
            case .fail:
                break
            case .byte:
                if position < end, bytes[position] == UInt8(truncatingIfNeeded: instruction.a) {
                    position += 1
                    place += 1
                    continue
                }
            case .literal:
                let count = Int(instruction.b)
                steps -= count >> 4
                if end - position >= count, isLiteral(Int(instruction.a), count, at: position) {
                    position += count
                    place += 1
                    continue
                }
            case .set:
                if position < end {
                    let next = scalarEnd(in: instruction.a, from: position)
                    if next > position {
                        position = next
                        place += 1
                        continue
                    }
                }
            case .greedyRun:
                if isNew(instruction, position) {
                    let high = greedyRunEnd(instruction, from: position)
                    // The last position is tried now, and the choice holds where to back off from.
                    let choice = Choice(
                        place: Int32(place),
                        position: Int32(high),
                        rest: Int32(position),
                        trail: Int32(trail.count),
                    )
                    if high > position, !choices.push(choice) { return .tooManyChoices }
                    position = high
                    place += 1
                    continue
                }
            case .lazyRun:
                // What a lazy run has left to try depends on where its least count ends.
                if let low = leastRun(instruction, from: position), isNew(instruction, low) {
                    let choice = Choice(
                        place: Int32(place),
                        position: Int32(low),
                        rest: instruction.c - instruction.b,
                        trail: Int32(trail.count),
                    )
                    if choice.rest > 0, !choices.push(choice) { return .tooManyChoices }
                    position = low
                    place += 1
                    continue
                }
            case .possessiveRun:
                if let low = leastRun(instruction, from: position) {
                    position = runEnd(instruction.a, from: low, atMost: instruction.c - instruction.b)
                    place += 1
                    continue
                }
            case .split:
                if isNew(instruction, position) {
                    let choice = Choice(
                        place: instruction.b,
                        position: Int32(position),
                        rest: -1,
                        trail: Int32(trail.count),
                    )
                    guard choices.push(choice) else { return .tooManyChoices }
                    place = Int(instruction.a)
                    continue
                }
            case .jump:
                place = Int(instruction.a)
                continue
            case .savePosition:
                guard set(instruction.a, Int32(position)) else { return .tooManyChoices }
                place += 1
                continue
            case .closeGroup:
                guard set(2 * instruction.a, registers[Int(instruction.b)]),
                    set(2 * instruction.a + 1, Int32(position))
                else { return .tooManyChoices }
                place += 1
                continue
            case .leaveIfStuck:
                let isStuck = Int(registers[Int(instruction.a)]) == position
                place = isStuck ? Int(instruction.b) : place + 1
                continue
            case .assertion:
                if holds(instruction.a, at: position) {
                    place += 1
                    continue
                }
            case .backReference:
                if let next = backReferenceEnd(instruction, from: position) {
                    position = next
                    place += 1
                    continue
                }
            case .mark:
                guard set(instruction.a, Int32(choices.count)) else { return .tooManyChoices }
                place += 1
                continue
            case .commit:
                commit(instruction.a)
                place += 1
                continue
            case .enterLook, .enterNegativeLook:
                guard set(instruction.a, Int32(choices.count)), set(instruction.a + 1, Int32(position))
                else { return .tooManyChoices }
                if instruction.opcode == .enterNegativeLook {
                    let choice = Choice(
                        place: instruction.b,
                        position: Int32(position),
                        rest: -1,
                        trail: Int32(trail.count),
                    )
                    guard choices.push(choice) else { return .tooManyChoices }
                }
                place += 1
                continue
            case .leaveLook:
                position = Int(registers[Int(instruction.a) + 1])
                commit(instruction.a)
                place += 1
                continue
            case .refuseLook:
                commit(instruction.a)
            case .stepBack:
                if let first = stepBack(Int(instruction.b), from: position) {
                    let choice = Choice(
                        place: Int32(place),
                        position: Int32(first),
                        rest: instruction.c - instruction.b,
                        trail: Int32(trail.count),
                    )
                    if choice.rest > 0, !choices.push(choice) { return .tooManyChoices }
                    position = first
                    place += 1
                    continue
                }
            case .arrivedBehind:
                if position == Int(registers[Int(instruction.a) + 1]) {
                    place += 1
                    continue
                }
            }
            guard backtrack(&place, &position) else { return .failed }
        }
    }

    /// Returns to the latest choice that has a way left; false if there is none.
    private mutating func backtrack(_ place: inout Int, _ position: inout Int) -> Bool {
        while choices.count > 0 {
            var choice = choices.top
            while trail.count > Int(choice.trail) {
                let entry = trail.top
                registers[Int(entry.register)] = entry.value
                trail.removeTop()
            }
            place = Int(choice.place)
            position = Int(choice.position)
            guard choice.rest >= 0 else {
                choices.removeTop()
                return true
            }
            let instruction = program.code[place]
            guard let next = nextTry(instruction, &choice) else {
                choices.removeTop()
                continue
            }
            choices.top = choice
            if choice.rest == (instruction.opcode == .greedyRun ? choice.position : 0) { choices.removeTop() }
            place += 1
            position = next
            return true
        }
        return false
    }

    /// The next position that a run or a step back has to offer.
    private mutating func nextTry(_ instruction: Instruction, _ choice: inout Choice) -> Int? {
        let last = Int(choice.position)
        var next = last
        switch instruction.opcode {
        case .greedyRun:
            let low = Int(choice.rest)
            if instruction.hint >= 0 {
                let wanted = UInt8(truncatingIfNeeded: instruction.hint)
                next -= 1
                while next >= low, bytes[next] != wanted { next -= 1 }
                steps -= (last - next) >> 3
                if next < low { return nil }
            } else {
                next = bytes.scalarStart(before: last)
                if next < low { return nil }
            }
        case .lazyRun:
            let isUnbounded = instruction.c == Int32.max
            repeat {
                guard choice.rest > 0, next < bytes.count else { return nil }
                let following = scalarEnd(in: instruction.a, from: next)
                guard following > next else { return nil }
                next = following
                if isUnbounded {
                    guard isNew(instruction, next) else { return nil }
                } else {
                    choice.rest -= 1
                }
                steps -= 1
            } while steps >= 0 && instruction.hint >= 0
                && !(next < bytes.count && bytes[next] == UInt8(truncatingIfNeeded: instruction.hint))
        case .stepBack:
            guard let before = stepBack(1, from: last) else { return nil }
            next = before
            choice.rest -= 1
        default:
            return nil
        }
        choice.position = Int32(next)
        return next
    }
}
