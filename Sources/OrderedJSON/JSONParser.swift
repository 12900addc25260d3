/// Reads an RFC 8259 text once, front to back, and writes its index.
///
/// There is no recursion: an open array or object keeps the entry of its parent and the parent's count in the
/// second entry of its own, which receives the final numbers when it closes.
struct JSONParser: ~Copyable {
    private let source: UnsafePointer<UInt8>
    private let count: Int
    private let limits: JSONLimits
    private var duplicates = DuplicateKeys()

    /// The index; its owner is whoever takes it after ``parse()``.
    private(set) var words: UnsafeMutablePointer<UInt64>
    private(set) var used = 0
    private var capacity: Int

    /// The source must be followed by ``padding`` zero bytes.
    init(_ source: UnsafePointer<UInt8>, count: Int, limits: JSONLimits) {
        self.source = source
        self.count = count
        self.limits = limits
        capacity = count / 4 + 16
        words = .allocate(capacity: capacity)
    }

    static let padding = 16
    private static let none = UInt64(UInt32.max)

    private var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: source, count: count) }

    private func failure(
        _ offset: Int,
        _ expected: String,
        found: String? = nil,
        _ reason: JSONParseError.Reason = .syntax,
    ) -> JSONParseError {
        JSONParseError(reason, at: min(offset, count), in: text, found: found, expected: expected)
    }

    /// Fills ``words``.
    mutating func parse() throws(JSONParseError) {
        let source = source
        var position = Self.skipSpace(source, 0)
        var next = 0
        var valuesLeft = limits.values
        // The open container, or `none`; how many values it has; whether it is an object; its depth.
        var container = Self.none
        var values = 0
        var inObject = false
        var depth = 0
        // Where last something was seen that a writer may not copy as it is; see `TapeWord`.
        var loose = -1
        var rare = -1
        var slash = -1

        value: while true {
            if next &+ 8 > capacity { grow(next) }
            valuesLeft &-= 1
            if valuesLeft < 0 { throw failure(position, "at most \(limits.values) values", .limit) }

            switch source[position] {
            case UInt8(ascii: "\""):
                var findings = StringScanner.Findings()
                let end = StringScanner.end(of: source, from: position &+ 1, &findings)
                if end < 0 || findings.loneSurrogate >= 0 { try check(position, end, findings) }
                if findings.flags != 0 {
                    if findings.flags & TapeWord.loose != 0 { loose = position }
                    if findings.flags & TapeWord.rare != 0 { rare = position }
                    if findings.flags & TapeWord.slash != 0 { slash = position }
                }
                let start = position &+ 1
                words[next] = TapeWord(.string, start: start, length: end &- start, flags: findings.flags).bits
                next &+= 1
                position = end &+ 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                var flags: UInt64 = 0
                let end = NumberScanner.end(of: source, from: position, &flags)
                if end < 0 { throw failure(~end, "a digit", found: leadingZero(position, ~end)) }
                let length = end &- position
                if length > limits.numberBytes {
                    let expected = "at most \(limits.numberBytes) bytes in a number"
                    throw failure(position, expected, found: "a number of \(length) bytes", .limit)
                }
                if flags & TapeWord.rare != 0 { rare = position }
                words[next] = TapeWord(.number, start: position, length: length, flags: flags).bits
                next &+= 1
                position = end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = source[position] == UInt8(ascii: "{")
                depth &+= 1
                if depth > limits.depth {
                    throw failure(position, "at most \(limits.depth) levels of nesting", .limit)
                }
                words[next] = TapeWord(isObject ? .object : .array, start: position, length: 0).bits
                words[next &+ 1] = container &<< 32 | UInt64(truncatingIfNeeded: values)
                container = UInt64(truncatingIfNeeded: next)
                next &+= 2
                values = 0
                inObject = isObject
                position &+= 1
                if source[position] <= 0x20 {
                    loose = position
                    position = Self.skipSpace(source, position)
                }
                if source[position] != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if isObject {
                        position = try key(position, "a key or '}'", &next, &loose, &rare, &slash)
                        valuesLeft &-= 1
                    }
                    continue value
                }
            case UInt8(ascii: "t"):
                try literal(position, "true")
                words[next] = TapeWord(.true, start: position, length: 4).bits
                next &+= 1
                position &+= 4
            case UInt8(ascii: "f"):
                try literal(position, "false")
                words[next] = TapeWord(.false, start: position, length: 5).bits
                next &+= 1
                position &+= 5
            case UInt8(ascii: "n"):
                try literal(position, "null")
                words[next] = TapeWord(.null, start: position, length: 4).bits
                next &+= 1
                position &+= 4
            default:
                throw failure(position, "a value")
            }

            // Behind a value, or before the bracket that closes an empty container.
            var empty = next == Int(truncatingIfNeeded: container) &+ 2 && container != Self.none
            while container != Self.none {
                if !empty { values &+= 1 }
                if source[position] <= 0x20 {
                    loose = position
                    position = Self.skipSpace(source, position)
                }
                let byte = source[position]
                if byte == UInt8(ascii: ","), !empty {
                    position &+= 1
                    if source[position] <= 0x20 {
                        loose = position
                        position = Self.skipSpace(source, position)
                    }
                    if inObject {
                        position = try key(position, "a key", &next, &loose, &rare, &slash)
                        valuesLeft &-= 1
                    }
                    continue value
                }
                guard byte == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw failure(position, inObject ? "',' or '}'" : "',' or ']'")
                }
                position &+= 1
                empty = false

                let first = Int(truncatingIfNeeded: container)
                if inObject {
                    let repeats = duplicates.settle(words, source, from: first &+ 2, to: next, count: values)
                    if repeats > 0 {
                        values &-= repeats
                        loose = position
                    }
                }
                let word = TapeWord(bits: words[first])
                let start = word.start
                var flags: UInt64 = 0
                if loose >= start { flags |= TapeWord.loose }
                if rare >= start { flags |= TapeWord.rare }
                if slash >= start { flags |= TapeWord.slash }
                words[first] = TapeWord(word.kind, start: start, length: position &- start, flags: flags).bits
                let parent = words[first &+ 1]
                let extent = UInt64(truncatingIfNeeded: next &- first)
                words[first &+ 1] = extent &<< 32 | UInt64(truncatingIfNeeded: values)
                container = parent &>> 32
                values = Int(truncatingIfNeeded: parent & 0xFFFF_FFFF)
                depth &-= 1
                if container != Self.none {
                    inObject = TapeWord(bits: words[Int(truncatingIfNeeded: container)]).kind == .object
                }
            }
            break
        }
        position = Self.skipSpace(source, position)
        if position < count { throw failure(position, "the end of the text") }
        used = next
    }

    /// Reads a key, its colon and the space around that; returns the offset of the value.
    @inline(__always)
    private mutating func key(
        _ start: Int,
        _ expected: StaticString,
        _ next: inout Int,
        _ loose: inout Int,
        _ rare: inout Int,
        _ slash: inout Int,
    ) throws(JSONParseError) -> Int {
        if source[start] != UInt8(ascii: "\"") { throw failure(start, "\(expected)") }
        var findings = StringScanner.Findings()
        let end = StringScanner.end(of: source, from: start &+ 1, &findings)
        if end < 0 || findings.loneSurrogate >= 0 { try check(start, end, findings) }
        if findings.flags != 0 {
            if findings.flags & TapeWord.loose != 0 { loose = start }
            if findings.flags & TapeWord.rare != 0 { rare = start }
            if findings.flags & TapeWord.slash != 0 { slash = start }
        }
        let length = end &- start &- 1
        words[next] = TapeWord(.string, start: start &+ 1, length: length, flags: findings.flags).bits
        next &+= 1
        var position = end &+ 1
        if source[position] <= 0x20 {
            loose = position
            position = Self.skipSpace(source, position)
        }
        if source[position] != UInt8(ascii: ":") { throw failure(position, "':'") }
        position &+= 1
        if source[position] <= 0x20 {
            loose = position
            position = Self.skipSpace(source, position)
        }
        return position
    }

    @inline(__always)
    private static func skipSpace(_ source: UnsafePointer<UInt8>, _ start: Int) -> Int {
        var position = start
        while true {
            switch source[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return position
            }
        }
    }

    @inline(__always)
    private func literal(_ position: Int, _ word: StaticString) throws(JSONParseError) {
        for offset in 0..<word.utf8CodeUnitCount where source[position &+ offset] != word.utf8Start[offset] {
            throw failure(position &+ offset, "'\(word)'")
        }
    }

    /// The index never needs more than an entry a byte and two for each container that is still open.
    @inline(never)
    private mutating func grow(_ next: Int) {
        let most = count + 2 * limits.depth + 16
        let size = min(capacity * 2 + 16, max(most, next + 16))
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: size)
        larger.update(from: words, count: next)
        words.deallocate()
        words = larger
        capacity = size
    }

    private func leadingZero(_ start: Int, _ offset: Int) -> String? {
        guard offset < count, source[offset] &- 0x30 < 10 else { return nil }
        return "a number with a leading zero"
    }

    /// Says what is wrong with the string that starts at `start`, if anything is.
    @inline(never)
    private func check(_ start: Int, _ end: Int, _ findings: StringScanner.Findings) throws(JSONParseError) {
        if findings.loneSurrogate >= 0, limits.refusesLoneSurrogates {
            let found = "half of a surrogate pair"
            throw failure(findings.loneSurrogate, "an escaped surrogate pair or another character", found: found)
        }
        guard end < 0 else { return }
        let offset = ~end
        if offset >= count { throw failure(count, "'\"' to end the string that starts at offset \(start)") }
        switch source[offset] {
        case 0x80... where !StringScanner.isMultibyte(source, offset): throw failure(offset, "UTF-8", .encoding)
        case 0..<0x20: throw failure(offset, "a character of a string: control characters must be escaped")
        default:
            let inDigits = source[max(offset - 1, 0)] != 0x5C
            throw failure(offset, inDigits ? "a hexadecimal digit" : "one of \"\\/bfnrtu behind '\\'")
        }
    }
}
