import JSONPath

/// References: how they print, and the steps behind the name.
extension Compiler {
    mutating func compileReference(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Int32 {
        let line = line(node)
        var steps: [Step] = []
        for child in node.children { steps.append(try compileStep(child)) }
        let (record, root) = analyze(node, line)
        var reference = record
        reference.slot = builder.slot(root)
        reference.literal = builder.add(text: literal(node) ?? [])
        reference.firstStep = Int32(builder.steps.count)
        reference.stepCount = Int32(steps.count)
        builder.steps += steps
        reference.shape = shape(of: reference, steps)
        builder.references.append(reference)
        return builder.add(Node(operation: .reference, line: line, a: Int32(builder.references.count - 1)))
    }

    private func shape(of reference: ReferenceRecord, _ steps: [Step]) -> ReferenceRecord.Shape {
        guard reference.isComputable, !reference.isText, !reference.isEscaped,
            reference.prefix.count == 0, reference.escapes.count == 0
        else { return .general }
        if steps.allSatisfy({ $0.kind == .property && $0.method != .getClass }) { return .path }
        guard steps.count == 1, steps[0].kind == .method, steps[0].argumentCount == 1 else { return .general }
        if reference.slot == BuiltInSlot.input {
            return steps[0].method == .json && steps[0].path >= 0 ? .inputJSON : .general
        }
        let argument = builder.nodes[Int(builder.children[Int(steps[0].firstArgument)])]
        guard reference.slot == BuiltInSlot.util, steps[0].method == .escapeJavaScript,
            argument.operation == .reference,
            builder.references[Int(argument.a)].shape == .path
        else { return .general }
        return .escapeJavaScript
    }

    /// Takes the escapes and stray characters off the reference's first token; the record and the name of
    /// the variable.
    private mutating func analyze(_ node: SyntaxNode, _ line: Int32) -> (ReferenceRecord, root: [UInt8]) {
        var record = ReferenceRecord(slot: 0, line: line)
        var image = image(node)
        if let root = Self.slashBang(image) {
            record.isComputable = false
            record.nullText = builder.add(text: root)
            return (record, root)
        }
        let slashes = image.prefix { $0 == .backslash }.count
        record.isEscaped = slashes % 2 == 1
        record.escapes = builder.add(text: Array(image.prefix(slashes / 2)))
        image.removeFirst(slashes)
        if let dollar = image.lastIndex(of: .dollar), dollar > 0 {
            record.prefix = builder.add(text: Array(image[..<dollar]))
            image.removeFirst(dollar)
        }
        parser.rewrite(node.first, image)
        record.nullText = builder.add(text: literal(node) ?? [])

        let next = node.first + 1 < parser.tokens.count ? parser.image(node.first + 1) : []
        if image.starts(with: [.dollar, .exclamation]) {
            if !record.isEscaped { record.nullText = TextRange() }
            return (
                record, image.starts(with: [.dollar, .exclamation, .leftCurly]) ? next : Array(image.dropFirst(2)),
            )
        }
        if image == [.dollar, .leftCurly] { return (record, next) }
        if image.first == .dollar { return (record, Array(image.dropFirst())) }
        record.isText = true
        record.nullText = builder.add(text: image)
        return (record, image)
    }

    /// `$\!name` is no reference: its text, one of the backslashes taken off; nil for others.
    private static func slashBang(_ image: [UInt8]) -> [UInt8]? {
        let found = image.indices.dropLast().contains { image[$0] == .backslash && image[$0 + 1] == .exclamation }
        guard found, let dollar = image.firstIndex(of: .dollar),
            let start = image[dollar...].firstIndex(of: .backslash)
        else { return nil }
        let end = image[start...].firstIndex { $0 != .backslash } ?? image.endIndex
        return Array(image[..<(end - 1)] + image[end...])
    }

    private mutating func compileStep(_ node: SyntaxNode) throws(TemplateSyntaxError) -> Step {
        let line = line(node)
        switch node.kind {
        case .method:
            let name = image(node)
            var step = Step(kind: .method, line: line)
            step.method = Method(rawValue: String(decoding: name, as: UTF8.self))
            step.name = builder.add(text: name)
            step.nameIndex = builder.name(name)
            let arguments = try compileAll(node.children.dropFirst())
            step.argumentCount = Int32(arguments.count)
            step.firstArgument = builder.add(children: arguments)
            if arguments.count == 1, step.method == .path || step.method == .json { step.path = path(arguments[0]) }
            return step
        case .index:
            var step = Step(kind: .index, line: line)
            step.name = builder.add(text: [.leftBracket])
            step.firstArgument = builder.add(children: try compileAll(node.children))
            step.argumentCount = Int32(node.children.count)
            return step
        default:
            let name = image(node)
            var step = Step(kind: .property, line: line)
            step.name = builder.add(text: name)
            step.nameIndex = builder.name(name)
            step.method = Self.getter("get", name)
            step.booleanGetter = Self.getter("is", name)
            return step
        }
    }

    /// The getter of a property, `getName` for `name`. Velocity tries the name as it is and with the case
    /// of its first letter turned.
    private static func getter(_ prefix: String, _ property: [UInt8]) -> Method? {
        let name = String(decoding: property, as: UTF8.self)
        if let method = Method(rawValue: prefix + name) { return method }
        guard let first = property.first, first.isLetter else { return nil }
        let turned = String(decoding: [first ^ 0x20] + property.dropFirst(), as: UTF8.self)
        return Method(rawValue: prefix + turned)
    }

    /// Compiles a JSONPath that is a constant string.
    private mutating func path(_ argument: Int32) -> Int32 {
        let node = builder.nodes[Int(argument)]
        guard node.operation == .string else { return -1 }
        let expression = String(decoding: builder.text[Int(node.a)..<Int(node.a + node.b)], as: UTF8.self)
        builder.paths.append(CompiledPath(expression))
        return Int32(builder.paths.count - 1)
    }
}
