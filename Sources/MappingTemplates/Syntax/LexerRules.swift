/// The tokens that each state knows. The longest match wins, then the kind with the lower number.
extension Lexer {
    /// The best match at the current position; length 0 if nothing matches.
    mutating func match() -> (kind: TokenKind, length: Int) {
        var best = Match()
        switch state {
        case .text:
            if matchPlainText(&best) { return (best.kind, best.length) }
            matchEscapes(&best)
            matchSet(&best)
            matchEmptyIndex(&best)
        case .reference:
            matchReference(&best)
            matchEmptyIndex(&best)
        case .modifier:
            matchReference(&best)
        case .call:
            matchSet(&best)
            matchNames(&best)
            matchExpression(&best)
            if at(0) == .rightParenthesis { best.offer(.callRightParenthesis, 1) }
        case .index:
            matchExpressionParts(&best)
            if at(0) == .rightBracket { best.offer(.indexRight, 1) }
        case .directive:
            matchExpression(&best)
            matchOperators(&best)
            matchDirectiveWords(&best)
            matchDirectiveParenthesis(&best)
        case .afterHash:
            matchAfterHash(&best)
        case .lineComment:
            matchLineEnd(.lineCommentEnd, &best)
            best.offer(.skippedInComment, 1)
        case .formalComment, .multiLineComment:
            if at(0) == .asterisk, at(1) == .hash {
                best.offer(state == .formalComment ? .formalComment : .multiLineComment, 2)
            }
            best.offer(.skippedInComment, 1)
        case .textBlock:
            if at(0) == .rightBracket, at(1) == .rightBracket, at(2) == .hash { best.offer(.textBlock, 3) }
            best.offer(.moreInTextBlock, 1)
        }
        matchStarts(&best)
        return (best.kind, best.length)
    }

    struct Match {
        var kind = TokenKind.endOfTemplate
        var length = 0

        mutating func offer(_ kind: TokenKind, _ length: Int) {
            if length > self.length || (length == self.length && kind.rawValue < self.kind.rawValue) {
                self.kind = kind
                self.length = length
            }
        }
    }

    /// The byte `offset` behind the current position; 0 behind the end.
    private func at(_ offset: Int) -> UInt8 {
        let index = position + offset
        return index < source.count ? source[index] : 0
    }

    /// The number of bytes from `offset` on that satisfy the condition.
    private func run(from offset: Int, _ condition: (UInt8) -> Bool) -> Int {
        var index = position + offset
        while index < source.count, condition(source[index]) { index += 1 }
        return index - position - offset
    }

    /// The length of the run of backslashes at the current position.
    private mutating func backslashes() -> Int {
        guard at(0) == .backslash else { return 0 }
        if backslashRunEnd <= position { backslashRunEnd = position + run(from: 0) { $0 == .backslash } }
        return backslashRunEnd - position
    }

    // MARK: All states

    /// `$`, `$!`, `#`, `#*`, `#**`, `#[[`: the starts of tokens that go on in another state.
    private mutating func matchStarts(_ best: inout Match) {
        if at(0) == .hash {
            best.offer(.hash, 1)
            if at(1) == .asterisk {
                best.offer(.multiLineCommentStart, 2)
                if at(2) == .asterisk, position + 3 < source.count, at(3) != .hash {
                    best.offer(.formalCommentStart, 4)
                }
            } else if at(1) == .leftBracket, at(2) == .leftBracket {
                best.offer(.textBlockStart, 3)
            }
            return
        }
        let escapes = backslashes()
        guard at(escapes) == .dollar else { return }
        best.offer(.dollar, escapes + 1)
        let behind = escapes + 1 + run(from: escapes + 1) { $0 == .backslash }
        if at(behind) == .exclamation { best.offer(.dollarBang, behind + 1) }
    }

    private func matchLineEnd(_ kind: TokenKind, _ best: inout Match) {
        let length = lineEnd(0)
        if length > 0 { best.offer(kind, length) }
    }

    private func lineEnd(_ offset: Int) -> Int {
        switch at(offset) {
        case .newLine: 1
        case .carriageReturn: at(offset + 1) == .newLine ? 2 : 1
        default: 0
        }
    }

    /// Blanks and the line break behind them; 0 if no line break follows.
    private func restOfLine(_ offset: Int) -> Int {
        let blanks = run(from: offset) { $0.isBlank }
        let end = lineEnd(offset + blanks)
        return end == 0 ? 0 : blanks + end
    }

    // MARK: Text

    /// Text up to the next character that may mean something; true if nothing else can be longer.
    private func matchPlainText(_ best: inout Match) -> Bool {
        let length = run(from: 0) { $0 != .dollar && $0 != .hash && $0 != .backslash }
        guard length > 0 else { return false }
        best.offer(.text, length)
        return !at(0).isBlank || run(from: 0) { $0.isBlank } < length
    }

