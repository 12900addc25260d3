/// The states of Velocity's lexer: which tokens are possible depends on what was read before.
enum LexicalState: UInt8 {
    /// Behind `$`, up to the end of the reference.
    case reference
    /// Behind the `.` of a reference.
    case modifier
    /// Between the brackets of a reference.
    case index
    /// Between a directive's parentheses.
    case directive
    /// Between the parentheses of a method call.
    case call
    /// Text, where a template begins.
    case text
    case textBlock, multiLineComment, formalComment, lineComment
    /// Behind `#`, before it is known which directive follows.
    case afterHash
}

/// What the lexer returns to when a reference, directive or comment ends.
struct LexicalFrame {
    var state: LexicalState
    var leftParentheses: Int
    var rightParentheses: Int
}
