/// Expressions: the conditions of `#if`, the right side of `#set`, arguments and literals.
extension Parser {
    mutating func expression() throws(Failure) -> SyntaxNode {
        let node = try open(.expression)
        let value = try nested { (parser) throws(Failure) in try parser.or() }
        return closing(node, [value])
    }

    private mutating func or() throws(Failure) -> SyntaxNode {
        var left = try and()
        while try peek() == .or {
            let first = try takeOperator()
            let right = try and()
            left = try join(.or, first, left, right)
        }
        return left
    }

    private mutating func and() throws(Failure) -> SyntaxNode {
        var left = try equality()
        while try peek() == .and {
            let first = try takeOperator()
            let right = try equality()
            left = try join(.and, first, left, right)
        }
        return left
    }

    private mutating func equality() throws(Failure) -> SyntaxNode {
        var left = try relation()
        while true {
            let comparison: Comparison
            switch try peek() {
            case .equal: comparison = .equal
            case .notEqual: comparison = .notEqual
            default: return left
            }
            let first = try takeOperator()
            let right = try relation()
            left = try join(.comparison(comparison), first, left, right)
        }
    }

    private mutating func relation() throws(Failure) -> SyntaxNode {
        var left = try sum()
        while true {
            let comparison: Comparison
            switch try peek() {
            case .less: comparison = .less
            case .greater: comparison = .greater
            case .lessOrEqual: comparison = .lessOrEqual
            case .greaterOrEqual: comparison = .greaterOrEqual
            default: return left
            }
            let first = try takeOperator()
            let right = try sum()
            left = try join(.comparison(comparison), first, left, right)
        }
    }

    private mutating func sum() throws(Failure) -> SyntaxNode {
        var left = try product()
        while true {
            let arithmetic: Arithmetic
            switch try peek() {
            case .plus: arithmetic = .add
            case .minus: arithmetic = .subtract
            default: return left
            }
            let first = try takeOperator()
            let right = try product()
            left = try join(.arithmetic(arithmetic), first, left, right)
        }
    }

    private mutating func product() throws(Failure) -> SyntaxNode {
        var left = try unary()
        while true {
            let arithmetic: Arithmetic
            switch try peek() {
            case .times: arithmetic = .multiply
            case .divide: arithmetic = .divide
            case .modulus: arithmetic = .modulus
            default: return left
            }
            let first = try takeOperator()
            let right = try unary()
            left = try join(.arithmetic(arithmetic), first, left, right)
        }
    }

    /// Takes an operator; the index of the token behind it, where the operation's own text begins.
    private mutating func takeOperator() throws(Failure) -> Int {
        try take()
        return next
    }

    /// Every operator of a chain is a level of the tree, and all code that walks the tree uses stack for each.
    private mutating func join(
        _ kind: SyntaxKind,
        _ first: Int,
        _ left: SyntaxNode,
        _ right: SyntaxNode,
    ) throws(Failure) -> SyntaxNode {
        operators += 1
        guard operators <= Self.mostOperators else {
            throw Failure(
                offset: tokens[min(next, tokens.count - 1)].start,
                found: "more than \(Self.mostOperators) operators in one statement",
                expected: "a shorter expression",
                suggestion: "compute a part of it first, with another #set",
            )
        }
        return closing(SyntaxNode(kind, first: first), [left, right])
    }

    private mutating func unary() throws(Failure) -> SyntaxNode {
        let isNegated: Bool
        switch try peek() {
        case .not: isNegated = true
        case .whiteSpace: isNegated = try peek(1) == .not
        default: isNegated = false
        }
        guard isNegated else { return try primary() }
        try takeIf(.whiteSpace)
        let node = SyntaxNode(.not, first: try takeOperator())
        let operand = try nested { (parser) throws(Failure) in try parser.unary() }
        return closing(node, [operand])
    }

    private mutating func primary() throws(Failure) -> SyntaxNode {
        try takeIf(.whiteSpace)
        let node: SyntaxNode
        if try peek() == .leftParenthesis {
            try take()
            node = try expression()
            try take(.rightParenthesis)
        } else if let value = try value() {
            node = value
        } else {
            throw failure(expected: "a value", suggestion: try valueSuggestion())
        }
        try takeIf(.whiteSpace)
        return node
    }

