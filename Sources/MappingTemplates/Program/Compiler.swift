/// Turns the syntax tree of a template into a program.
///
/// It does what Velocity does when it initializes a parsed template, in the same order, children first:
/// among other things the tokens of references lose their escapes, which shows wherever a piece of the
/// template is printed as it was written.
struct Compiler {
    var builder: ProgramBuilder
    var parser: Parser
    let name: String
    let origin: SourceOrigin
    let limits: TemplateLimits

    /// The line of the template on which a token begins. Tokens come nearly in order, so counting goes on
    /// from the last place.
    private var lineCursor = (offset: 0, line: 1)

    init(
        source: [UInt8],
        name: String,
        builder: ProgramBuilder,
        limits: TemplateLimits,
        origin: SourceOrigin = .start,
        macroNames: Set<[UInt8]> = [],
        depth: Int = 0,
    ) {
        self.builder = builder
        self.name = name
        self.origin = origin
        self.limits = limits
        self.depth = depth
        parser = Parser(source: source, dialect: .of(builder.profile), nestingLimit: limits.nesting)
        parser.macroNames = macroNames
    }

    /// How many strings with templates in them enclose this one.
    private let depth: Int

    /// Parses and compiles; the number of the root node.
    mutating func compile() throws(TemplateSyntaxError) -> Int32 {
        let tree: SyntaxNode
        do throws(Parser.Failure) {
            tree = try parser.template()
        } catch {
            throw syntaxError(error)
        }
        return try compile(tree)
    }

    func syntaxError(_ failure: Parser.Failure) -> TemplateSyntaxError {
        TemplateSyntaxError(failure, name: name, source: parser.lexer.source, origin: origin)
    }

    func failure(
        _ node: SyntaxNode,
        found: String,
        expected: String,
        suggestion: String? = nil,
    ) -> TemplateSyntaxError {
        let offset = parser.tokens[node.first].start
        return syntaxError(Parser.Failure(offset: offset, found: found, expected: expected, suggestion: suggestion))
    }

    // MARK: Text of tokens

    /// What the tokens of a node print, stray characters included; nil if the node is empty.
    func literal(_ node: SyntaxNode) -> [UInt8]? {
        guard node.first <= node.last else { return nil }
        var text: [UInt8] = []
        for index in node.first...node.last where parser.tokens[index].kind != .multiLineComment {
            text += parser.tokens[index].stray
            text += parser.image(index)
        }
        return text
    }

    func image(_ node: SyntaxNode) -> [UInt8] { parser.image(node.first) }

    mutating func line(_ node: SyntaxNode) -> Int32 {
        let offset = parser.tokens[node.first].start
        if offset < lineCursor.offset { lineCursor = (0, 1) }
        let source = parser.lexer.source
        lineCursor.line += source[lineCursor.offset..<offset].count { $0 == .newLine }
        lineCursor.offset = offset
        return Int32(truncatingIfNeeded: origin.line + lineCursor.line - 1)
    }

    // MARK: Nodes

    mutating func compile(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        switch node.kind {
        case .template, .block: try compileBlock(node)
        case .text: text(parser.tokens[node.first].stray + image(node), node)
        case .escapedDirective: text(image(node), node)
        case .literal(let bytes): text(bytes, node)
        case .comment: text(Self.beforeComment(image(node)), node)
        case .textBlock: text(Array(image(node).dropFirst(3).dropLast(3)), node)
        case .reference: try compileReference(node)
        case .set: try compileSet(node)
        case .if: try compileIf(node)
        case .directive(let name, let hasArguments): try compileDirective(node, name, hasArguments)
        case .string: try compileString(node)
        case .integer: try compileInteger(node)
        case .decimal: compileDecimal(node)
        case .true, .false: compileBoolean(node)
        case .map: try compileGroup(.map, node)
        case .list: try compileGroup(.list, node)
        case .range: try compilePair(.range, 0, node)
        case .expression: try compileExpression(node)
        case .or: try compilePair(.or, 0, node)
        case .and: try compilePair(.and, 0, node)
        case .not: try compileNot(node)
        case .comparison(let comparison): try compilePair(.comparison, comparison.rawValue, node)
        case .arithmetic(let arithmetic): try compileArithmetic(node, arithmetic)
        case .word, .identifier, .method, .index, .elseIf, .else:
            builder.add(Node(operation: .null, line: line(node)))
        }
    }

