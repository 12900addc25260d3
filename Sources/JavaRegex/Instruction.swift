/// One instruction of a compiled pattern. What `a`, `b` and `c` mean depends on the opcode.
struct Instruction: Sendable {
    enum Opcode: UInt8, Sendable {
        /// The whole pattern has matched.
        case match
        /// Go on elsewhere, or give this way up.
        case fail
        /// The byte `a`.
        case byte
        /// The `b` bytes of the literal pool from `a` on.
        case literal
        /// A scalar of the set `a`.
        case set
        /// `b` to `c` scalars of the set `a`: as many as possible first, as few first, or as many and no fewer.
        case greedyRun, lazyRun, possessiveRun
        /// Try `a`, and return to `b`.
        case split
        /// Go on at `a`.
        case jump
        /// Register `a` becomes the position.
        case savePosition
        /// Group `a` matched from register `b` to the position.
        case closeGroup
        /// Nothing was consumed since register `a` was set: go on at `b`.
        case leaveIfStuck
        /// The ``Assertion`` `a` holds.
        case assertion
        /// The text of group `a` again, under the ``CaseRule`` `b`.
        case backReference
        /// Register `a` becomes the number of choices; `commit` forgets those made since.
        case mark, commit
        /// As `mark`, and register `a + 1` becomes the position, to which `leaveLook` returns when it has forgotten the
        /// choices.
        case enterLook, leaveLook
        /// As `enterLook`, and if all inside fails go on at `b`. `refuseLook` forgets the choices, that way among them,
        /// and fails.
        case enterNegativeLook, refuseLook
        /// Steps back `b` to `c` scalars, the nearest first, and goes on from there.
        case stepBack
        /// The position is register `a + 1`, or fail.
        case arrivedBehind
    }

    var opcode: Opcode
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    /// For runs: the byte that must follow, or -1 if not known.
    var hint: Int16 = -1
    /// For splits and greedy runs: the first memo slot (see ``Memo``), or -1.
    var slot: Int32 = -1
    /// For splits and greedy runs: the innermost loop around whose body may match nothing, or -1.
    var loop: Int32 = -1
}
