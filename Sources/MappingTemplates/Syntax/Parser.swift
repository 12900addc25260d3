/// Builds the syntax tree of a template by the grammar of Velocity 1.7.
///
/// The lexer runs only as far ahead as the grammar looks, one to three tokens, because directives change
/// its state. The depth of nesting is limited, since every level is a level of recursion here and when the
/// template is rendered.
struct Parser {
    var lexer: Lexer
    private(set) var tokens: [Token] = []
    /// The index of the next token.
    private(set) var next = 0
    let dialect: Dialect
    /// The names of the macros that were defined so far; a backslash before a call of one is an escape.
    var macroNames: Set<[UInt8]> = []
    /// The block directives that are open, outermost first.
    var open: [OpenDirective] = []
    private var depth = 0
    /// The operators of the statement so far.
    var operators = 0
    static let mostOperators = 400
    let nestingLimit: Int

    init(source: [UInt8], dialect: Dialect, nestingLimit: Int) {
        lexer = Lexer(source: source)
        self.dialect = dialect
        self.nestingLimit = nestingLimit
    }

    struct OpenDirective {
        var name: String
        var offset: Int
    }

    /// Why a template cannot be parsed, and where in its source.
    struct Failure: Error {
        var offset: Int
        var found: String
        var expected: String
        var suggestion: String?
    }

    // MARK: Tokens

    /// The kind of the token `offset` places behind the current one.
    mutating func peek(_ offset: Int = 0) throws(Failure) -> TokenKind {
        while tokens.count <= next + offset {
            do throws(Lexer.Failure) {
                tokens.append(try lexer.next())
            } catch {
                throw lexicalFailure(error)
            }
        }
        return tokens[next + offset].kind
    }

    /// Takes the next token, whatever it is; its index.
    @discardableResult
    mutating func take() throws(Failure) -> Int {
        _ = try peek()
        next += 1
        return next - 1
    }

    @discardableResult
    mutating func take(_ kind: TokenKind) throws(Failure) -> Int {
        guard try peek() == kind else { throw failure(expected: kind.name) }
        return try take()
    }

    /// Takes the next token if it is of this kind.
    mutating func takeIf(_ kind: TokenKind) throws(Failure) {
        if try peek() == kind { try take() }
    }

    /// The text of a token.
    func image(_ index: Int) -> [UInt8] {
        tokens[index].rewritten ?? Array(lexer.source[tokens[index].start..<tokens[index].end])
    }

    mutating func rewrite(_ index: Int, _ image: [UInt8]) {
        tokens[index].rewritten = image
    }

    // MARK: Nodes

    mutating func open(_ kind: SyntaxKind) throws(Failure) -> SyntaxNode {
        _ = try peek()
        return SyntaxNode(kind, first: next)
    }

    func close(_ node: SyntaxNode) -> SyntaxNode {
        node.last = next - 1
        return node
    }

    mutating func leaf(_ kind: SyntaxKind) throws(Failure) -> SyntaxNode {
        let node = try open(kind)
        try take()
        return close(node)
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= nestingLimit else {
            throw Failure(
                offset: tokens[min(next, tokens.count - 1)].start,
                found: "more than \(nestingLimit) levels of nesting",
                expected: "a template that is nested less deeply",
            )
        }
        return try body(&self)
    }

    // MARK: Statements

    mutating func template() throws(Failure) -> SyntaxNode {
        let node = try open(.template)
        try statements(into: node)
        guard try peek() == .endOfTemplate else { throw strayFailure() }
        try take()
        return close(node)
    }

    mutating func statements(into node: SyntaxNode) throws(Failure) {
        while let statement = try statement() { node.children.append(statement) }
    }

    func closing(_ node: SyntaxNode, _ children: [SyntaxNode]) -> SyntaxNode {
        node.children = children
        return close(node)
    }

    mutating func block() throws(Failure) -> SyntaxNode {
        let node = try open(.block)
        try nested { (parser) throws(Failure) in try parser.statements(into: node) }
        return close(node)
    }

