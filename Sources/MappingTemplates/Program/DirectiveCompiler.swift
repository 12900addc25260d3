/// Directives other than `#set` and `#if`.
extension Compiler {
    mutating func compileDirective(
        _ node: SyntaxNode,
        _ name: [UInt8],
        _ hasArguments: Bool,
    ) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        let children = try compileAll(node.children)
        let directive = parser.dialect.directives.contains(name) ? String(decoding: name, as: UTF8.self) : ""
        switch directive {
        case "foreach":
            return try compileForeach(node, children, line)
        case "define":
            guard children.count == 2 else {
                throw failure(node, found: "#define", expected: "one reference in its parentheses")
            }
            let slot = builder.slot(Array(image(node.children[0]).dropFirst()))
            return builder.add(Node(operation: .define, line: line, a: slot, b: children[1]))
        case "literal":
            guard let first = node.child(0), let text = literal(first) else {
                throw failure(node, found: "#literal without text", expected: "#literal() … #end")
            }
            let range = builder.add(text: text)
            return builder.add(Node(operation: .text, line: line, a: range.offset, b: range.count))
        case "break", "stop":
            guard children.count < 2 else {
                throw failure(node, found: "#\(directive) with \(children.count) arguments", expected: "at most one")
            }
            let operation: Operation = directive == "break" ? .break : .stop
            return builder.add(Node(operation: operation, line: line, a: children.first ?? -1))
        case "macro":
            defineMacro(node, children)
            return builder.add(Node(operation: .nothing, line: line))
        case "evaluate":
            try checkEvaluate(node)
            return builder.add(Node(operation: .evaluate, line: line, a: children[0]))
        case "include", "parse":
            let first = builder.add(children: children)
            let operation: Operation = directive == "include" ? .include : .parse
            return builder.add(Node(operation: operation, line: line, a: first, b: Int32(children.count)))
        default:
            return compileCall(node, name, hasArguments, children, line)
        }
    }

    private mutating func compileForeach(
        _ node: SyntaxNode,
        _ children: [Int32],
        _ line: Int32,
    ) throws(TemplateSyntaxError) -> Int32 {
        guard let element = node.child(0) else {
            throw failure(
                node,
                found: "#foreach without parentheses",
                expected: "a loop",
                suggestion: "write #foreach($item in $list) … #end",
            )
        }
        var slot = builder.slot(Array(image(element).dropFirst()))
        if case .reference = element.kind {
            slot = builder.references[Int(builder.nodes[Int(children[0])].a)].slot
        }
        return builder.add(
            Node(
                operation: .foreach,
                line: line,
                a: slot,
                b: children.count > 2 ? children[2] : -1,
                c: children.count > 3 ? children[3] : -1,
            )
        )
    }

    /// The first definition of a name counts; the service ignores them all.
    private mutating func defineMacro(_ node: SyntaxNode, _ children: [Int32]) {
        let name = image(node.children[0])
        guard builder.profile == .velocity, builder.macros[name] == nil, let body = children.last else { return }
        var parameters: [Int32] = []
        var nullTexts: [[UInt8]] = []
        for parameter in node.children.dropFirst().dropLast() {
            let image = image(parameter)
            let name = image.first == .dollar ? Array(image.dropFirst()) : image
            parameters.append(builder.slot(name))
            nullTexts.append([.dollar] + name)
        }
        builder.macros[name] = MacroDefinition(parameters: parameters, nullTexts: nullTexts, body: body)
    }

    private func checkEvaluate(_ node: SyntaxNode) throws(TemplateSyntaxError) {
        guard node.children.count == 1 else {
            throw failure(node, found: "#evaluate with \(node.children.count) arguments", expected: "exactly one")
        }
        switch node.children[0].kind {
        case .string, .reference: return
        default:
            throw failure(node, found: "#evaluate of something else", expected: "a string or a reference")
        }
    }

    private mutating func compileCall(
        _ node: SyntaxNode,
        _ name: [UInt8],
        _ hasArguments: Bool,
        _ children: [Int32],
        _ line: Int32,
    ) -> Int32 {
        let isBlock = name.first == .at
        if isBlock, !hasArguments {
            let range = builder.add(text: [.hash] + name)
            return builder.add(Node(operation: .text, line: line, a: range.offset, b: range.count))
        }
        var text: [UInt8] = []
        for index in node.first...node.last { text += parser.image(index) }
        let literal = builder.add(text: text)
        guard builder.profile == .velocity else {
            return builder.add(Node(operation: .text, line: line, a: literal.offset, b: literal.count))
        }
        let arguments = isBlock ? Array(children.dropLast()) : children
        let hasWord = node.children.contains { child in
            if case .word = child.kind { true } else { false }
        }
        builder.calls.append(
            MacroCall(
                name: builder.name(isBlock ? Array(name.dropFirst()) : name),
                firstArgument: builder.add(children: arguments),
                argumentCount: Int32(arguments.count),
                body: isBlock ? children.last ?? -1 : -1,
                literal: literal,
                hasWord: hasWord,
                line: line,
            )
        )
        return builder.add(Node(operation: .macro, line: line, a: Int32(builder.calls.count - 1)))
    }
}
