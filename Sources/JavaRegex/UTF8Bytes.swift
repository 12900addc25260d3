/// Scalars in bytes that should be UTF-8: every byte that belongs to no well-formed sequence counts as U+FFFD.
extension UnsafeBufferPointer<UInt8> {
    /// The scalar at `position`, which must be within the bytes, and its width.
    func scalar(at position: Int) -> (value: UInt32, width: Int) {
        let first = UInt32(self[position])
        if first < 0x80 { return (first, 1) }
        let malformed: (UInt32, Int) = (0xFFFD, 1)
        guard first >= 0xC2, first <= 0xF4, let second = continuation(position + 1) else { return malformed }
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        guard let third = continuation(position + 2) else { return malformed }
        if first < 0xF0 {
            let value = (first & 0x0F) << 12 | second << 6 | third
            return value < 0x800 || (value >= 0xD800 && value <= 0xDFFF) ? malformed : (value, 3)
        }
        guard let fourth = continuation(position + 3) else { return malformed }
        let value = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
        return value < 0x10000 || value > 0x10FFFF ? malformed : (value, 4)
    }

    /// Where the scalar at `position` ends; `position + 1` at the end of the bytes.
    @inline(__always)
    func scalarEnd(_ position: Int) -> Int {
        guard position < count, self[position] >= 0x80 else { return position + 1 }
        return position + scalar(at: position).width
    }

    /// Where the scalar before `position` begins; `position` must not be 0.
    func scalarStart(before position: Int) -> Int {
        if self[position - 1] < 0x80 { return position - 1 }
        for width in 2...4 where width <= position && self[position - width] >= 0xC0 {
            return scalar(at: position - width).width == width ? position - width : position - 1
        }
        return position - 1
    }

    /// Passes over eight bytes at a time as long as all of them are within 0x20...0x7F; `limit` is at most ``count``.
    func printableEnd(from start: Int, limit: Int) -> Int {
        var position = start
        guard let base = UnsafeRawPointer(baseAddress) else { return start }
        while limit - position >= 8 {
            let word = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            // A byte below 0x20 borrows, and one from 0x80 on has the bit already.
            guard (word | (word &- 0x2020_2020_2020_2020)) & 0x8080_8080_8080_8080 == 0 else { break }
            position += 8
        }
        return position
    }

    private func continuation(_ position: Int) -> UInt32? {
        guard position < count, self[position] & 0xC0 == 0x80 else { return nil }
        return UInt32(self[position] & 0x3F)
    }
}
