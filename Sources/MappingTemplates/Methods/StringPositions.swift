/// Positions in strings, which Java counts in UTF-16 code units.
extension Renderer {
    private func isASCII(_ text: [UInt8]) -> Bool { text.withUnsafeBufferPointer { JavaText.isASCII($0) } }

    func length(_ text: [UInt8]) -> Int { text.withUnsafeBufferPointer { JavaText.length($0) } }

    private mutating func bounds(_ index: Int, _ length: Int) -> Interruption {
        fail(.method, "java.lang.StringIndexOutOfBoundsException: index \(index), but the length is \(length)")
    }

    mutating func unit(_ text: [UInt8], at index: Int) throws(Interruption) -> UInt16 {
        if isASCII(text) {
            guard text.indices.contains(index) else { throw bounds(index, text.count) }
            return UInt16(text[index])
        }
        let units = text.withUnsafeBufferPointer { JavaText.units($0) }
        guard units.indices.contains(index) else { throw bounds(index, units.count) }
        if units[index] & 0xF800 == 0xD800 { hasSurrogates = true }
        return units[index]
    }

    mutating func codePoint(_ text: [UInt8], at index: Int) throws(Interruption) -> UInt32 {
        let units = text.withUnsafeBufferPointer { JavaText.units($0) }
        guard units.indices.contains(index) else { throw bounds(index, units.count) }
        let high = UInt32(units[index])
        guard high & 0xFC00 == 0xD800, index + 1 < units.count, units[index + 1] & 0xFC00 == 0xDC00 else { return high }
        return 0x1_0000 + (high & 0x3FF) << 10 + UInt32(units[index + 1]) & 0x3FF
    }

    mutating func codePoint(_ text: [UInt8], before index: Int) throws(Interruption) -> UInt32 {
        let units = text.withUnsafeBufferPointer { JavaText.units($0) }
        guard index >= 1, index <= units.count else { throw bounds(index, units.count) }
        let low = UInt32(units[index - 1])
        guard low & 0xFC00 == 0xDC00, index >= 2, units[index - 2] & 0xFC00 == 0xD800 else { return low }
        return 0x1_0000 + (UInt32(units[index - 2]) & 0x3FF) << 10 + low & 0x3FF
    }

    mutating func codePoints(
        _ method: Method,
        _ text: [UInt8],
        _ start: Int,
        _ end: Int,
    ) throws(Interruption) -> Value {
        let units = text.withUnsafeBufferPointer { JavaText.units($0) }
        func isPair(_ index: Int) -> Bool {
            index >= 0 && index + 1 < units.count && units[index] & 0xFC00 == 0xD800
                && units[index + 1] & 0xFC00 == 0xDC00
        }
        if method == .codePointCount {
            guard start >= 0, end <= units.count, start <= end else { throw bounds(end, units.count) }
            return Value(int: end - start - (start..<max(start, end - 1)).count { isPair($0) })
        }
        var index = start
        guard (0...units.count).contains(start) else { throw bounds(start, units.count) }
        for _ in 0..<abs(end) {
            if end > 0 {
                guard index < units.count else { throw bounds(end, units.count) }
                index += isPair(index) ? 2 : 1
            } else {
                guard index > 0 else { throw bounds(end, units.count) }
                index -= isPair(index - 2) ? 2 : 1
            }
        }
        return Value(int: index)
    }

    mutating func substring(_ text: [UInt8], _ start: Int, _ end: Int?) throws(Interruption) -> [UInt8] {
        let length = length(text)
        let end = end ?? length
        guard start >= 0, end <= length, start <= end else {
            throw fail(
                .method,
                "java.lang.StringIndexOutOfBoundsException: begin \(start), end \(end), length \(length)",
            )
        }
        if length == text.count { return Array(text[start..<end]) }
        let (from, splitsFirst) = text.withUnsafeBufferPointer { JavaText.offset($0, ofUnit: start) }
        let (to, splitsLast) = text.withUnsafeBufferPointer { JavaText.offset($0, ofUnit: end) }
        guard splitsFirst || splitsLast else { return Array(text[from..<to]) }
        hasSurrogates = true
        try spend(text.count >> 3)
        let units = text.withUnsafeBufferPointer { JavaText.units($0) }
        return JavaText.bytes(units.prefix(end).dropFirst(start))
    }

    // MARK: Searching

    /// The byte offset of the first occurrence at or behind `start`.
    mutating func find(_ other: [UInt8], in text: [UInt8], from start: Int) throws(Interruption) -> Int? {
        guard let first = other.first else { return start <= text.count ? start : nil }
        guard text.count >= other.count else { return nil }
        var work = 0
        var index = start
        let last = text.count - other.count
        var found: Int?
        text.withUnsafeBufferPointer { text in
            other.withUnsafeBufferPointer { other in
                while index <= last {
                    if text[index] == first {
                        var length = 1
                        while length < other.count, text[index + length] == other[length] { length += 1 }
                        work += length
                        if length == other.count {
                            found = index
                            return
                        }
                        if work >> 6 > budget { return }
                    }
                    index += 1
                }
            }
        }
        try spend(work >> 6)
        return found
    }

