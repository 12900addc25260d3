/// Splits a template into tokens as Velocity 1.7 does: one pass, with a stack of states.
///
/// Velocity's lexer is generated from a grammar, and much of what surprises template authors (white space
/// before `#set`, `$a-b`, a final `$`) comes from its rules: the longest match wins, a `$` or `#` starts a
/// token that goes on in another state, and a state ends when a character does not fit it. So the rules are
/// kept rather than their effects.
struct Lexer {
    let source: [UInt8]
    private(set) var position = 0
    var state = LexicalState.text
    /// Whether the lexer is between the parentheses of `#set`. The parser clears it.
    var inSet = false

    private var leftParentheses = 0
    private var rightParentheses = 0
    private var frames: [LexicalFrame] = []
    private var inComment = false
    /// Where the run of backslashes ends that was measured last; a run is looked at many times.
    var backslashRunEnd = 0

    init(source: [UInt8]) {
        self.source = source
    }

    /// Where a lexical error is: the source goes on with something no token begins with, or ends where a token
    /// is not complete.
    struct Failure: Error {
        var offset: Int
    }

    /// Reads the next token.
    mutating func next() throws(Failure) -> Token {
        var stray: [UInt8] = []
        while true {
            let start = position
            guard position < source.count else {
                return Token(kind: .endOfTemplate, start: start, end: start, stray: stray)
            }
            // A token may go on in another state (`$` and then the name), hence the inner loop.
            more: while true {
                let (kind, length) = match()
                guard length > 0 else { throw Failure(offset: position) }
                position += length
                switch kind {
                case .dollar, .dollarBang:
                    enterReference()
                case .textBlockStart:
                    enterComment(.textBlock)
                case .formalCommentStart:
                    if !inComment { position -= 1 }
                    enterComment(.formalComment)
                case .multiLineCommentStart:
                    enterComment(.multiLineComment)
                case .hash:
                    enterDirective()
                case .moreInTextBlock:
                    break
                case .skippedInComment:
                    break more
                case .referenceTerminator, .directiveTerminator:
                    Self.appendStray(of: source[start..<position], to: &stray)
                    position -= 1
                    pop()
                    break more
                default:
                    var token = Token(kind: kind, start: start, end: position, stray: stray)
                    act(on: &token)
                    return token
                }
                guard position < source.count else { throw Failure(offset: start) }
            }
        }
    }

    // MARK: States

    /// Leaves the current state for the one below it.
    mutating func pop() {
        guard let frame = frames.popLast() else {
            leftParentheses = 0
            state = .text
            return
        }
        leftParentheses = frame.leftParentheses
        rightParentheses = frame.rightParentheses
        state = frame.state
    }

    private mutating func push() {
        frames.append(
            LexicalFrame(
                state: state,
                leftParentheses: leftParentheses,
                rightParentheses: rightParentheses,
            )
        )
        leftParentheses = 0
    }

    private mutating func enterReference() {
        guard !inComment else { return }
        if state == .reference { pop() }
        push()
        state = .reference
    }

    private mutating func enterDirective() {
        guard !inComment else { return }
        if state == .reference || state == .modifier { pop() }
        push()
        state = .afterHash
    }

    private mutating func enterComment(_ comment: LexicalState) {
        guard !inComment else { return }
        inComment = true
        push()
        state = comment
    }

    private mutating func act(on token: inout Token) {
        switch token.kind {
        case .indexLeft:
            push()
            state = .index
        case .indexRight:
            pop()
        case .leftParenthesis:
            leftParentheses += 1
            if state == .modifier { state = .call }
        case .rightParenthesis:
            closeParenthesis()
        case .callRightParenthesis:
            state = .reference
        case .setDirective:
            push()
            inSet = true
            state = .directive
            leftParentheses += 1
        case .lineCommentStart:
            if state == .reference { pop() }
            enterComment(.lineComment)
        case .lineCommentEnd, .formalComment, .multiLineComment, .textBlock:
            inComment = false
            pop()
        case .string:
            if state == .directive, !inSet, leftParentheses == 0 { pop() }
        case .newLine:
            pop()
            inSet = false
        case .end, .else:
            pop()
        case .if, .elseIf:
            state = .directive
        case .integer:
            // The ".." of a range belongs to the next token.
            if source[token.start..<token.end].suffix(2) == [.dot, .dot] {
                position -= 2
                token.end -= 2
            }
            if leftParentheses == 0, !inSet, state != .call, state != .index { pop() }
        case .decimal:
            if leftParentheses == 0, !inSet, state != .call { pop() }
        case .dot:
            // The first letter of the name belongs to the next token.
            position -= 1
            token.end -= 1
            token.rewritten = [.dot]
            state = .modifier
        case .referenceRightCurly:
            pop()
        default:
            break
        }
    }

    /// A `)` closes the innermost state that has an open parenthesis; states without one end with it.
    private mutating func closeParenthesis() {
        guard !inComment else { return }
        while true {
            if leftParentheses > 0 {
                if leftParentheses == rightParentheses + 1 { pop() } else { rightParentheses += 1 }
                return
            }
            if frames.isEmpty {
                pop()
                return
            }
            pop()
        }
    }

    /// Whether blanks and line breaks are followed by `(`.
    func isBeforeLeftParenthesis() -> Bool {
        var offset = position
        while offset < source.count {
            switch source[offset] {
            case .leftParenthesis: return true
            case .space, .newLine, .carriageReturn, .tab: offset += 1
            default: return false
            }
        }
        return false
    }

    /// What is printed of a `$` or `#` that turned out to start nothing: itself, and the backslashes before
    /// a `$`.
    private static func appendStray(of image: ArraySlice<UInt8>, to stray: inout [UInt8]) {
        var index = image.startIndex
        while index < image.endIndex {
            let byte = image[index]
            if byte == .hash || byte == .dollar { stray.append(byte) }
            if byte == .backslash {
                let other = image[index...].firstIndex { $0 != .backslash }
                if let other, image[other] == .dollar {
                    stray += image[index...other]
                    index = other + 1
                }
            }
            index += 1
        }
    }
}