    /// The next statement; nil at a token that begins none.
    private mutating func statement() throws(Failure) -> SyntaxNode? {
        operators = 0
        switch try peek() {
        case .if: return try ifStatement()
        case .identifier: return try reference()
        case .referenceLeftCurly:
            return try peek(1) == .identifier ? try reference() : try leaf(.text)
        case .lineCommentStart:
            let node = try open(.comment)
            try take()
            try takeIf(.lineCommentEnd)
            return close(node)
        case .formalComment, .multiLineComment: return try leaf(.comment)
        case .textBlock: return try leaf(.textBlock)
        case .setDirective: return try setDirective()
        case .escapedDirective: return try escapedDirective()
        case .doubleEscape: return try escape()
        case .word, .bracketedWord: return try directive()
        case .leftParenthesis, .rightParenthesis, .escape, .text, .string, .integer, .decimal, .dot,
            .referenceRightCurly, .emptyIndex:
            return try leaf(.text)
        default: return nil
        }
    }

    /// A directive behind an odd number of backslashes is text; if Velocity knows the directive, half of
    /// the backslashes go.
    private mutating func escapedDirective() throws(Failure) -> SyntaxNode {
        let index = next
        let node = try leaf(.escapedDirective)
        let image = image(index)
        guard let slash = image.lastIndex(of: .backslash) else { return node }
        let directive = image[(slash + 1)...]
        var name = directive.dropFirst()
        if name.first == .leftCurly { name = name.dropFirst().dropLast() }
        if isKnown(Array(name)) || Self.builtIn.contains(Array(name)) {
            rewrite(index, Array(image[..<(slash / 2)]) + directive)
        }
        return node
    }

    private static let builtIn: Set<[UInt8]> = Set(["if", "end", "set", "else", "elseif"].map { Array($0.utf8) })

    private func isKnown(_ name: [UInt8]) -> Bool {
        dialect.directives.contains(name) || macroNames.contains(name)
    }

    /// Pairs of backslashes: one backslash each before a directive, two elsewhere.
    private mutating func escape() throws(Failure) -> SyntaxNode {
        let first = next
        var count = 0
        repeat {
            try take(.doubleEscape)
            count += 1
        } while try peek() == .doubleEscape
        let following = image(next)
        let isEscape: Bool =
            switch tokens[next].kind {
            case .if, .else, .elseIf, .end: true
            default: isKnown(Array(following.dropFirst()))
            }
        let node = SyntaxNode(
            .literal([UInt8](repeating: .backslash, count: isEscape ? count : 2 * count)),
            first: first,
        )
        return close(node)
    }

    // MARK: #if and #set

    private mutating func ifStatement() throws(Failure) -> SyntaxNode {
        let node = try open(.if)
        open.append(OpenDirective(name: "#if", offset: tokens[next].start))
        try take()
        try condition(into: node)
        node.children.append(try block())
        while try peek() == .elseIf {
            let branch = try open(.elseIf)
            try take()
            try condition(into: branch)
            branch.children.append(try block())
            node.children.append(close(branch))
        }
        if try peek() == .else {
            let branch = try open(.else)
            try take()
            branch.children.append(try block())
            node.children.append(close(branch))
        }
        try end()
        return close(node)
    }

    private mutating func condition(into node: SyntaxNode) throws(Failure) {
        try takeIf(.whiteSpace)
        guard try peek() == .leftParenthesis else {
            throw failure(expected: "\"(\" and a condition", suggestion: "write #if($name) … #end")
        }
        try take()
        node.children.append(try expression())
        guard try peek() == .rightParenthesis else { throw failure(expected: "\")\" behind the condition") }
        try take()
    }

    mutating func end() throws(Failure) {
        guard try peek() == .end else { throw strayFailure() }
        try take()
        open.removeLast()
    }

    private mutating func setDirective() throws(Failure) -> SyntaxNode {
        let node = try open(.set)
        try take()
        try takeIf(.whiteSpace)
        let first = try peek()
        guard first == .identifier || first == .referenceLeftCurly else {
            throw failure(expected: "a reference to assign to", suggestion: "write #set($name = value)")
        }
        node.children.append(try reference())
        try takeIf(.whiteSpace)
        guard try peek() == .assign else { throw failure(expected: "\"=\" in #set") }
        try take()
        node.children.append(try expression())
        guard try peek() == .rightParenthesis else {
            throw failure(expected: "\")\" at the end of #set", suggestion: blankSuggestion())
        }
        try take()
        lexer.inSet = false
        try takeIf(.newLine)
        return close(node)
    }

    /// `$a -1` reads as two values: the likeliest slip in an expression.
    private func blankSuggestion() -> String? {
        let token = tokens[next]
        guard token.kind == .integer || token.kind == .decimal, image(next).first == .hyphen else { return nil }
        return "put a blank behind the minus to subtract"
    }
}