    private mutating func matchEscapes(_ best: inout Match) {
        let escapes = backslashes()
        if escapes > 0 { best.offer(.escape, 1) }
        if escapes > 1 { best.offer(.doubleEscape, 2) }
        if escapes % 2 == 1, at(escapes) == .hash {
            let word = max(word(escapes + 1), bracketedWord(escapes + 1))
            if word > 0 { best.offer(.escapedDirective, escapes + 1 + word) }
        }
        if at(0) == .hash, at(1) == .hash { best.offer(.lineCommentStart, 2) }
    }

    private func matchSet(_ best: inout Match) {
        let blanks = run(from: 0) { $0.isBlank }
        guard at(blanks) == .hash else { return }
        var length = blanks + 1
        if starts("set", length) {
            length += 3
        } else if starts("{set}", length) {
            length += 5
        } else {
            return
        }
        length += run(from: length) { $0 == .space }
        if at(length) == .leftParenthesis { best.offer(.setDirective, length + 1) }
    }

    private func matchEmptyIndex(_ best: inout Match) {
        guard at(0) == .dollar else { return }
        if at(1) == .leftBracket || at(1) == .dot { best.offer(.emptyIndex, 2) }
        if at(1) == .exclamation, at(2) == .leftBracket { best.offer(.emptyIndex, 3) }
        if at(1) == .backslash, at(2) == .exclamation, at(3) == .leftBracket { best.offer(.emptyIndex, 4) }
    }

    private func starts(_ word: StaticString, _ offset: Int) -> Bool {
        guard position + offset + word.utf8CodeUnitCount <= source.count else { return false }
        for index in 0..<word.utf8CodeUnitCount
        where source[position + offset + index] != word.utf8Start[index] {
            return false
        }
        return true
    }

    // MARK: References

    private func matchReference(_ best: inout Match) {
        if position < source.count { best.offer(.referenceTerminator, 1) }
        switch at(0) {
        case .leftBracket: best.offer(.indexLeft, 1)
        case .leftCurly: best.offer(.referenceLeftCurly, 1)
        case .rightCurly: best.offer(.referenceRightCurly, 1)
        case .leftParenthesis where state == .modifier: best.offer(.leftParenthesis, 1)
        case .hash where at(1) == .hash && state == .reference: best.offer(.lineCommentStart, 2)
        default: break
        }
        matchNames(&best)
        matchBooleans(&best)
        matchSet(&best)
    }

    private func matchNames(_ best: inout Match) {
        let first = at(0)
        if first.isLetter || first == .underscore {
            best.offer(
                .identifier,
                1 + run(from: 1) { $0.isLetter || $0.isDigit || $0 == .hyphen || $0 == .underscore },
            )
        } else if first == .dot, at(1).isLetter {
            best.offer(.dot, 2)
        }
    }

    private func matchBooleans(_ best: inout Match) {
        if starts("true", 0) { best.offer(.true, 4) }
        if starts("false", 0) { best.offer(.false, 5) }
    }

    // MARK: Expressions

    private func matchExpression(_ best: inout Match) {
        switch at(0) {
        case .leftBracket: best.offer(.leftBracket, 1)
        case .rightBracket: best.offer(.rightBracket, 1)
        case .comma: best.offer(.comma, 1)
        case .dot where at(1) == .dot: best.offer(.doubleDot, 2)
        case UInt8(ascii: ":"): best.offer(.colon, 1)
        case .leftCurly: best.offer(.leftCurly, 1)
        case .rightCurly: best.offer(.rightCurly, 1)
        default: break
        }
        matchExpressionParts(&best)
    }

    /// What may also stand between the brackets of a reference.
    private func matchExpressionParts(_ best: inout Match) {
        let first = at(0)
        let blanks = run(from: 0) { $0.isWhiteSpace }
        if blanks > 0 { best.offer(.whiteSpace, blanks) }
        if first == .quote || first == .apostrophe {
            let length = string(first)
            if length > 0 { best.offer(.string, length) }
        }
        matchBooleans(&best)
        matchNumbers(&best)
    }

    /// The length of the string literal in these quotes, which are written twice inside it; 0 if none ends.
    private func string(_ quote: UInt8) -> Int {
        var length = 0
        var offset = 1
        while true {
            offset += run(from: offset) { $0 != quote }
            guard position + offset < source.count else { return length }
            length = offset + 1
            guard at(offset + 1) == quote else { return length }
            offset += 2
        }
    }