    private func unitOffset(_ text: [UInt8], _ offset: Int) -> Int {
        text[..<offset].withUnsafeBufferPointer { JavaText.length($0) }
    }

    private func byteOffset(_ text: [UInt8], _ unit: Int) -> Int {
        text.withUnsafeBufferPointer { JavaText.offset($0, ofUnit: unit).offset }
    }

    mutating func indexOf(_ other: [UInt8], in text: [UInt8], from start: Int) throws(Interruption) -> Value {
        let length = length(text)
        if start >= length { return Value(int: other.isEmpty ? length : -1) }
        let offset = try find(other, in: text, from: byteOffset(text, max(0, start)))
        return Value(int: offset.map { unitOffset(text, $0) } ?? -1)
    }

    mutating func lastIndexOf(_ other: [UInt8], in text: [UInt8], from start: Int) throws(Interruption) -> Value {
        guard start >= 0 else { return .integer(-1) }
        let limit = start >= length(text) ? text.count : byteOffset(text, start)
        if other.isEmpty { return Value(int: unitOffset(text, limit)) }
        guard text.count >= other.count else { return .integer(-1) }
        var index = min(limit, text.count - other.count)
        while index >= 0 {
            if text[index] == other[0], text[index..<(index + other.count)].elementsEqual(other) {
                return Value(int: unitOffset(text, index))
            }
            try spend(text[index] == other[0] ? 1 + other.count >> 6 : 0)
            index -= 1
        }
        return .integer(-1)
    }

    private func bytes(scalar: Int) -> [UInt8]? {
        guard scalar >= 0, scalar <= 0x10_FFFF else { return nil }
        var bytes: [UInt8] = []
        JavaText.append(scalar: UInt32(scalar), to: &bytes)
        return bytes
    }

    mutating func indexOf(scalar: Int, in text: [UInt8], from start: Int) throws(Interruption) -> Value {
        guard let other = bytes(scalar: scalar) else { return .integer(-1) }
        return try indexOf(other, in: text, from: start)
    }

    mutating func lastIndexOf(scalar: Int, in text: [UInt8], from start: Int) throws(Interruption) -> Value {
        guard let other = bytes(scalar: scalar) else { return .integer(-1) }
        return try lastIndexOf(other, in: text, from: start)
    }

    func startsWith(_ text: [UInt8], _ other: [UInt8], at start: Int) -> Bool {
        guard start >= 0, start <= length(text) else { return false }
        return text[byteOffset(text, start)...].starts(with: other)
    }

    func regionMatches(_ text: [UInt8], _ arguments: Arguments) -> Value {
        var values = [arguments[0]] + arguments.dropFirst()
        var ignoresCase = false
        if values.count == 5 {
            guard case .boolean(let flag) = values[0] else { return .null }
            ignoresCase = flag
            values.removeFirst()
        }
        guard values.count == 4, let start = int(values[0]), let other = stringArgument(values[1]),
            let otherStart = int(values[2]), let count = int(values[3])
        else { return .null }
        let a = text.withUnsafeBufferPointer { JavaText.units($0) }
        let b = other.withUnsafeBufferPointer { JavaText.units($0) }
        guard start >= 0, otherStart >= 0, start <= a.count - count, otherStart <= b.count - count else {
            return .boolean(false)
        }
        guard count > 0 else { return .boolean(true) }
        let left = JavaText.bytes(a[start..<(start + count)])
        let right = JavaText.bytes(b[otherStart..<(otherStart + count)])
        return .boolean(ignoresCase ? JavaCase.equalsIgnoringCase(left, right) : left == right)
    }

    // MARK: Replacing

    mutating func replace(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8]) throws(Interruption) -> [UInt8] {
        var result: [UInt8] = []
        if old.isEmpty {
            // Between all characters, and at both ends.
            try spend(text.count >> 1)
            for unit in text.withUnsafeBufferPointer({ JavaText.units($0) }) {
                result += new
                JavaText.append(unit: unit, to: &result)
                if result.count > limits.outputBytes { break }
            }
            result += new
            try spend(bytes: result.count)
            return result
        }
        var start = 0
        while let found = try find(old, in: text, from: start) {
            result += text[start..<found]
            result += new
            start = found + old.count
            try spend()
            if result.count > limits.outputBytes { try spend(bytes: result.count) }
        }
        result += text[start...]
        try spend(bytes: result.count)
        return result
    }

    mutating func indent(_ text: [UInt8], _ count: Int) throws(Interruption) -> [UInt8] {
        var result: [UInt8] = []
        for line in TextBlock.lines(text) {
            if count >= 0 {
                try spend(bytes: count)
                result += [UInt8](repeating: .space, count: count)
                result += line
            } else {
                let white = JavaCase.leadingWhiteSpace(line)
                result += line.dropFirst(JavaCase.prefix(line, scalars: min(white, count == .min ? .max : -count)))
            }
            result.append(.newLine)
            try spend(bytes: result.count > limits.outputBytes ? result.count : line.count)
        }
        return result
    }
}