    /// A comment prints what its token has before it, a stray `$` at most.
    private static func beforeComment(_ image: [UInt8]) -> [UInt8] {
        for other in [UInt8.hash, .asterisk] {
            let start = image.indices.dropLast().first { image[$0] == .hash && image[$0 + 1] == other }
            if let start { return Array(image[..<start]) }
        }
        return []
    }

    private mutating func text(_ bytes: [UInt8], _ node: SyntaxNode) -> Int32 {
        let range = builder.add(text: bytes)
        return builder.add(Node(operation: .text, line: line(node), a: range.offset, b: range.count))
    }

    private mutating func compileBlock(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        var parts: [Int32] = []
        // Neighbouring texts, and the first of them, on whose line they begin.
        var pending: [UInt8] = []
        var first = node
        for child in node.children {
            let part = try compile(child)
            let compiled = builder.nodes[Int(part)]
            // A comment takes lines away that the text then would not count.
            if case .comment = child.kind { flush(&pending, first, to: &parts) }
            if compiled.operation == .text {
                if pending.isEmpty { first = child }
                pending += builder.text[Int(compiled.a)..<Int(compiled.a + compiled.b)]
            } else if compiled.operation != .nothing {
                flush(&pending, first, to: &parts)
                parts.append(part)
            }
        }
        flush(&pending, first, to: &parts)
        let children = builder.add(children: parts)
        return builder.add(Node(operation: .block, line: line, a: children, b: Int32(parts.count)))
    }

    /// Makes one node of neighbouring texts.
    private mutating func flush(_ pending: inout [UInt8], _ node: SyntaxNode, to parts: inout [Int32]) {
        guard !pending.isEmpty else { return }
        parts.append(text(pending, node))
        pending = []
    }

    private mutating func compileSet(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        let left = node.children[0]
        let reference = try compile(left)
        let value = try compile(node.children[1])
        // A plain name is assigned by the text of its first token: `${x}` assigns to the variable `{`.
        let slot = left.children.isEmpty ? builder.slot(Array(image(left).dropFirst())) : -1
        let number = builder.nodes[Int(reference)].a
        return builder.add(Node(operation: .set, line: line, a: number, b: value, c: slot))
    }

    private mutating func compileIf(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        var branches = [try compile(node.children[0]), try compile(node.children[1])]
        for child in node.children.dropFirst(2) {
            if case .elseIf = child.kind {
                branches.append(try compile(child.children[0]))
            } else {
                branches.append(-1)
            }
            branches.append(try compile(child.children[child.children.count - 1]))
        }
        let first = builder.add(children: branches)
        return builder.add(Node(operation: .branch, line: line, a: first, b: Int32(branches.count)))
    }

    // MARK: Values

    mutating func compileAll(_ nodes: some Sequence<SyntaxNode>) throws(TemplateSyntaxError) -> [Int32] {
        var result: [Int32] = []
        for node in nodes { result.append(try compile(node)) }
        return result
    }

