/// The pattern as the parser reads it: scalars with a cursor, quotations already taken apart, and white space and
/// comments passed over under COMMENTS.
///
/// The ways to move (``peek()``, ``read()``, ``next()``, ``skip()``) differ in whether white space counts, and where;
/// what COMMENTS means between the characters of a quantifier or a group head depends on just that.
struct PatternScanner {
    let source: String
    private let scalars: [UInt32]
    /// For every scalar, its offset in the source in UTF-16 code units; one more for the end.
    private let offsets: [Int]
    var cursor = 0
    var flags: Pattern.Flags

    init(_ source: String, flags: Pattern.Flags) {
        self.source = source
        self.flags = flags
        (scalars, offsets) =
            flags.contains(.literal)
            ? Self.plain(source)
            : Self.withoutQuotations(source)
    }

    var count: Int { scalars.count }
    var isAtEnd: Bool { cursor >= scalars.count }

    /// The scalar at `index`, or 0 beyond the end. (A NUL in the pattern is told from the end by ``isAtEnd``.)
    subscript(index: Int) -> UInt32 {
        index >= 0 && index < scalars.count ? scalars[index] : 0
    }

    /// The next scalar that counts; the cursor moves onto it.
    mutating func peek() -> UInt32 {
        passBlanks()
        return self[cursor]
    }

    /// The next scalar that counts; the cursor moves behind it.
    mutating func read() -> UInt32 {
        passBlanks()
        let scalar = self[cursor]
        cursor += 1
        return scalar
    }

    /// Steps over the scalar under the cursor, and returns the next one that counts.
    mutating func next() -> UInt32 {
        cursor += 1
        return peek()
    }

    /// Steps over the scalar under the cursor, and returns what follows at once.
    mutating func nextUnfiltered() -> UInt32 {
        cursor += 1
        return self[cursor]
    }

    /// Steps over the scalar under the cursor and over the one that follows at once, which is returned.
    mutating func skip() -> UInt32 {
        let scalar = self[cursor + 1]
        cursor += 2
        return scalar
    }

    private mutating func passBlanks() {
        guard flags.contains(.comments) else { return }
        while cursor < scalars.count {
            let scalar = scalars[cursor]
            if scalar == 0x20 || (scalar >= 0x09 && scalar <= 0x0D) {
                cursor += 1
            } else if scalar == 0x23 {
                while cursor < scalars.count, !endsComment(scalars[cursor]) { cursor += 1 }
            } else {
                return
            }
        }
    }

    private func endsComment(_ scalar: UInt32) -> Bool {
        if flags.contains(.unixLines) { return scalar == 0x0A }
        return scalar == 0x0A || scalar == 0x0D || scalar == 0x85 || scalar == 0x2028 || scalar == 0x2029
    }

    /// An error at the scalar with the index `index`, or at the cursor.
    func error(_ message: String, at index: Int? = nil, suggestion: String? = nil) -> PatternError {
        let place = min(max(index ?? cursor, 0), scalars.count)
        return PatternError(message: message, offset: offsets[place], suggestion: suggestion, pattern: source)
    }

    private static func plain(_ source: String) -> (scalars: [UInt32], offsets: [Int]) {
        var scalars: [UInt32] = []
        var offsets: [Int] = []
        var offset = 0
        for scalar in source.unicodeScalars {
            scalars.append(scalar.value)
            offsets.append(offset)
            offset += scalar.value > 0xFFFF ? 2 : 1
        }
        return (scalars, offsets + [offset])
    }

    /// Replaces `\Q…\E` by the same characters escaped one by one, so that the parser never meets a quotation.
    private static func withoutQuotations(_ source: String) -> (scalars: [UInt32], offsets: [Int]) {
        let (input, inputOffsets) = plain(source)
        let backslash: UInt32 = 0x5C
        let opensQuotation = { (index: Int) in
            index + 1 < input.count && input[index] == backslash && input[index + 1] == 0x51
        }
        guard input.indices.contains(where: opensQuotation) else { return (input, inputOffsets) }

        var scalars: [UInt32] = []
        var offsets: [Int] = []
        var index = 0
        func emit(_ values: UInt32...) {
            for value in values {
                scalars.append(value)
                offsets.append(inputOffsets[index])
            }
        }
        while index < input.count {
            guard input[index] == backslash else {
                emit(input[index])
                index += 1
                continue
            }
            guard opensQuotation(index) else {
                emit(backslash)
                index += 1
                if index < input.count {
                    emit(input[index])
                    index += 1
                }
                continue
            }
            index += 2
            var isFirst = true
            while index < input.count {
                let scalar = input[index]
                if scalar == backslash, index + 1 < input.count, input[index + 1] == 0x45 {
                    index += 2
                    break
                }
                let isLetter = (scalar | 0x20) >= 0x61 && (scalar | 0x20) <= 0x7A
                let isDigit = scalar >= 0x30 && scalar <= 0x39
                if isDigit, isFirst {
                    // A digit must not become part of an escape such as \1 that stands before the quotation.
                    emit(backslash, 0x78, 0x33, scalar)
                } else if isLetter || isDigit {
                    emit(scalar)
                } else {
                    emit(backslash, scalar)
                }
                isFirst = false
                index += 1
            }
        }
        return (scalars, offsets + [inputOffsets[input.count]])
    }
}
