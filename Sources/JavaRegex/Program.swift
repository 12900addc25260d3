/// A compiled pattern: immutable, shared by all who match.
///
/// Unchecked because of its buffers: they are written in `init` and freed in `deinit`, and only read between.
final class Program: @unchecked Sendable {
    let code: UnsafeMutableBufferPointer<Instruction>
    let sets: UnsafeMutableBufferPointer<ScalarSet>
    let literals: UnsafeMutableBufferPointer<UInt8>
    /// Captures come first: two for each group, group 0 included.
    let registerCount: Int
    let captureCount: Int
    let groupNames: [String: Int]
    /// The loops whose body may match nothing.
    let loops: [Loop]
    /// Memo slots for each position; 0 if the outcome depends on more than place and position.
    let slotCount: Int
    /// The bytes a match can begin with; nil if it may be empty or cannot be told.
    let firstBytes: ByteSet?
    /// A match can only begin at the start of the subject.
    let isAnchored: Bool

    /// A loop whose body may match nothing: the register with its iteration's start, and the loop around it or -1.
    struct Loop: Sendable {
        let register: Int32
        let parent: Int32
    }

    init(_ compiler: borrowing PatternCompiler, captureCount: Int, groupNames: [String: Int]) {
        code = Self.buffer(compiler.code)
        sets = Self.buffer(compiler.sets)
        literals = Self.buffer(compiler.literals)
        registerCount = compiler.registerCount
        loops = compiler.loops
        slotCount = compiler.slotCount
        self.captureCount = captureCount
        self.groupNames = groupNames
        firstBytes = FirstBytes.of(code: compiler.code, sets: compiler.sets, literals: compiler.literals)
        isAnchored =
            compiler.code.first.map {
                $0.opcode == .assertion && $0.a == Assertion.start.rawValue
            } ?? false
    }

    deinit {
        code.deinitialize().deallocate()
        sets.deinitialize().deallocate()
        literals.deinitialize().deallocate()
    }

    private static func buffer<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = buffer.initialize(fromContentsOf: elements)
        return buffer
    }
}
