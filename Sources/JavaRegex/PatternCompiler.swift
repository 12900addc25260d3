/// Turns a syntax tree into a program.
struct PatternCompiler: ~Copyable {
    private(set) var code: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private(set) var literals: [UInt8] = []
    private(set) var loops: [Program.Loop] = []
    private(set) var registerCount: Int
    private(set) var slotCount = 0

    private let parser: PatternParser
    private var setIndexes: [ScalarRule: Int32] = [:]
    /// Bytes of exact scalars not yet written as an instruction.
    private var pendingLiteral: [UInt8] = []
    /// The loop, whose body may match nothing, that is being written; -1 outside of any.
    private var currentLoop: Int32 = -1
    private var loopDepth: Int32 = 0
    /// How many atomic groups and look-arounds are being written.
    private var committedDepth = 0

    /// A program may have this many instructions; repeats of groups are written out, so this bounds them.
    static let mostInstructions = 1 << 15
    /// It may have this many different sets, each of which takes time to prepare.
    static let mostSets = 1 << 11
    /// And this many bytes of literals.
    static let mostLiteralBytes = 1 << 18

    private init(_ parser: PatternParser) {
        self.parser = parser
        registerCount = 2 * (parser.captureCount + 1)
    }

    static func compile(_ source: String, flags: Pattern.Flags) throws(PatternError) -> Program {
        guard source.utf8.count <= PatternParser.longestPattern else {
            throw PatternError(
                message: "pattern has \(source.utf8.count) bytes, at most \(PatternParser.longestPattern) are allowed",
                offset: 0,
                suggestion: nil,
                pattern: String(source.prefix(40)),
            )
        }
        var parser = PatternParser(source, flags: flags)
        let tree = try parser.parse()
        var compiler = PatternCompiler(parser)
        try compiler.write(tree)
        try compiler.emit(Instruction(opcode: .match))
        compiler.addHints()
        if parser.hasBackReference { compiler.slotCount = 0 }
        return Program(compiler, captureCount: parser.captureCount, groupNames: parser.groupNames)
    }

    private mutating func write(_ node: SyntaxNode) throws(PatternError) {
        switch node.kind {
        case .empty:
            break
        case .scalar(let value):
            try appendLiteral(value)
        case .set(let rule):
            let index = try intern(rule)
            try emit(Instruction(opcode: .set, a: index))
        case .lineBreak:
            try writeLineBreak()
        case .assertion(let assertion):
            try emit(Instruction(opcode: .assertion, a: assertion.rawValue))
        case .backReference(let group, let rule):
            // A group that the pattern does not have never matches, as in Java.
            guard group <= parser.captureCount else { return try emit(Instruction(opcode: .fail)) }
            try emit(Instruction(opcode: .backReference, a: Int32(group), b: rule.rawValue))
        case .sequence(let parts):
            for part in parts { try write(part) }
        case .alternation(let branches):
            try writeAlternation(branches)
        case .capture(let body, let group):
            let start = newRegister()
            try emit(Instruction(opcode: .savePosition, a: start))
            try write(body)
            try emit(Instruction(opcode: .closeGroup, a: Int32(group), b: start))
        case .atomic(let body):
            try writeAtomic { (compiler: inout PatternCompiler) throws(PatternError) in try compiler.write(body) }
        case .look(let body, let ahead, let negative):
            try writeLook(body, ahead: ahead, negative: negative)
        case .repeated(let body, let min, let max, let greed):
            try writeRepeat(body, min: min, max: max, greed)
        }
    }

    // MARK: Instructions

    private mutating func emit(_ instruction: Instruction) throws(PatternError) {
        try flushLiteral()
        guard code.count < Self.mostInstructions else { throw tooLarge() }
        code.append(instruction)
    }

    private func tooLarge(
        _ reason: String = "its repeats of groups are written out, lower their counts"
    ) -> PatternError {
        parser.scanner.error("pattern is too large: \(reason)")
    }

    /// Where the next instruction will stand.
    private mutating func here() throws(PatternError) -> Int32 {
        try flushLiteral()
        return Int32(code.count)
    }

    private mutating func appendLiteral(_ value: UInt32) throws(PatternError) {
        if pendingLiteral.count >= 4096 { try flushLiteral() }
        guard let scalar = Unicode.Scalar(value) else { return }
        if value < 0x80 {
            pendingLiteral.append(UInt8(truncatingIfNeeded: value))
        } else if let encoded = UTF8.encode(scalar) {
            pendingLiteral += encoded
        }
    }