    private func matchNumbers(_ best: inout Match) {
        let sign = at(0) == .hyphen ? 1 : 0
        let whole = run(from: sign) { $0.isDigit }
        if whole > 0 {
            let end = sign + whole
            best.offer(.integer, end)
            if at(end) == .dot, at(end + 1) == .dot { best.offer(.integer, end + 2) }
            if at(end) == .dot {
                let fraction = run(from: end + 1) { $0.isDigit }
                best.offer(.decimal, end + 1 + fraction + exponent(end + 1 + fraction))
            }
            let exponent = exponent(end)
            if exponent > 0 { best.offer(.decimal, end + exponent) }
        } else if at(sign) == .dot {
            let fraction = run(from: sign + 1) { $0.isDigit }
            if fraction > 0 {
                let end = sign + 1 + fraction
                best.offer(.decimal, end + exponent(end))
            }
        }
    }

    private func exponent(_ offset: Int) -> Int {
        guard at(offset) | 0x20 == UInt8(ascii: "e") else { return 0 }
        let sign = at(offset + 1) == .plus || at(offset + 1) == .hyphen ? 1 : 0
        let digits = run(from: offset + 1 + sign) { $0.isDigit }
        return digits == 0 ? 0 : 1 + sign + digits
    }

    private func matchOperators(_ best: inout Match) {
        matchLineEnd(.newLine, &best)
        switch (at(0), at(1)) {
        case (UInt8(ascii: "&"), UInt8(ascii: "&")): best.offer(.and, 2)
        case (UInt8(ascii: "|"), UInt8(ascii: "|")): best.offer(.or, 2)
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): best.offer(.lessOrEqual, 2)
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): best.offer(.greaterOrEqual, 2)
        case (UInt8(ascii: "="), UInt8(ascii: "=")): best.offer(.equal, 2)
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): best.offer(.notEqual, 2)
        case (.hyphen, _): best.offer(.minus, 1)
        case (.plus, _): best.offer(.plus, 1)
        case (.asterisk, _): best.offer(.times, 1)
        case (.slash, _): best.offer(.divide, 1)
        case (UInt8(ascii: "%"), _): best.offer(.modulus, 1)
        case (UInt8(ascii: "<"), _): best.offer(.less, 1)
        case (UInt8(ascii: ">"), _): best.offer(.greater, 1)
        case (UInt8(ascii: "="), _): best.offer(.assign, 1)
        case (UInt8(ascii: "!"), _): best.offer(.not, 1)
        default: break
        }
        if starts("and", 0) { best.offer(.and, 3) }
        if starts("or", 0) { best.offer(.or, 2) }
        if starts("lt", 0) { best.offer(.less, 2) }
        if starts("le", 0) { best.offer(.lessOrEqual, 2) }
        if starts("gt", 0) { best.offer(.greater, 2) }
        if starts("ge", 0) { best.offer(.greaterOrEqual, 2) }
        if starts("eq", 0) { best.offer(.equal, 2) }
        if starts("ne", 0) { best.offer(.notEqual, 2) }
        if starts("not", 0) { best.offer(.not, 3) }
    }

    private func matchDirectiveParenthesis(_ best: inout Match) {
        if at(0) == .leftParenthesis { best.offer(.leftParenthesis, 1) }
        if at(0) == .rightParenthesis { best.offer(.rightParenthesis, 1 + restOfLine(1)) }
        if at(0) == .hash, at(1) == .hash { best.offer(.lineCommentStart, 2) }
    }

    // MARK: Directives

    private func matchDirectiveWords(_ best: inout Match) {
        let length = word(0)
        if length > 0 { best.offer(.word, length) }
        let bracketed = bracketedWord(0)
        if bracketed > 0 { best.offer(.bracketedWord, bracketed) }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte == .underscore || byte == .at
    }

    private func word(_ offset: Int) -> Int {
        let first = at(offset)
        guard first.isLetter || first == .underscore || first == .at else { return 0 }
        return 1 + run(from: offset + 1, isWordByte)
    }

    private func bracketedWord(_ offset: Int) -> Int {
        let first = at(offset + 1)
        guard at(offset) == .leftCurly, first.isLetter || first == .underscore else { return 0 }
        let length = 2 + run(from: offset + 2, isWordByte)
        return at(offset + length) == .rightCurly ? length + 1 : 0
    }

    private func matchAfterHash(_ best: inout Match) {
        if position < source.count { best.offer(.directiveTerminator, 1) }
        if at(0) == .hash, at(1) == .hash { best.offer(.lineCommentStart, 2) }
        matchNumbers(&best)
        matchDirectiveWords(&best)
        if starts("end", 0) { best.offer(.end, 3 + restOfLine(3)) }
        if starts("{end}", 0) { best.offer(.end, 5 + restOfLine(5)) }
        if starts("if", 0) { best.offer(.if, 2) }
        if starts("{if}", 0) { best.offer(.if, 4) }
        if starts("elseif", 0) { best.offer(.elseIf, 6) }
        if starts("{elseif}", 0) { best.offer(.elseIf, 8) }
        if starts("else", 0) { best.offer(.else, 4 + restOfLine(4)) }
        if starts("{else}", 0) { best.offer(.else, 6 + restOfLine(6)) }
    }
}
