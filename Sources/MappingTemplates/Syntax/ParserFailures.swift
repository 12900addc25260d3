/// What the parser says of a template that it cannot parse.
extension Parser {
    func failure(expected: String, suggestion: String? = nil) -> Failure {
        let token = tokens[min(next, tokens.count - 1)]
        return Failure(offset: token.start, found: found(token), expected: expected, suggestion: suggestion)
    }

    private func found(_ token: Token) -> String {
        let image = lexer.source[token.start..<token.end]
        guard token.kind != .endOfTemplate, !image.isEmpty else { return token.kind.name }
        let shown = String(decoding: image.prefix(40), as: UTF8.self)
        let oneLine = shown.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        return "\"" + oneLine + (image.count > 40 ? "…\"" : "\"")
    }

    /// A statement was due, or the end, and neither is there.
    func strayFailure() -> Failure {
        let token = tokens[min(next, tokens.count - 1)]
        switch token.kind {
        case .endOfTemplate:
            guard let unclosed = open.last else { return failure(expected: "text or a directive") }
            let line = line(of: unclosed.offset)
            return Failure(
                offset: token.start,
                found: "the end of the template",
                expected: "#end for the \(unclosed.name) on line \(line)",
            )
        case .end:
            return Failure(
                offset: token.start,
                found: "#end without an open directive",
                expected: "text or a directive",
                suggestion: "remove it, or write \\#end to print it",
            )
        case .else, .elseIf:
            let suggestion = open.last.map {
                "the innermost open directive is the \($0.name) on line \(line(of: $0.offset))"
            }
            return Failure(
                offset: token.start,
                found: "\(token.kind.name) outside #if",
                expected: "text or a directive",
                suggestion: suggestion,
            )
        case .true, .false:
            return failure(
                expected: "a name that is not a boolean",
                suggestion:
                    "use brackets: $map[\"\(String(decoding: image(min(next, tokens.count - 1)), as: UTF8.self))\"]",
            )
        default:
            return failure(expected: "text or a directive")
        }
    }

    /// The lexer found nothing that fits, or the template ended inside a token.
    func lexicalFailure(_ failure: Lexer.Failure) -> Failure {
        let source = lexer.source
        guard failure.offset < source.count else {
            return Failure(offset: source.count, found: "the end of the template", expected: "more of it")
        }
        switch lexer.state {
        case .textBlock:
            return Failure(offset: failure.offset, found: "\"#[[\" without an end", expected: "\"]]#\"")
        case .reference where source.last == .dollar || source.last == .exclamation:
            return Failure(
                offset: source.count - 1,
                found: "\"$\" at the end of the template",
                expected: "a name behind \"$\"",
                suggestion: "end the template with a line break",
            )
        case .afterHash where source.last == .hash:
            return Failure(
                offset: source.count - 1,
                found: "\"#\" at the end of the template",
                expected: "a directive behind \"#\"",
                suggestion: "end the template with a line break",
            )
        case .directive, .call, .index:
            let byte = source[failure.offset]
            if byte == .quote || byte == .apostrophe {
                return Failure(
                    offset: failure.offset,
                    found: "a string that does not end",
                    expected: byte == .quote ? "a closing \"" : "a closing '",
                    suggestion: "a quote inside a string is written twice",
                )
            }
            return unexpectedCharacter(failure.offset)
        default:
            return unexpectedCharacter(failure.offset)
        }
    }

    private func unexpectedCharacter(_ offset: Int) -> Failure {
        let source = lexer.source
        var end = offset + 1
        while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
        let character = String(decoding: source[offset..<end], as: UTF8.self)
        let expected =
            switch lexer.state {
            case .index: "a string, an integer, a reference or \"]\""
            case .call: "an argument, \",\" or \")\""
            default: "a value or an operator"
            }
        return Failure(
            offset: offset,
            found: "\"\(character)\"",
            expected: expected,
            suggestion: character == "\\" ? "backslash is no escape in strings; a quote is written twice" : nil,
        )
    }

    func line(of offset: Int) -> Int {
        1 + lexer.source[..<min(offset, lexer.source.count)].count { $0 == .newLine }
    }
}