    private mutating func flushLiteral() throws(PatternError) {
        guard !pendingLiteral.isEmpty else { return }
        guard code.count < Self.mostInstructions, literals.count < Self.mostLiteralBytes else { throw tooLarge() }
        if pendingLiteral.count == 1 {
            code.append(Instruction(opcode: .byte, a: Int32(pendingLiteral[0])))
        } else {
            let start = Int32(literals.count)
            literals += pendingLiteral
            code.append(Instruction(opcode: .literal, a: start, b: Int32(pendingLiteral.count)))
        }
        pendingLiteral.removeAll(keepingCapacity: true)
    }

    /// The same class often stands in a pattern many times: `\d\d\d`, or every letter under CASE_INSENSITIVE.
    private mutating func intern(_ rule: ScalarRule) throws(PatternError) -> Int32 {
        if let known = setIndexes[rule] { return known }
        guard sets.count < Self.mostSets else { throw tooLarge("it has more than \(Self.mostSets) character classes") }
        let index = Int32(sets.count)
        sets.append(ScalarSet(rule))
        setIndexes[rule] = index
        return index
    }

    private mutating func newRegister(count: Int = 1) -> Int32 {
        defer { registerCount += count }
        return Int32(registerCount)
    }

    /// A place where ways part, which the memo can tell apart by position and by how many loops around made progress.
    private mutating func branching(_ instruction: Instruction) -> Instruction {
        var instruction = instruction
        instruction.loop = currentLoop
        // Inside an atomic group or a look-around a way that failed later, after it had been committed to, must not be
        // taken for one that fails within: nothing is remembered there.
        if committedDepth == 0 {
            instruction.slot = Int32(slotCount)
            slotCount += Int(loopDepth) + 1
        }
        return instruction
    }

    /// A split whose targets are set later.
    private mutating func emitSplit() throws(PatternError) -> Int {
        let place = Int(try here())
        try emit(branching(Instruction(opcode: .split)))
        return place
    }

    private mutating func setTargets(ofSplit place: Int, enter: Int32, leave: Int32, _ greed: Greed) {
        code[place].a = greed == .lazy ? leave : enter
        code[place].b = greed == .lazy ? enter : leave
    }

    /// Tells runs which byte must follow them.
    private mutating func addHints() {
        for place in code.indices.dropLast() {
            let next = code[place + 1]
            switch (code[place].opcode, next.opcode) {
            case (.greedyRun, .byte), (.lazyRun, .byte): code[place].hint = Int16(next.a)
            case (.greedyRun, .literal), (.lazyRun, .literal): code[place].hint = Int16(literals[Int(next.a)])
            default: break
            }
        }
    }

    // MARK: Compound nodes

    private mutating func writeAlternation(_ branches: [SyntaxNode]) throws(PatternError) {
        var jumps: [Int] = []
        for (index, branch) in branches.enumerated() {
            guard index < branches.count - 1 else {
                try write(branch)
                break
            }
            let split = try emitSplit()
            try write(branch)
            jumps.append(Int(try here()))
            try emit(Instruction(opcode: .jump))
            setTargets(ofSplit: split, enter: Int32(split + 1), leave: Int32(code.count), .greedy)
        }
        let end = try here()
        for jump in jumps { code[jump].a = end }
    }

    private mutating func writeLineBreak() throws(PatternError) {
        let split = try emitSplit()
        try appendLiteral(0x0D)
        try appendLiteral(0x0A)
        let jump = Int(try here())
        try emit(Instruction(opcode: .jump))
        setTargets(ofSplit: split, enter: Int32(split + 1), leave: Int32(code.count), .greedy)
        let index = try intern(ScalarClasses.verticalSpace)
        try emit(Instruction(opcode: .set, a: index))
        code[jump].a = try here()
    }

    private mutating func writeAtomic(
        _ body: (inout PatternCompiler) throws(PatternError) -> Void
    ) throws(PatternError) {
        let register = newRegister()
        try emit(Instruction(opcode: .mark, a: register))
        committedDepth += 1
        try body(&self)
        committedDepth -= 1
        try emit(Instruction(opcode: .commit, a: register))
    }

    private mutating func writeLook(_ body: SyntaxNode, ahead: Bool, negative: Bool) throws(PatternError) {
        let register = newRegister(count: 2)
        let entry = Int(try here())
        try emit(Instruction(opcode: negative ? .enterNegativeLook : .enterLook, a: register))
        committedDepth += 1
        if !ahead {
            try emit(Instruction(opcode: .stepBack, b: Int32(body.shortest), c: Int32(body.longest)))
        }
        try write(body)
        if !ahead {
            try emit(Instruction(opcode: .arrivedBehind, a: register))
        }
        try emit(Instruction(opcode: negative ? .refuseLook : .leaveLook, a: register))
        committedDepth -= 1
        code[entry].b = try here()
    }