    private mutating func compileGroup(
        _ operation: Operation,
        _ node: SyntaxNode,
    ) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        let children = try compileAll(node.children)
        let first = builder.add(children: children)
        return builder.add(Node(operation: operation, line: line, a: first, b: Int32(children.count)))
    }

    private mutating func compilePair(
        _ operation: Operation,
        _ detail: UInt8,
        _ node: SyntaxNode,
    ) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        let left = try compile(node.children[0])
        let right = try compile(node.children[1])
        return builder.add(Node(operation: operation, detail: detail, line: line, a: left, b: right))
    }

    /// `+` prints a side without value as it is written if the other side is a string, so it keeps both texts.
    private mutating func compileArithmetic(
        _ node: SyntaxNode,
        _ arithmetic: Arithmetic,
    ) throws(TemplateSyntaxError) -> Int32 {
        let number = try compilePair(.arithmetic, arithmetic.rawValue, node)
        if arithmetic == .add {
            var texts: [Int32] = []
            for child in node.children {
                let range = builder.add(text: literal(child) ?? [])
                texts += [range.offset, range.count]
            }
            builder.nodes[Int(number)].c = builder.add(children: texts)
        }
        return number
    }

    private mutating func compileExpression(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        try compile(node.children[0])
    }

    private mutating func compileNot(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        return builder.add(Node(operation: .not, line: line, a: try compile(node.children[0])))
    }

    private mutating func compileBoolean(_ node: SyntaxNode) -> Int32 {
        let isTrue = parser.tokens[node.first].kind == .true
        return builder.add(Node(operation: .boolean, detail: isTrue ? 1 : 0, line: line(node)))
    }

    private mutating func compileInteger(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        let spelling = String(decoding: image(node), as: UTF8.self)
        if let value = Int32(spelling) { return add(.integer, Int64(value), line) }
        if let value = Int64(spelling) { return add(.long, value, line) }
        guard spelling.utf8.count <= limits.numberDigits, let value = BigInteger(decimal: spelling) else {
            throw failure(
                node,
                found: "an integer of \(spelling.utf8.count) digits",
                expected: "at most \(limits.numberDigits)",
            )
        }
        builder.constants.append(.object(BigIntegerObject(value)))
        return builder.add(Node(operation: .constant, line: line, a: Int32(builder.constants.count - 1)))
    }

    private mutating func compileDecimal(_ node: SyntaxNode) -> Int32 {
        let value = JavaParsing.double(image(node)) ?? 0
        return add(.double, Int64(bitPattern: value.bitPattern), line(node))
    }

    private mutating func add(_ operation: Operation, _ bits: Int64, _ line: Int32) -> Int32 {
        builder.add(
            Node(
                operation: operation,
                line: line,
                a: Int32(truncatingIfNeeded: bits),
                b: Int32(truncatingIfNeeded: bits >> 32),
            )
        )
    }

    // MARK: Strings

    private mutating func compileString(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        let image = image(node)
        let quote = image[0]
        var content = Array(image.dropFirst().dropLast())
        if quote == .quote {
            guard let unescaped = StringLiteral.unescape(content) else {
                throw failure(
                    node,
                    found: "\"\\u\" without four hexadecimal digits",
                    expected: "\\u and four digits",
                    suggestion: "use single quotes for text with backslashes",
                )
            }
            content = unescaped
        }
        content = StringLiteral.undouble(content, quote)
        guard quote == .quote, image.contains(where: { $0 == .dollar || $0 == .hash }) else {
            let range = builder.add(text: content)
            return builder.add(Node(operation: .string, line: line, a: range.offset, b: range.count))
        }
        // A blank keeps a `$` or `#` at the end from ending the template inside a token; it is cut off later.
        let hasComment = StringLiteral.hasLineComment(content)
        if !hasComment { content.append(.space) }
        return try compileTemplate(content, isPadded: !hasComment, node)
    }

    private mutating func compileTemplate(
        _ content: [UInt8],
        isPadded: Bool,
        _ node: SyntaxNode,
    ) throws(TemplateSyntaxError) -> Int32 {
        guard depth < limits.nesting else {
            throw failure(
                node,
                found: "more than \(limits.nesting) strings inside each other",
                expected: "a template that is nested less deeply",
            )
        }
        let place = origin.place(of: parser.tokens[node.first].start, in: parser.lexer.source)
        var inner = Compiler(
            source: content,
            name: name,
            builder: builder,
            limits: limits,
            origin: SourceOrigin(line: place.line, column: place.column + 1),
            macroNames: parser.macroNames,
            depth: depth + 1,
        )
        let root = try inner.compile()
        builder = inner.builder
        if let constant = builder.constantText(of: root) {
            let range = builder.add(text: isPadded ? JavaText.droppingLast(constant) : constant)
            return builder.add(
                Node(operation: .string, line: Int32(place.line), a: range.offset, b: range.count)
            )
        }
        return builder.add(Node(operation: .template, detail: isPadded ? 1 : 0, line: Int32(place.line), a: root))
    }
}
