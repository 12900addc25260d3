/// One token of a template, named by the part of the source it covers.
struct Token {
    var kind: TokenKind
    /// The token's text in the source. Text that the lexer read on the way (`$`, `#`, backslashes) is part of it.
    var start: Int
    var end: Int
    /// What of the stray `$`, `#` and backslashes before the token must be printed with it.
    var stray: [UInt8] = []
    /// The token's text after the parser has taken escapes off it; nil while it is the source's own text.
    var rewritten: [UInt8]?
}

/// The kinds of token of Velocity 1.7. Where two kinds match the same length the lower one wins.
enum TokenKind: UInt8 {
    case endOfTemplate = 0
    case indexLeft = 1, indexRight
    case leftBracket, rightBracket, comma, doubleDot, colon, leftCurly, rightCurly
    case leftParenthesis, rightParenthesis, callRightParenthesis
    case escapedDirective, setDirective
    case dollar, dollarBang, textBlockStart, formalCommentStart, multiLineCommentStart, hash
    case lineCommentStart
    case doubleEscape, escape, text
    case lineCommentEnd, formalComment, multiLineComment, textBlock
    case skippedInComment, moreInTextBlock
    case whiteSpace, string, `true`, `false`, newLine
    case minus, plus, times, divide, modulus
    case and, or, less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, not, assign
    case end, `if`, elseIf, `else`
    case integer = 56, decimal = 57
    case word = 61, bracketedWord
    case identifier = 66, dot, referenceLeftCurly, referenceRightCurly
    case referenceTerminator, directiveTerminator
    case emptyIndex
}

extension TokenKind {
    /// What the token is called in messages.
    var name: String {
        switch self {
        case .endOfTemplate: "the end of the template"
        case .indexLeft, .leftBracket: "\"[\""
        case .indexRight, .rightBracket: "\"]\""
        case .comma: "\",\""
        case .doubleDot: "\"..\""
        case .colon: "\":\""
        case .leftCurly, .referenceLeftCurly: "\"{\""
        case .rightCurly, .referenceRightCurly: "\"}\""
        case .leftParenthesis: "\"(\""
        case .rightParenthesis, .callRightParenthesis: "\")\""
        case .setDirective: "#set"
        case .whiteSpace: "white space"
        case .string: "a string"
        case .integer, .decimal: "a number"
        case .assign: "\"=\""
        case .end: "#end"
        case .if: "#if"
        case .elseIf: "#elseif"
        case .else: "#else"
        case .identifier: "a name"
        case .dot: "\".\""
        case .true, .false: "a boolean"
        case .word, .bracketedWord: "a word"
        default: "text"
        }
    }
}
