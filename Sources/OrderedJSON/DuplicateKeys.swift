/// Finds repeated keys of an object that was just closed, and lets the last value take the first one's place,
/// as a Java `LinkedHashMap` filled in order would have it.
///
/// Few members are compared with each other; many go through a table, hashed with a seed that no sender
/// knows, so that the work stays linear.
struct DuplicateKeys: ~Copyable {
    private static let few = 12
    private static let seed = UInt64.random(in: .min ... .max) | 1

    private var table = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)

    init() {}

    deinit {
        table.deallocate()
    }

    /// Settles the members from `first` to `end` of `words`; returns how many of them are repeats.
    @inline(__always)
    mutating func settle(
        _ words: UnsafeMutablePointer<UInt64>,
        _ source: UnsafePointer<UInt8>,
        from first: Int,
        to end: Int,
        count: Int,
    ) -> Int {
        if count < 2 { return 0 }
        return count <= Self.few
            ? settleFew(words, source, first, end)
            : settleMany(words, source, first, end, count)
    }

    /// Compares each key with those before it. Keys with escapes need their text, and so the other way.
    private mutating func settleFew(
        _ words: UnsafeMutablePointer<UInt64>,
        _ source: UnsafePointer<UInt8>,
        _ first: Int,
        _ end: Int,
    ) -> Int {
        let repeats = withUnsafeTemporaryAllocation(of: Seen.self, capacity: Self.few) { seen in
            Self.settleFew(words, JSONTape(words: UnsafePointer(words), source: source), first, end, seen)
        }
        return repeats ?? settleMany(words, source, first, end, Self.few)
    }

    /// A key that was met, and what tells it from most others.
    private struct Seen {
        var print: UInt64
        var key: Int
    }

    /// - Returns: nil where a key has escapes.
    @inline(__always)
    private static func settleFew(
        _ words: UnsafeMutablePointer<UInt64>,
        _ tape: JSONTape,
        _ first: Int,
        _ end: Int,
        _ seen: UnsafeMutableBufferPointer<Seen>,
    ) -> Int? {
        var repeats = 0
        var count = 0
        var key = first
        while key < end {
            if tape.hasEscapes(key) { return nil }
            let print = fingerprint(tape, key)
            let next = key &+ 1 &+ tape.extent(key &+ 1)
            var index = 0
            while index < count, seen[index].print != print || !same(tape, seen[index].key, key) {
                index &+= 1
            }
            if index < count {
                move(words, tape, from: key, to: seen[index].key)
                repeats &+= 1
            } else {
                seen[count] = Seen(print: print, key: key)
                count &+= 1
            }
            key = next
        }
        return repeats
    }

    private mutating func settleMany(
        _ words: UnsafeMutablePointer<UInt64>,
        _ source: UnsafePointer<UInt8>,
        _ first: Int,
        _ end: Int,
        _ count: Int,
    ) -> Int {
        let tape = JSONTape(words: UnsafePointer(words), source: source)
        let mask = clear(atLeast: count &+ count / 3 &+ 1)
        var repeats = 0
        var key = first
        while key < end {
            let hash = Self.hash(tape, key)
            let entry = hash & 0xFFFF_FFFF_0000_0000 | UInt64(UInt32(truncatingIfNeeded: key))
            var slot = Int(truncatingIfNeeded: hash) & mask
            let next = key &+ 1 &+ tape.extent(key &+ 1)
            while true {
                let other = table[slot]
                if other == 0 {
                    table[slot] = entry
                    break
                }
                let otherKey = Int(other & 0xFFFF_FFFF)
                if (other ^ entry) >> 32 == 0, Self.same(tape, otherKey, key) {
                    Self.move(words, tape, from: key, to: otherKey)
                    repeats &+= 1
                    break
                }
                slot = (slot &+ 1) & mask
            }
            key = next
        }
        return repeats
    }

    /// Empties the table, with room for `count` entries; returns the mask of its indices. A key is never at
    /// entry 0 of the index, so 0 marks a free slot.
    private mutating func clear(atLeast count: Int) -> Int {
        var size = 32
        while size < count {
            size &*= 2
        }
        if table.count < size {
            table.deallocate()
            table = .allocate(capacity: size)
        }
        UnsafeMutableBufferPointer(rebasing: table[0..<size]).initialize(repeating: 0)
        return size &- 1
    }

    private static func move(
        _ words: UnsafeMutablePointer<UInt64>,
        _ tape: JSONTape,
        from later: Int,
        to first: Int,
    ) {
        words[first &+ 1] = TapeWord(.moved, start: later &+ 1, length: tape.extent(first &+ 1)).bits
        words[later] |= TapeWord.dead
    }

    private static func same(_ tape: JSONTape, _ a: Int, _ b: Int) -> Bool {
        switch (tape.hasEscapes(a), tape.hasEscapes(b)) {
        case (false, false):
            let left = tape.sourceText(a)
            guard let base = left.baseAddress else { return false }
            let right = tape.sourceText(b)
            return left.count == right.count && JSONText.equals(base, right)
        case (true, false): return JSONText.equals(escaped: tape.sourceText(a), tape.sourceText(b))
        case (false, true): return JSONText.equals(escaped: tape.sourceText(b), tape.sourceText(a))
        case (true, true):
            var text: [UInt8] = []
            tape.appendText(b, to: &text)
            return text.withUnsafeBufferPointer { JSONText.equals(escaped: tape.sourceText(a), $0) }
        }
    }

    /// The first bytes and the length of a key that has no escapes.
    @inline(__always)
    private static func fingerprint(_ tape: JSONTape, _ key: Int) -> UInt64 {
        let word = tape.word(key)
        // The source is padded, so eight bytes can always be read.
        let bytes = UnsafeRawPointer(tape.source).loadUnaligned(fromByteOffset: word.start, as: UInt64.self)
        let kept = word.length >= 8 ? bytes : bytes & ((1 &<< UInt64(truncatingIfNeeded: word.length &* 8)) &- 1)
        return kept &+ UInt64(truncatingIfNeeded: word.length) &<< 56
    }

    private static func hash(_ tape: JSONTape, _ key: Int) -> UInt64 {
        guard tape.hasEscapes(key) else { return hash(tape.sourceText(key)) }
        var text: [UInt8] = []
        tape.appendText(key, to: &text)
        return text.withUnsafeBufferPointer { hash($0) }
    }

    /// Folded multiplication of eight bytes at a time.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: text.count)
        guard let base = text.baseAddress else { return hash }
        let raw = UnsafeRawPointer(base)
        var offset = 0
        while offset < text.count {
            var chunk: UInt64 = 0
            if offset &+ 8 <= text.count {
                chunk = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            } else {
                for index in offset..<text.count {
                    chunk = chunk &<< 8 | UInt64(text[index])
                }
            }
            let product = (hash ^ chunk).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = (product.high ^ product.low) &+ seed
            offset &+= 8
        }
        let product = hash.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