    // MARK: Repeats

    private mutating func writeRepeat(_ body: SyntaxNode, min: Int, max: Int, _ greed: Greed) throws(PatternError) {
        guard max > 0 else { return }
        switch body.kind {
        case .scalar(let value):
            return try writeRun(.scalars(value), min: min, max: max, greed)
        case .set(let rule):
            return try writeRun(rule, min: min, max: max, greed)
        default:
            break
        }
        switch (greed, body.kind) {
        case (.possessive, _):
            // Each iteration is final by itself, and so is their number.
            try writeAtomic { (compiler: inout PatternCompiler) throws(PatternError) in
                try compiler.writeLoop(.atomic(body), min: min, max: max, .greedy)
            }
        case (_, .lineBreak):
            try writeLoop(.atomic(body), min: min, max: max, greed)
        default:
            try writeLoop(body, min: min, max: max, greed)
        }
    }

    private mutating func writeRun(_ rule: ScalarRule, min: Int, max: Int, _ greed: Greed) throws(PatternError) {
        let isUnbounded = max == SyntaxNode.unbounded
        if greed == .greedy, isUnbounded, loopDepth > 0 {
            // Within a loop whose body may match nothing the memo must see every scalar of the run.
            if min > 0 { try writeRun(rule, min: min, max: min, .possessive) }
            return try writeLoop(.set(rule), min: 0, max: max, greed)
        }
        let index = try intern(rule)
        switch greed {
        case .possessive:
            try emit(Instruction(opcode: .possessiveRun, a: index, b: Int32(min), c: Int32(max)))
        case .lazy:
            try emit(branching(Instruction(opcode: .lazyRun, a: index, b: Int32(min), c: Int32(max))))
        case .greedy:
            // What follows the least count depends on where that ends, so it is a place of its own.
            if min > 0 {
                try emit(Instruction(opcode: .possessiveRun, a: index, b: Int32(min), c: Int32(min)))
            }
            guard max > min else { return }
            let most = isUnbounded ? max : max - min
            try emit(branching(Instruction(opcode: .greedyRun, a: index, b: 0, c: Int32(most))))
        }
    }

    /// Writes a repeat out: copies for the counted iterations, and a loop for the rest of an unbounded one.
    private mutating func writeLoop(_ body: SyntaxNode, min: Int, max: Int, _ greed: Greed) throws(PatternError) {
        var loop: Int32 = -1
        if body.shortest == 0 {
            loop = Int32(loops.count)
            loops.append(Program.Loop(register: newRegister(), parent: currentLoop))
        }
        // Places to be told where the loop ends.
        var exits: [Int] = []
        var splits: [Int] = []
        let isUnbounded = max == SyntaxNode.unbounded
        let copies = isUnbounded && min > 0 ? min - 1 : min
        for _ in 0..<copies {
            try writeIteration(body, loop, &exits)
        }
        if isUnbounded {
            let top = try here()
            if min > 0 {
                try writeIteration(body, loop, &exits)
                let split = try emitSplit()
                setTargets(ofSplit: split, enter: top, leave: Int32(split + 1), greed)
            } else {
                splits.append(try emitSplit())
                try writeIteration(body, loop, &exits)
                try emit(Instruction(opcode: .jump, a: top))
            }
        } else {
            for _ in min..<max {
                splits.append(try emitSplit())
                try writeIteration(body, loop, &exits)
            }
        }
        let end = try here()
        for split in splits { setTargets(ofSplit: split, enter: Int32(split + 1), leave: end, greed) }
        for exit in exits { code[exit].b = end }
    }

    private mutating func writeIteration(
        _ body: SyntaxNode,
        _ loop: Int32,
        _ exits: inout [Int],
    ) throws(PatternError) {
        guard loop >= 0 else { return try write(body) }
        let register = loops[Int(loop)].register
        try emit(Instruction(opcode: .savePosition, a: register))
        let outer = currentLoop
        currentLoop = loop
        loopDepth += 1
        try write(body)
        loopDepth -= 1
        currentLoop = outer
        exits.append(Int(try here()))
        try emit(Instruction(opcode: .leaveIfStuck, a: register))
    }
}
