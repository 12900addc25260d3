/// References: `$name`, `${name}`, and the properties, calls and indexes behind the name.
extension Parser {
    mutating func reference() throws(Failure) -> SyntaxNode {
        let node = try open(.reference)
        let isFormal = try peek() == .referenceLeftCurly
        if isFormal { try take() }
        guard try peek() == .identifier else { throw failure(expected: "a name behind \"$\"") }
        try take()
        try nested { (parser) throws(Failure) in
            try parser.indexes(into: node)
            while try parser.peek() == .dot, try parser.peek(1) == .identifier {
                try parser.take()
                let isCall = try parser.isBeforeCall()
                node.children.append(isCall ? try parser.method() : try parser.leaf(.identifier))
                try parser.indexes(into: node)
            }
        }
        if isFormal {
            guard try peek() == .referenceRightCurly else {
                throw failure(expected: "\"}\" at the end of the reference")
            }
            try take()
        }
        return close(node)
    }

    private mutating func isBeforeCall() throws(Failure) -> Bool {
        guard try peek(1) == .leftParenthesis else { return false }
        let kind = try peek(2)
        return kind == .callRightParenthesis || kind == .whiteSpace || isValueStart(kind)
    }

    private mutating func method() throws(Failure) -> SyntaxNode {
        let node = try open(.method)
        node.children.append(try leaf(.identifier))
        try take(.leftParenthesis)
        if try isBeforeParameter() { try parameters(into: node) }
        guard try peek() == .callRightParenthesis else {
            throw failure(expected: "\",\" or \")\" in the arguments of the method", suggestion: argumentSuggestion())
        }
        try take()
        return close(node)
    }

    private func argumentSuggestion() -> String? {
        switch tokens[next].kind {
        case .endOfTemplate: "close the parenthesis"
        default: "arguments are single values: compute with #set first"
        }
    }

    private mutating func indexes(into node: SyntaxNode) throws(Failure) {
        while try peek() == .indexLeft {
            let index = try open(.index)
            try take()
            try takeIf(.whiteSpace)
            switch try peek() {
            case .string, .integer, .true, .false, .identifier, .referenceLeftCurly:
                if let value = try nested({ (parser) throws(Failure) in try parser.value() }) {
                    index.children.append(value)
                }
            default: throw failure(expected: "a string, an integer or a reference between the brackets")
            }
            try takeIf(.whiteSpace)
            guard try peek() == .indexRight else { throw failure(expected: "\"]\"") }
            try take()
            node.children.append(close(index))
        }
    }

    // MARK: Looking ahead

    /// Where the reference at this place ahead ends; nil if there is none. Takes nothing.
    mutating func scanReference(_ start: Int) throws(Failure) -> Int? {
        var offset = start
        let isFormal = try peek(offset) == .referenceLeftCurly
        if isFormal { offset += 1 }
        guard try peek(offset) == .identifier else { return nil }
        offset = try scanIndexes(offset + 1)
        while try peek(offset) == .dot, try peek(offset + 1) == .identifier {
            offset += 2
            if let end = try scanArguments(offset) { offset = end }
            offset = try scanIndexes(offset)
        }
        guard isFormal else { return offset }
        return try peek(offset) == .referenceRightCurly ? offset + 1 : nil
    }

    private mutating func scanIndexes(_ start: Int) throws(Failure) -> Int {
        var offset = start
        while try peek(offset) == .indexLeft {
            var inner = offset + 1
            if try peek(inner) == .whiteSpace { inner += 1 }
            switch try peek(inner) {
            case .string, .integer, .true, .false: inner += 1
            default:
                guard let end = try scanNested(inner, { (parser, at) throws(Failure) in try parser.scanReference(at) })
                else { return offset }
                inner = end
            }
            if try peek(inner) == .whiteSpace { inner += 1 }
            guard try peek(inner) == .indexRight else { return offset }
            offset = inner + 1
        }
        return offset
    }

    private mutating func scanNested(
        _ offset: Int,
        _ scan: (inout Parser, Int) throws(Failure) -> Int?,
    ) throws(Failure) -> Int? {
        try nested { (parser) throws(Failure) in try scan(&parser, offset) }
    }

    private mutating func scanArguments(_ start: Int) throws(Failure) -> Int? {
        guard try peek(start) == .leftParenthesis else { return nil }
        var offset = start + 1
        if try peek(offset) == .callRightParenthesis { return offset + 1 }
        while true {
            guard let end = try scanParameter(offset) else { return nil }
            offset = end + 1
            switch try peek(end) {
            case .comma: continue
            case .callRightParenthesis: return offset
            default: return nil
            }
        }
    }

    private mutating func scanParameter(_ start: Int) throws(Failure) -> Int? {
        var offset = start
        if try peek(offset) == .whiteSpace { offset += 1 }
        guard let end = try scanNested(offset, { (parser, at) throws(Failure) in try parser.scanValue(at) })
        else { return nil }
        return try peek(end) == .whiteSpace ? end + 1 : end
    }

    private mutating func scanValue(_ start: Int) throws(Failure) -> Int? {
        switch try peek(start) {
        case .string, .integer, .decimal, .true, .false: return start + 1
        case .identifier, .referenceLeftCurly: return try scanReference(start)
        case .leftBracket: return try scanBracket(start)
        case .leftCurly: return try scanMap(start)
        default: return nil
        }
    }

    private mutating func scanBracket(_ start: Int) throws(Failure) -> Int? {
        var offset = start + 1
        if try peek(offset) == .rightBracket { return offset + 1 }
        while true {
            guard let end = try scanParameter(offset) else { return nil }
            offset = end + 1
            switch try peek(end) {
            case .comma, .doubleDot: continue
            case .rightBracket: return offset
            default: return nil
            }
        }
    }

    private mutating func scanMap(_ start: Int) throws(Failure) -> Int? {
        var offset = start + 1
        if try peek(offset) == .whiteSpace, !isValueStart(try peek(offset + 1)) { offset += 1 }
        if try isMapEnd(peek(offset)) { return offset + 1 }
        while true {
            guard let key = try scanParameter(offset), try peek(key) == .colon,
                let end = try scanParameter(key + 1)
            else { return nil }
            offset = end + 1
            if try peek(end) == .comma { continue }
            return try isMapEnd(peek(end)) ? offset : nil
        }
    }

    private func isMapEnd(_ kind: TokenKind) -> Bool {
        kind == .rightCurly || kind == .referenceRightCurly
    }
}
