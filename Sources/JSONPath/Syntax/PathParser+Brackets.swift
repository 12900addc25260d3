extension PathParser {
    /// What stands in brackets: names, indices, a slice, a wildcard or a filter.
    mutating func bracket() throws(PathSyntaxError) {
        let next = scanner.significantByte(after: scanner.position)
        switch next {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            try names(quote: next)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            try indices()
        case UInt8(ascii: "*"):
            let star = scanner.significant(after: scanner.position)
            let close = scanner.significant(after: star)
            guard scanner.isInside(close), scanner.bytes[close] == UInt8(ascii: "]") else {
                throw scanner.error("found \(scanner.name(at: close)) behind '*', expected ']'", at: close)
            }
            scanner.position = close + 1
            append(.wildcard)
        case UInt8(ascii: "?"):
            try filter()
        default:
            let index = scanner.significant(after: scanner.position)
            throw scanner.error(
                "found \(scanner.name(at: index)) in brackets, expected a quoted name, an index, ':', '*' or '?('",
                at: index,
            )
        }
    }

    /// `['a','b']`, in either kind of quotes.
    private mutating func names(quote: UInt8) throws(PathSyntaxError) {
        var names: [[UInt8]] = []
        var start = scanner.position + 1
        var index = start
        var end = 0
        var isInName = false
        var isEscaped = false
        var needsName = false
        loop: while scanner.isInside(index) {
            let byte = scanner.bytes[index]
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == UInt8(ascii: "]"), !isInName {
                if needsName { throw scanner.error("found ']', expected a quoted name", at: index) }
                break loop
            } else if byte == quote {
                if isInName {
                    let next = scanner.significantByte(after: index)
                    guard next == UInt8(ascii: "]") || next == UInt8(ascii: ",") else {
                        throw scanner.error(
                            "the name is not followed by ',' or ']'",
                            at: index + 1,
                            suggestion: "write \\\(Unicode.Scalar(quote)) for a quote inside a name",
                        )
                    }
                    guard let name = Unescaping.unescaped(scanner.bytes[start..<index]) else {
                        throw scanner.error("found '\\u' without four hexadecimal digits", at: start)
                    }
                    names.append(name)
                    end = index
                    isInName = false
                } else {
                    start = index + 1
                    isInName = true
                    needsName = false
                }
            } else if byte == UInt8(ascii: ","), !isInName {
                if needsName { throw scanner.error("found ',', expected a quoted name", at: index) }
                needsName = true
            }
            index += 1
        }
        if isInName {
            throw scanner.error("a name is not closed, expected \(Unicode.Scalar(quote))", at: start - 1)
        }
        guard let close = try scanner.significant("]", after: end) else {
            throw scanner.error("the bracket is not closed, expected ']'", at: end + 1)
        }
        scanner.position = close + 1
        guard let first = names.first else { throw scanner.error("found no name in the bracket", at: start) }
        append(names.count == 1 ? .property(first) : .properties(names))
    }

    /// `[1]`, `[0,-1]`, `[1:]`, `[:2]`, `[1:2]`. A third part of a slice is ignored.
    private mutating func indices() throws(PathSyntaxError) {
        let start = scanner.position + 1
        guard let close = scanner.firstIndex(of: "]", from: start) else {
            throw scanner.error("the bracket is not closed, expected ']'", at: scanner.last + 1)
        }
        let text = Self.trimmed(scanner.bytes[start..<close])
        if let index = text.firstIndex(where: { !Self.isIndexCharacter($0) }) {
            throw scanner.error("found \(scanner.name(at: index)), expected digits, ',', ':' or ']'", at: index)
        }
        if text.contains(UInt8(ascii: ":")) {
            if let index = text.firstIndex(where: { $0 == UInt8(ascii: ",") || $0 == 0x20 }) {
                throw scanner.error("found \(scanner.name(at: index)) in a slice, expected digits or ':'", at: index)
            }
            var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            while parts.last?.isEmpty == true {
                parts.removeLast()
            }
            let from = try bound(parts, 0)
            let to = try bound(parts, 1)
            if from == nil, to == nil {
                throw scanner.error("the slice has no bounds", at: start, suggestion: "write [*] for all elements")
            }
            append(.slice(from: from, to: to))
        } else {
            var indices: [Int] = []
            for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                // Blanks around a comma are its own.
                let isFirst = part.startIndex == text.startIndex
                let isLast = part.endIndex == text.endIndex
                let digits = Self.trimmed(part, start: !isFirst, end: !isLast)
                indices.append(try integer(digits))
            }
            append(indices.count == 1 ? .index(indices[0]) : .indices(indices))
        }
        scanner.position = close + 1
    }

    private static func isIndexCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: ":"), 0x20: true
        default: false
        }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>, start: Bool = true, end: Bool = true) -> ArraySlice<UInt8> {
        var text = text
        while start, let first = text.first, first <= 0x20 {
            text = text.dropFirst()
        }
        while end, let last = text.last, last <= 0x20 {
            text = text.dropLast()
        }
        return text
    }

    private func bound(_ parts: [ArraySlice<UInt8>], _ index: Int) throws(PathSyntaxError) -> Int? {
        guard index < parts.count, !parts[index].isEmpty else { return nil }
        return try integer(parts[index])
    }

    /// An integer of 32 bits, as Java's `Integer.parseInt` reads it.
    private func integer(_ digits: ArraySlice<UInt8>) throws(PathSyntaxError) -> Int {
        guard let value = Int32(String(decoding: digits, as: UTF8.self)) else {
            let found = String(decoding: digits, as: UTF8.self)
            throw scanner.error("found \"\(found)\", expected an index", at: digits.startIndex)
        }
        return Int(value)
    }

    /// `[?(…)]`.
    private mutating func filter() throws(PathSyntaxError) {
        let mark = scanner.significant(after: scanner.position)
        guard let open = try scanner.significant("(", after: mark) else {
            let next = scanner.significant(after: mark)
            throw scanner.error("found \(scanner.name(at: next)) behind '?', expected '('", at: next)
        }
        let parentheses = (UInt8(ascii: "("), UInt8(ascii: ")"))
        guard
            let end = try scanner.closing(parentheses.0, parentheses.1, at: open, skippingPatterns: true)
        else {
            throw scanner.error("the filter is not closed, expected ')'", at: open)
        }
        let close = scanner.significant(after: end)
        guard scanner.isInside(close), scanner.bytes[close] == UInt8(ascii: "]") else {
            throw scanner.error("found \(scanner.name(at: close)) behind the filter, expected ']'", at: close)
        }
        var inner = PathScanner(Array(scanner.bytes[open...close]), base: scanner.base + open)
        inner.last = end - open
        var parser = FilterParser(inner, nesting: nesting + 1)
        append(.filter(try parser.parse()))
        scanner.position = close + 1
    }
}
