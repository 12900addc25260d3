import Headgate

/// The text of one file, and where its characters stand.
///
/// Lines end with LF, CR or CR LF, as editors count them; columns count Unicode scalars.
struct SourceText: Sendable {
    /// The file as the user named it.
    let file: String
    /// UTF-8, without byte order mark.
    let bytes: [UInt8]
    /// Byte offset of each line's first byte.
    private let lineStarts: [Int]
    /// Number of scalars before each line; nil where every scalar is one byte.
    private let scalarsBefore: [Int]?

    /// - Parameter bytes: valid UTF-8.
    init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
        var starts = [0]
        var counts = [0]
        var scalars = 0
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte & 0xC0 != 0x80 { scalars += 1 }
                index += 1
                if byte == 0x0A || byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A) {
                    starts.append(index)
                    counts.append(scalars)
                }
            }
        }
        lineStarts = starts
        scalarsBefore = scalars == bytes.count ? nil : counts
    }

    /// The place of the first character.
    var start: SourceLocation { SourceLocation(file: file, line: 1, column: 1) }

    /// The place of the character at a byte offset; one past the end is allowed.
    func location(byte offset: Int) -> SourceLocation {
        let offset = min(max(offset, 0), bytes.count)
        let line = Self.last(lineStarts, notAbove: offset)
        let column = scalarsBefore == nil ? offset - lineStarts[line] : scalars(from: lineStarts[line], to: offset)
        return SourceLocation(file: file, line: line + 1, column: column + 1)
    }

    /// The place of the character with `index` scalars before it.
    func location(scalar index: Int) -> SourceLocation {
        guard let scalarsBefore else { return location(byte: index) }
        let line = Self.last(scalarsBefore, notAbove: max(index, 0))
        return SourceLocation(file: file, line: line + 1, column: index - scalarsBefore[line] + 1)
    }

    /// The byte offset of the character with `index` scalars before it; the end where there is none.
    func byteOffset(scalar index: Int) -> Int {
        guard let scalarsBefore else { return min(max(index, 0), bytes.count) }
        let line = Self.last(scalarsBefore, notAbove: max(index, 0))
        var left = index - scalarsBefore[line]
        var offset = lineStarts[line]
        while offset < bytes.count, left > 0 {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }

    /// The bytes of a line, from 1, without its end; nil if there is no such line.
    func line(_ number: Int) -> ArraySlice<UInt8>? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return bytes[start..<end]
    }

    private func scalars(from start: Int, to end: Int) -> Int {
        var count = 0
        for byte in bytes[start..<end] where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Index of the last element that is not above `value`; the first element is never above.
    private static func last(_ sorted: [Int], notAbove value: Int) -> Int {
        var low = 0
        var high = sorted.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if sorted[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }
}

extension SourceText {
    /// Checks what a file holds before anything reads it: UTF-8, and not a device's or an archive's bytes.
    static func checked(file: String, bytes: [UInt8], _ diagnostics: Diagnostics) -> SourceText? {
        var bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            diagnostics.error(
                at: SourceLocation(file: file, line: 1, column: 1),
                "the file is UTF-16",
                expected: "expected UTF-8",
                suggestion: "save it as UTF-8",
            )
            return nil
        }
        let valid = validPrefix(bytes)
        guard valid == bytes.count else {
            let before = SourceText(file: file, bytes: Array(bytes[..<valid]))
            diagnostics.error(
                at: before.location(byte: valid),
                "the byte 0x\(String(bytes[valid], radix: 16, uppercase: true)) is not UTF-8",
                expected: "expected UTF-8",
                suggestion: "save the file as UTF-8",
            )
            return nil
        }
        let text = SourceText(file: file, bytes: bytes)
        if let control = bytes.firstIndex(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D || $0 == 0x7F })
        {
            diagnostics.error(
                at: text.location(byte: control),
                "the control character 0x\(String(bytes[control], radix: 16, uppercase: true)) stands in the file",
                expected: "expected text",
            )
            return nil
        }
        return text
    }

    /// How many bytes from the start are whole, valid UTF-8 sequences (RFC 3629 section 4).
    private static func validPrefix(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let lead = bytes[index]
                if lead < 0x80 {
                    index += 1
                    continue
                }
                let length =
                    lead >= 0xC2 && lead < 0xE0
                    ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0
                guard length > 0, index + length <= bytes.count else { return index }
                let second = bytes[index + 1]
                let lowest: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
                let highest: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
                guard second >= lowest, second <= highest else { return index }
                for following in 2..<max(length, 2) where bytes[index + following] & 0xC0 != 0x80 { return index }
                index += length
            }
            return index
        }
    }
}
