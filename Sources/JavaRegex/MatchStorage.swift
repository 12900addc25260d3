/// A place to return to.
struct Choice: BitwiseCopyable {
    var place: Int32
    var position: Int32
    /// -1 for a plain way; for runs and steps back, how far they may still go.
    var rest: Int32
    /// The length of the trail when the choice was made.
    var trail: Int32
}

/// A register's value before it was changed, to be put back on return to an earlier choice.
struct TrailEntry: BitwiseCopyable {
    let register: Int32
    let value: Int32
}

/// A stack that begins in borrowed memory, and moves to the heap only when it outgrows that.
struct Stack<Element: BitwiseCopyable>: ~Copyable {
    private(set) var count = 0
    private var elements: UnsafeMutableBufferPointer<Element>
    private var isOwned = false
    private let limit: Int

    init(borrowing memory: UnsafeMutableBufferPointer<Element>, limit: Int) {
        elements = memory
        self.limit = limit
    }

    deinit {
        if isOwned { elements.deallocate() }
    }

    /// False if the limit is reached.
    @inline(__always)
    mutating func push(_ element: Element) -> Bool {
        if count == elements.count {
            guard grow() else { return false }
        }
        elements[count] = element
        count += 1
        return true
    }

    /// The topmost element; the stack must not be empty.
    var top: Element {
        @inline(__always) get { elements[count - 1] }
        @inline(__always) nonmutating set { elements[count - 1] = newValue }
    }

    @inline(__always)
    mutating func removeTop() { count -= 1 }

    @inline(__always)
    mutating func shrink(to newCount: Int) { count = min(count, max(newCount, 0)) }

    @inline(never)
    private mutating func grow() -> Bool {
        guard count < limit else { return false }
        let larger = UnsafeMutableBufferPointer<Element>.allocate(capacity: min(max(count * 2, 64), limit))
        _ = larger.moveInitialize(fromContentsOf: elements[..<count])
        if isOwned { elements.deallocate() }
        elements = larger
        isOwned = true
        return true
    }
}

/// What was tried in vain: one bit for every slot and position.
///
/// Where the outcome depends on nothing but the place in the program and the position, to come there again is to fail
/// again; refusing that makes matching linear in the subject, whatever the pattern.
struct Memo: ~Copyable {
    private var words = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private let stride: Int

    /// Bits that a memo may have: 16 MiB.
    static let mostBits = 1 << 27

    init(positions: Int) {
        stride = positions
    }

    deinit {
        words.deallocate()
    }

    var isActive: Bool { @inline(__always) get { words.count > 0 } }

    /// Starts to remember.
    mutating func activate(slots: Int) {
        words = .allocate(capacity: (slots * stride + 63) / 64 + 1)
        words.initialize(repeating: 0)
    }

    /// Forgets all.
    mutating func deactivate() {
        words.deallocate()
        words = UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    /// Remembers a place and position; false if they were remembered before.
    @inline(__always)
    func insert(slot: Int, position: Int) -> Bool {
        let index = slot * stride + position
        let bit: UInt64 = 1 << UInt64(index & 63)
        guard words[index >> 6] & bit == 0 else { return false }
        words[index >> 6] |= bit
        return true
    }

    /// Remembers a place with the positions of a range up to the first that was remembered before, which is returned.
    func insert(slot: Int, positions: Range<Int>) -> Int? {
        let base = slot * stride
        var index = base + positions.lowerBound
        let end = base + positions.upperBound
        while index < end {
            let offset = index & 63
            let length = min(64 - offset, end - index)
            let mask = (length == 64 ? UInt64.max : (1 << UInt64(length)) - 1) << UInt64(offset)
            let known = words[index >> 6] & mask
            guard known == 0 else {
                let first = known.trailingZeroBitCount
                words[index >> 6] |= mask & ((1 << UInt64(first)) - 1)
                return index - offset + first - base
            }
            words[index >> 6] |= mask
            index += length
        }
        return nil
    }
}
