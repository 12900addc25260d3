/// What Java's text blocks brought to strings: `indent`, `stripIndent`, `translateEscapes`.
enum TextBlock {
    /// The lines of a text without their ends; an empty text has none.
    static func lines(_ text: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == .newLine || byte == .carriageReturn {
                if byte == .carriageReturn, index + 1 < text.count, text[index + 1] == .newLine { index += 1 }
                lines.append(line)
                line = []
            } else {
                line.append(byte)
            }
            index += 1
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    static func stripIndent(_ text: [UInt8]) -> [UInt8] {
        guard let last = text.last else { return [] }
        let endsLine = last == .newLine || last == .carriageReturn
        let lines = lines(text)
        let blank = { (line: [UInt8]) in JavaCase.strip(line, leading: true, trailing: true).isEmpty }
        var outdent = lines.filter { !blank($0) }.map { JavaCase.leadingWhiteSpace($0) }.min() ?? Int.max
        if let last = lines.last, blank(last) { outdent = min(outdent, JavaCase.leadingWhiteSpace(last)) }
        if endsLine { outdent = 0 }
        var result: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { result.append(.newLine) }
            if blank(line) { continue }
            let stripped = JavaCase.strip(line, leading: false, trailing: true)
            result += stripped.dropFirst(JavaCase.prefix(stripped, scalars: outdent))
        }
        if endsLine { result.append(.newLine) }
        return result
    }

    /// Nil if an escape is not one of Java's.
    static func translateEscapes(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            guard byte == .backslash else {
                result.append(byte)
                continue
            }
            guard index < text.count else { return nil }
            let letter = text[index]
            index += 1
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(.newLine)
            case UInt8(ascii: "r"): result.append(.carriageReturn)
            case UInt8(ascii: "s"): result.append(.space)
            case UInt8(ascii: "t"): result.append(.tab)
            case .apostrophe, .quote, .backslash: result.append(letter)
            case .newLine: break
            case .carriageReturn:
                if index < text.count, text[index] == .newLine { index += 1 }
            case 0x30...0x37:
                var value = UInt32(letter - 0x30)
                let limit = index + (letter <= 0x33 ? 2 : 1)
                while index < min(limit, text.count), (0x30...0x37).contains(text[index]) {
                    value = value << 3 | UInt32(text[index] - 0x30)
                    index += 1
                }
                JavaText.append(scalar: value, to: &result)
            default: return nil
            }
        }
        return result
    }
}