    private mutating func valueSuggestion() throws(Failure) -> String? {
        switch try peek() {
        case .word, .bracketedWord:
            let word = String(decoding: image(next), as: UTF8.self)
            return switch word {
            case "null": "leave the variable unset: an undefined reference is the empty value"
            case "True", "TRUE", "False", "FALSE": "booleans are written true and false"
            default: "put \"\(word)\" in quotes, or write $\(word)"
            }
        case .minus: return "a minus stands before digits only: write 0 - $name"
        case .plus: return "a number has no plus sign"
        default: return nil
        }
    }

    // MARK: Values

    /// A literal or a reference; nil at any other token.
    mutating func value() throws(Failure) -> SyntaxNode? {
        switch try peek() {
        case .string: try leaf(.string)
        case .integer: try leaf(.integer)
        case .decimal: try leaf(.decimal)
        case .true: try leaf(.true)
        case .false: try leaf(.false)
        case .identifier, .referenceLeftCurly: try reference()
        case .leftBracket: try isBeforeRange() ? try range() : try list()
        case .leftCurly: try map()
        default: nil
        }
    }

    /// A value with white space around it: an element, an argument of a method, a key.
    mutating func parameter() throws(Failure) -> SyntaxNode {
        try takeIf(.whiteSpace)
        guard let value = try nested({ (parser) throws(Failure) in try parser.value() }) else {
            throw failure(
                expected: "a value",
                suggestion: try peek() == .plus ? "compute the value with #set first" : nil,
            )
        }
        try takeIf(.whiteSpace)
        return value
    }

    /// Whether `[` begins a range, `[first..last]`; looks as far ahead as the first value goes.
    private mutating func isBeforeRange() throws(Failure) -> Bool {
        var offset = 1
        if try peek(offset) == .whiteSpace { offset += 1 }
        if try peek(offset) == .integer {
            offset += 1
        } else {
            guard let end = try scanReference(offset) else { return false }
            offset = end
        }
        if try peek(offset) == .whiteSpace { offset += 1 }
        return try peek(offset) == .doubleDot
    }

    private mutating func range() throws(Failure) -> SyntaxNode {
        let node = try open(.range)
        try take(.leftBracket)
        node.children.append(try bound())
        try take(.doubleDot)
        node.children.append(try bound())
        try take(.rightBracket)
        return close(node)
    }

    private mutating func bound() throws(Failure) -> SyntaxNode {
        try takeIf(.whiteSpace)
        let value: SyntaxNode
        switch try peek() {
        case .integer: value = try leaf(.integer)
        case .identifier, .referenceLeftCurly: value = try reference()
        default: throw failure(expected: "an integer or a reference as the end of the range")
        }
        try takeIf(.whiteSpace)
        return value
    }

    private mutating func list() throws(Failure) -> SyntaxNode {
        let node = try open(.list)
        try take(.leftBracket)
        if try isBeforeParameter() { try parameters(into: node) }
        guard try peek() == .rightBracket else { throw failure(expected: "\",\" or \"]\"") }
        try take()
        return close(node)
    }

    private mutating func map() throws(Failure) -> SyntaxNode {
        let node = try open(.map)
        try take(.leftCurly)
        let offset = try peek() == .whiteSpace ? 1 : 0
        if try isValueStart(peek(offset)) {
            try entry(into: node)
            while try peek() == .comma {
                try take()
                try entry(into: node)
            }
        } else {
            try takeIf(.whiteSpace)
        }
        switch try peek() {
        case .rightCurly, .referenceRightCurly: try take()
        default: throw failure(expected: "\",\" or \"}\"")
        }
        return close(node)
    }

    private mutating func entry(into node: SyntaxNode) throws(Failure) {
        node.children.append(try parameter())
        guard try peek() == .colon else { throw failure(expected: "\":\" behind the key") }
        try take()
        node.children.append(try parameter())
    }

    mutating func parameters(into node: SyntaxNode) throws(Failure) {
        node.children.append(try parameter())
        while try peek() == .comma {
            try take()
            node.children.append(try parameter())
        }
    }

    mutating func isBeforeParameter() throws(Failure) -> Bool {
        let kind = try peek()
        return kind == .whiteSpace || isValueStart(kind)
    }

    func isValueStart(_ kind: TokenKind) -> Bool {
        switch kind {
        case .string, .integer, .decimal, .true, .false, .identifier, .referenceLeftCurly, .leftBracket, .leftCurly:
            true
        default: false
        }
    }
}
