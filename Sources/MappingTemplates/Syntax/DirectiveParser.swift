/// Directives other than `#if` and `#set`: `#name`, `#name(arguments)`, `#name(arguments) … #end`.
extension Parser {
    mutating func directive() throws(Failure) -> SyntaxNode {
        let kind = try peek()
        let first = next
        let offset = tokens[next].start
        try take()
        let image = image(first)
        let name = kind == .bracketedWord ? Array(image.dropFirst(2).dropLast()) : Array(image.dropFirst())
        let isMacro = name == Dialect.macro
        let isKnown = dialect.directives.contains(name)
        let isBlock = dialect.blockDirectives.contains(name) || name.first == .at

        lexer.state = .directive
        guard lexer.isBeforeLeftParenthesis() else {
            guard !isMacro else {
                throw Failure(
                    offset: offset,
                    found: "#macro without parentheses",
                    expected: "the macro's name in parentheses",
                )
            }
            lexer.pop()
            return close(SyntaxNode(.directive(name, hasArguments: false), first: first))
        }
        let node = SyntaxNode(.directive(name, hasArguments: true), first: first)
        try takeIf(.whiteSpace)
        try take(.leftParenthesis)
        while try isBeforeArgument() {
            try takeIf(.whiteSpace)
            if try peek() == .comma {
                try take()
                try takeIf(.whiteSpace)
            }
            let argument = try argument()
            try check(argument, at: node.children.count, of: name, isMacro: isMacro, isKnown: isKnown)
            node.children.append(argument)
        }
        try takeIf(.whiteSpace)
        guard try peek() == .rightParenthesis else {
            throw failure(expected: "\")\" behind the arguments of #\(String(decoding: name, as: UTF8.self))")
        }
        try take()
        guard isBlock else { return close(node) }

        open.append(OpenDirective(name: "#" + String(decoding: name, as: UTF8.self), offset: offset))
        node.children.append(try block())
        try end()
        if isMacro {
            guard node.children.count > 1 else {
                throw Failure(offset: offset, found: "#macro()", expected: "the macro's name in the parentheses")
            }
            macroNames.insert(self.image(node.children[0].first))
        }
        return close(node)
    }

    /// Whether another argument follows, as far as two tokens show.
    private mutating func isBeforeArgument() throws(Failure) -> Bool {
        var offset = 0
        if try peek() == .whiteSpace { offset = 1 }
        if try peek(offset) == .comma { offset += 1 }
        guard offset < 2 else { return true }
        if offset == 1, try peek() == .comma, try peek(1) == .whiteSpace { return true }
        switch try peek(offset) {
        case .identifier, .referenceLeftCurly, .word, .string, .integer, .decimal, .leftBracket, .leftCurly, .true,
            .false:
            return true
        default:
            return false
        }
    }

    private mutating func argument() throws(Failure) -> SyntaxNode {
        if try peek() == .word { return try leaf(.word) }
        guard let value = try value() else { throw failure(expected: "an argument or \")\"") }
        return value
    }

    /// A bare word is an argument of unknown directives, the name behind `#macro(`, and the `in` of
    /// `#foreach`.
    private func check(
        _ argument: SyntaxNode,
        at index: Int,
        of name: [UInt8],
        isMacro: Bool,
        isKnown: Bool,
    ) throws(Failure) {
        let isName = isMacro && index == 0
        if case .word = argument.kind {
            guard !isName, isKnown, !(name == Dialect.foreach && index == 1) else { return }
            throw Failure(
                offset: tokens[argument.first].start,
                found: "the word \"\(String(decoding: image(argument.first), as: UTF8.self))\"",
                expected: "a reference, a literal or \")\"",
                suggestion: name == Dialect.foreach ? "write #foreach($item in $list)" : nil,
            )
        }
        if isName {
            throw Failure(
                offset: tokens[argument.first].start,
                found: tokens[argument.first].kind.name,
                expected: "the macro's name, a bare word",
            )
        }
    }
}
