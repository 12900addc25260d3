/// Case, white space and order of Java strings.
enum JavaCase {
    static func lower(_ text: [UInt8]) -> [UInt8] {
        map(text, ascii: { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }) { scalars, index in
            let scalar = scalars[index]
            if scalar == "\u{3A3}" { return isFinal(index, in: scalars) ? "\u{3C2}" : "\u{3C3}" }
            return scalar.properties.lowercaseMapping
        }
    }

    static func upper(_ text: [UInt8]) -> [UInt8] {
        map(text, ascii: { $0 &- 0x61 < 26 ? $0 & 0xDF : $0 }) { $0[$1].properties.uppercaseMapping }
    }

    private static func map(
        _ text: [UInt8],
        ascii: (UInt8) -> UInt8,
        other: ([Unicode.Scalar], Int) -> String,
    ) -> [UInt8] {
        if text.allSatisfy({ $0 < 0x80 }) { return text.map(ascii) }
        // Half surrogates have no case; they are put back where they were.
        let units = text.withUnsafeBufferPointer { JavaText.units($0) }
        var scalars: [Unicode.Scalar] = []
        var lone: [Int: UInt16] = [:]
        var index = 0
        while index < units.count {
            let unit = units[index]
            if let scalar = Unicode.Scalar(unit) {
                scalars.append(scalar)
            } else if unit & 0xFC00 == 0xD800, index + 1 < units.count, units[index + 1] & 0xFC00 == 0xDC00,
                let scalar = Unicode.Scalar(0x1_0000 + (UInt32(unit) & 0x3FF) << 10 + UInt32(units[index + 1]) & 0x3FF)
            {
                scalars.append(scalar)
                index += 1
            } else {
                lone[scalars.count] = unit
                scalars.append("?")
            }
            index += 1
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for index in scalars.indices {
            if let unit = lone[index] {
                JavaText.append(unit: unit, to: &result)
            } else if scalars[index].isASCII {
                result.append(ascii(UInt8(truncatingIfNeeded: scalars[index].value)))
            } else {
                result.append(contentsOf: other(scalars, index).utf8)
            }
        }
        return result
    }

    /// Whether a sigma ends a word: a letter before it and none behind.
    private static func isFinal(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        func cased(_ range: some Sequence<Int>) -> Bool {
            for position in range {
                let properties = scalars[position].properties
                if properties.isCaseIgnorable { continue }
                return properties.isCased
            }
            return false
        }
        return cased((0..<index).reversed()) && !cased((index + 1)..<scalars.count)
    }

    // MARK: White space

    /// `trim()`: everything up to the blank goes.
    static func trim(_ text: [UInt8]) -> [UInt8] {
        guard let first = text.firstIndex(where: { $0 > .space }), let last = text.lastIndex(where: { $0 > .space })
        else {
            return []
        }
        return Array(text[first...last])
    }

    /// Java's `Character.isWhitespace`.
    static func isWhiteSpace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x1C...0x20, 0x1680, 0x2000...0x2006, 0x2008...0x200A, 0x2028, 0x2029, 0x205F, 0x3000: true
        default: false
        }
    }

    static func strip(_ text: [UInt8], leading: Bool, trailing: Bool) -> [UInt8] {
        var scalars = text.withUnsafeBufferPointer { buffer in
            var scalars: [(scalar: UInt32, range: Range<Int>)] = []
            var index = 0
            while index < buffer.count {
                let (scalar, size) = JavaText.scalar(buffer, index)
                scalars.append((scalar, index..<(index + size)))
                index += size
            }
            return scalars[...]
        }
        if leading { scalars = scalars.drop { isWhiteSpace($0.scalar) } }
        while trailing, let last = scalars.last, isWhiteSpace(last.scalar) { scalars.removeLast() }
        guard let first = scalars.first, let last = scalars.last else { return [] }
        return Array(text[first.range.lowerBound..<last.range.upperBound])
    }

    /// The number of white space characters at the start.
    static func leadingWhiteSpace(_ text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { buffer in
            var index = 0
            var count = 0
            while index < buffer.count {
                let (scalar, size) = JavaText.scalar(buffer, index)
                guard isWhiteSpace(scalar) else { break }
                index += size
                count += 1
            }
            return count
        }
    }

    /// The number of bytes of the first characters.
    static func prefix(_ text: [UInt8], scalars count: Int) -> Int {
        text.withUnsafeBufferPointer { buffer in
            var index = 0
            for _ in 0..<min(count, buffer.count) where index < buffer.count {
                index += JavaText.scalar(buffer, index).size
            }
            return index
        }
    }

    // MARK: Order

    /// `compareTo`: the difference of the first code units that differ, else of the lengths.
    static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int32 {
        let a = left.withUnsafeBufferPointer { JavaText.units($0) }
        let b = right.withUnsafeBufferPointer { JavaText.units($0) }
        return compare(a, b) { $0 }
    }

    static func compareIgnoringCase(_ left: [UInt8], _ right: [UInt8]) -> Int32 {
        let a = left.withUnsafeBufferPointer { JavaText.units($0) }
        let b = right.withUnsafeBufferPointer { JavaText.units($0) }
        // Two strings beyond Latin-1 are compared by code points, but for one that is not, code units count.
        guard a.contains(where: { $0 > 0xFF }), b.contains(where: { $0 > 0xFF }) else { return compare(a, b, fold) }
        for index in 0..<min(a.count, b.count) where a[index] != b[index] {
            let (x, y) = (scalar(a, index), scalar(b, index))
            if x < 0x1_0000, y < 0x1_0000 {
                let (x, y) = (fold(a[index]), fold(b[index]))
                if x != y { return Int32(x) - Int32(y) }
            } else {
                let (x, y) = (fold(x), fold(y))
                if x != y { return Int32(bitPattern: x) &- Int32(bitPattern: y) }
            }
        }
        return Int32(truncatingIfNeeded: a.count - b.count)
    }

    /// The code point of which the code unit at `index` is one.
    private static func scalar(_ units: [UInt16], _ index: Int) -> UInt32 {
        func pair(_ high: UInt16, _ low: UInt16) -> UInt32? {
            guard high & 0xFC00 == 0xD800, low & 0xFC00 == 0xDC00 else { return nil }
            return 0x1_0000 + (UInt32(high) & 0x3FF) << 10 + UInt32(low) & 0x3FF
        }
        if index + 1 < units.count, let scalar = pair(units[index], units[index + 1]) { return scalar }
        if index > 0, let scalar = pair(units[index - 1], units[index]) { return scalar }
        return UInt32(units[index])
    }

    /// Upper case and then lower case of a code point, each if it is a single one.
    private static func fold(_ scalar: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(scalar) else { return scalar }
        let upper = Array(scalar.properties.uppercaseMapping.unicodeScalars)
        let lower = Array((upper.count == 1 ? upper[0] : scalar).properties.lowercaseMapping.unicodeScalars)
        return lower.count == 1 ? lower[0].value : scalar.value
    }

    static func equalsIgnoringCase(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let a = left.withUnsafeBufferPointer { JavaText.units($0) }
        let b = right.withUnsafeBufferPointer { JavaText.units($0) }
        return a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || fold($0) == fold($1) }
    }

    private static func compare(_ a: [UInt16], _ b: [UInt16], _ key: (UInt16) -> UInt16) -> Int32 {
        for (x, y) in zip(a, b) where x != y {
            let (x, y) = (key(x), key(y))
            if x != y { return Int32(x) - Int32(y) }
        }
        return Int32(truncatingIfNeeded: a.count - b.count)
    }

    /// Upper case and then lower case of a single code unit, as Java compares.
    private static func fold(_ unit: UInt16) -> UInt16 {
        if unit < 0x80 { return unit &- 0x41 < 26 ? unit | 0x20 : unit }
        return single(single(unit) { $0.uppercaseMapping }) { $0.lowercaseMapping }
    }

    private static func single(_ unit: UInt16, _ mapping: (Unicode.Scalar.Properties) -> String) -> UInt16 {
        guard let scalar = Unicode.Scalar(unit) else { return unit }
        let mapped = mapping(scalar.properties).utf16
        return mapped.count == 1 ? mapped.first ?? unit : unit
    }
}
