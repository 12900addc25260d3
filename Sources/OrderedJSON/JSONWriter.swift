/// Writes values as JSON text, appending to a buffer of bytes.
///
/// A value of a document whose source is already written as the style wants it is copied whole.
public enum JSONWriter {
    /// Appends a value of a document. `level` is how deep it stands in what is written around it, which matters
    /// only to a style with indentation.
    public static func append(
        _ node: JSONNode,
        to output: inout [UInt8],
        style: JSONStyle = .compact,
        level: Int = 0,
    ) {
        node.document.withTape { append($0, node.position, to: &output, style: style, level: level) }
    }

    /// Appends the value at `position` of `tape`.
    public static func append(
        _ tape: JSONTape,
        _ position: Int,
        to output: inout [UInt8],
        style: JSONStyle = .compact,
        level: Int = 0,
    ) {
        let word = tape.word(position)
        if word.bits & style.mask == 0, style.indentation == nil {
            output.append(contentsOf: tape.slice(position))
            return
        }
        var sink = ByteSink(capacity: word.length + 64)
        NodeWriter(tape: tape, style: style).append(position, level: level, to: &sink)
        output.append(contentsOf: sink.bytes)
    }

    /// Appends a value.
    public static func append(_ value: JSONValue, to output: inout [UInt8], style: JSONStyle = .compact) {
        ValueWriter(style: style).append(value, to: &output)
    }

    /// Appends `text` as a JSON string, with its quotes.
    public static func append(string text: String, to output: inout [UInt8], escapes: JSONStyle.Escapes = .required) {
        var text = text
        text.withUTF8 { JSONEscaper.append($0, escapes, to: &output) }
    }

    /// Appends UTF-8 bytes as a JSON string, with its quotes.
    public static func append(
        utf8 text: UnsafeBufferPointer<UInt8>,
        to output: inout [UInt8],
        escapes: JSONStyle.Escapes = .required,
    ) {
        JSONEscaper.append(text, escapes, to: &output)
    }

    /// Appends an array whose elements `appendElement` writes.
    public static func appendArray<Elements: Sequence>(
        _ elements: Elements,
        to output: inout [UInt8],
        style: JSONStyle = .compact,
        level: Int = 0,
        _ appendElement: (Elements.Element, inout [UInt8]) -> Void,
    ) {
        output.append(UInt8(ascii: "["))
        var isEmpty = true
        for element in elements {
            if !isEmpty { output.append(UInt8(ascii: ",")) }
            isEmpty = false
            appendBreak(style, level + 1, to: &output)
            appendElement(element, &output)
        }
        if !isEmpty { appendBreak(style, level, to: &output) }
        output.append(UInt8(ascii: "]"))
    }

    /// Appends an object whose values `appendValue` writes.
    public static func appendObject<Value, Members: Sequence<(String, Value)>>(
        _ members: Members,
        to output: inout [UInt8],
        style: JSONStyle = .compact,
        level: Int = 0,
        _ appendValue: (Value, inout [UInt8]) -> Void,
    ) {
        output.append(UInt8(ascii: "{"))
        var isEmpty = true
        for (key, value) in members {
            if !isEmpty { output.append(UInt8(ascii: ",")) }
            isEmpty = false
            appendBreak(style, level + 1, to: &output)
            append(string: key, to: &output, escapes: style.escapes)
            appendColon(style, to: &output)
            appendValue(value, &output)
        }
        if !isEmpty { appendBreak(style, level, to: &output) }
        output.append(UInt8(ascii: "}"))
    }

    /// The text of a value.
    public static func string(_ value: JSONValue, style: JSONStyle = .compact) -> String {
        var output: [UInt8] = []
        append(value, to: &output, style: style)
        return String(decoding: output, as: UTF8.self)
    }

    /// The text of a value of a document.
    public static func string(_ node: JSONNode, style: JSONStyle = .compact) -> String {
        var output: [UInt8] = []
        append(node, to: &output, style: style)
        return String(decoding: output, as: UTF8.self)
    }

    /// A line break and the blanks of `level`, if the style has them.
    static func appendBreak(_ style: JSONStyle, _ level: Int, to output: inout [UInt8]) {
        guard let indentation = style.indentation else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, indentation) * level))
    }

    static func appendColon(_ style: JSONStyle, to output: inout [UInt8]) {
        output.append(UInt8(ascii: ":"))
        if style.indentation != nil { output.append(UInt8(ascii: " ")) }
    }
}

/// Writes built values.
private struct ValueWriter {
    let style: JSONStyle

    func append(_ value: JSONValue, level: Int = 0, to output: inout [UInt8]) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .string(let text): JSONWriter.append(string: text, to: &output, escapes: style.escapes)
        case .number(let number): appendNumber(number, to: &output)
        case .array(let elements):
            JSONWriter.appendArray(elements, to: &output, style: style, level: level) { element, output in
                append(element, level: level + 1, to: &output)
            }
        case .object(let members):
            JSONWriter.appendObject(
                members.lazy.map { ($0.key, $0.value) },
                to: &output,
                style: style,
                level: level,
            ) { value, output in
                append(value, level: level + 1, to: &output)
            }
        }
    }

    private func appendNumber(_ number: JSONNumber, to output: inout [UInt8]) {
        var spelling = number.spelling
        spelling.withUTF8 { spelling in
            switch style.numbers {
            case .asWritten: output.append(contentsOf: spelling)
            case .java: JavaNumber.append(spelling, to: &output)
            }
        }
    }
}
