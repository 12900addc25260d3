/// Writes from the index of a document. Recursion is bounded by ``JSONLimits/largestDepth``.
struct NodeWriter {
    private let tape: JSONTape
    private let style: JSONStyle
    private let mask: UInt64
    private let isJava: Bool

    init(tape: JSONTape, style: JSONStyle) {
        self.tape = tape
        self.style = style
        mask = style.mask
        isJava = style.numbers == .java
    }

    func append(_ position: Int, level: Int, to sink: inout ByteSink) {
        let word = tape.word(position)
        switch word.kind {
        case .string:
            if word.bits & mask == 0 {
                sink.append(padded: tape.slice(position))
            } else {
                appendString(position, to: &sink)
            }
        case .number where isJava && word.has(TapeWord.rare):
            var text: [UInt8] = []
            JavaNumber.append(tape.number(position), to: &text)
            sink.append(text)
        case .null, .false, .true, .number, .moved:
            sink.append(padded: tape.slice(position))
        case .array, .object:
            if word.bits & mask == 0, style.indentation == nil {
                sink.append(padded: tape.slice(position))
            } else if word.kind == .array {
                appendArray(position, level, to: &sink)
            } else {
                appendObject(position, level, to: &sink)
            }
        }
    }

    @inline(never)
    private func appendString(_ position: Int, to sink: inout ByteSink) {
        var output: [UInt8] = []
        if tape.hasEscapes(position) {
            var text: [UInt8] = []
            tape.appendText(position, to: &text)
            text.withUnsafeBufferPointer { JSONEscaper.append($0, style.escapes, to: &output) }
        } else {
            JSONEscaper.append(tape.sourceText(position), style.escapes, to: &output)
        }
        sink.append(output)
    }

    private func appendArray(_ position: Int, _ level: Int, to sink: inout ByteSink) {
        sink.append(UInt8(ascii: "["))
        var isEmpty = true
        for element in tape.elements(position) {
            if !isEmpty { sink.append(UInt8(ascii: ",")) }
            isEmpty = false
            appendBreak(level + 1, to: &sink)
            append(element, level: level + 1, to: &sink)
        }
        if !isEmpty { appendBreak(level, to: &sink) }
        sink.append(UInt8(ascii: "]"))
    }

    private func appendObject(_ position: Int, _ level: Int, to sink: inout ByteSink) {
        sink.append(UInt8(ascii: "{"))
        var isEmpty = true
        for (key, value) in tape.members(position) {
            if !isEmpty { sink.append(UInt8(ascii: ",")) }
            isEmpty = false
            appendBreak(level + 1, to: &sink)
            append(key, level: level, to: &sink)
            sink.append(UInt8(ascii: ":"))
            if style.indentation != nil { sink.append(UInt8(ascii: " ")) }
            append(value, level: level + 1, to: &sink)
        }
        if !isEmpty { appendBreak(level, to: &sink) }
        sink.append(UInt8(ascii: "}"))
    }

    @inline(__always)
    private func appendBreak(_ level: Int, to sink: inout ByteSink) {
        guard let indentation = style.indentation else { return }
        sink.append(UInt8(ascii: "\n"))
        sink.append(repeating: UInt8(ascii: " "), count: max(0, indentation) * level)
    }
}
