/// Macros, `#evaluate`, `#include` and `#parse`: only with the profile `velocity`.
struct Macro {
    let program: Program
    let definition: MacroDefinition
}

/// The variables of one macro call. Arguments are evaluated each time they are read, in the context of the call.
final class MacroFrame {
    let outer: MacroFrame?
    /// What the macro has assigned, and arguments that are constants.
    var locals: [Int32: Value] = [:]
    var arguments: [Int32: Argument] = [:]
    /// What a parameter without value prints, by the reference's text.
    var literals: [[UInt8]: TextRange] = [:]
    let program: Program

    struct Argument {
        var program: Program
        var node: Int32
    }

    init(outer: MacroFrame?, program: Program) {
        self.outer = outer
        self.program = program
    }

    func assign(_ slot: Int32, _ value: Value) {
        locals[slot] = value
        outer?.assign(slot, value)
    }

    func remove(_ slot: Int32) {
        locals[slot] = nil
        arguments[slot] = nil
        outer?.remove(slot)
    }

    func literal(of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        if let range = literals[Array(text)] { return program.bytes(range) }
        return outer?.literal(of: text)
    }
}

extension Renderer {
    mutating func define(_ definitions: [[UInt8]: MacroDefinition], of program: Program) {
        for (name, definition) in definitions where macros[name] == nil {
            macros[name] = Macro(program: program, definition: definition)
        }
    }

    /// Reads a variable inside a macro: its own, then its arguments, then those of the call around it.
    mutating func variable(_ slot: Int32, in first: MacroFrame) throws(Interruption) -> Value {
        var current: MacroFrame? = first
        while let frame = current {
            if let value = frame.locals[slot], !value.isNull { return value }
            if let argument = frame.arguments[slot] {
                try enter()
                defer { depth -= 1 }
                return try value(of: argument, in: frame.outer)
            }
            current = frame.outer
        }
        let value = variables[Int(slot)]
        return value.isNull ? builtIn(slot) : value
    }

    private mutating func value(of argument: MacroFrame.Argument, in outer: MacroFrame?) throws(Interruption) -> Value {
        let (savedFrame, savedProgram) = (frame, program)
        frame = outer
        if argument.program !== program { select(argument.program) }
        defer {
            frame = savedFrame
            if savedProgram !== program { select(savedProgram) }
        }
        let node = nodes[Int(argument.node)]
        // A plain reference is read as a variable, so that nothing prints for it.
        if node.operation == .reference, references[Int(node.a)].stepCount == 0 {
            return try variable(references[Int(node.a)].slot)
        }
        if node.operation == .text {
            return .text(Array(program.bytes(TextRange(offset: node.a, count: node.b))))
        }
        return try value(argument.node)
    }

    mutating func callMacro(_ node: Node) throws(Interruption) {
        let call = program.calls[Int(node.a)]
        line = node.line
        let name = Array(program.names[Int(call.name)].utf8)
        guard let macro = macros[name] else {
            output.append(contentsOf: program.bytes(call.literal))
            return
        }
        guard !call.hasWord else {
            throw fail(
                .template,
                "the macro #\(String(decoding: name, as: UTF8.self)) was given a bare word as an argument",
            )
        }
        let inner = try frame(for: call, macro)
        try enter()
        // The macro's depth has a limit of its own, far below what the stack bears.
        macroDepth += 1
        guard macroDepth <= 20 else {
            throw fail(.limit, "macros called more than 20 deep, the last #\(String(decoding: name, as: UTF8.self))")
        }
        let saved = (frame, program, depth)
        frame = inner
        if macro.program !== program { select(macro.program) }
        do throws(Interruption) {
            try render(macro.definition.body)
        } catch .breakNearest {
            // #break ends the macro.
        } catch {
            throw error
        }
        (frame, depth) = (saved.0, saved.2)
        if saved.1 !== program { select(saved.1) }
        depth -= 1
        macroDepth -= 1
    }

    private mutating func frame(for call: MacroCall, _ macro: Macro) throws(Interruption) -> MacroFrame {
        let inner = MacroFrame(outer: frame, program: program)
        for (index, slot) in macro.definition.parameters.enumerated() where index < Int(call.argumentCount) {
            let argument = children[Int(call.firstArgument) + index]
            switch nodes[Int(argument)].operation {
            case .reference, .string, .template, .list, .map, .range, .text:
                inner.arguments[slot] = MacroFrame.Argument(program: program, node: argument)
                if nodes[Int(argument)].operation == .reference {
                    inner.literals[macro.definition.nullTexts[index]] = references[Int(nodes[Int(argument)].a)].literal
                }
            default:
                inner.locals[slot] = try value(argument)
            }
        }
        if call.body >= 0 {
            let body = BlockObject(program: program, block: call.body, frame: frame, maximumDepth: 20)
            if let frame { note(frame, holds: .object(body)) }
            inner.locals[BuiltInSlot.bodyContent] = .object(body)
        }
        return inner
    }

    // MARK: #evaluate, #include, #parse

    mutating func evaluate(_ node: Node) throws(Interruption) {
        line = node.line
        let argument = try value(node.a)
        guard !argument.isNull, let source = try text(of: argument), !source.isEmpty else { return }
        // Compiling a byte takes about as long as ten steps.
        try spend(10 + source.count * 10)
        let evaluated: Program
        do throws(TemplateSyntaxError) {
            let builder = ProgramBuilder(profile: .velocity, slots: slots)
            var compiler = Compiler(source: source, name: "#evaluate", builder: builder, limits: limits)
            let root = try compiler.compile()
            evaluated = Program(compiler.builder, root: root)
        } catch {
            throw fail(.template, "#evaluate: \(error.message)")
        }
        slots = evaluated.slots
        while variables.count < evaluated.slotCount { variables.append(.null) }
        define(evaluated.macros, of: evaluated)
        let saved = (program, depth)
        try enter()
        select(evaluated)
        do throws(Interruption) {
            try render(evaluated.root)
        } catch .stop {
            // #stop ends what is evaluated.
        } catch {
            select(saved.0)
            throw error
        }
        select(saved.0)
        depth = saved.1
    }

    /// There are no other templates here, so there is nothing to include.
    mutating func include(_ node: Node) throws(Interruption) {
        line = node.line
        for index in Int(node.a)..<Int(node.a + node.b) {
            let argument = nodes[Int(children[index])].operation
            guard argument == .string || argument == .template || argument == .reference else {
                throw fail(.template, "#include takes strings and references")
            }
            let value = try value(children[index])
            guard !value.isNull else {
                output.append(
                    contentsOf:
                        "<!-- include error :  error with arg \(index - Int(node.a)) please see log.  see error log -->"
                        .utf8
                )
                continue
            }
            throw fail(
                .template,
                "#include: there is no resource \"\(String(decoding: try text(of: value) ?? [], as: UTF8.self))\"",
            )
        }
    }

    mutating func parse(_ node: Node) throws(Interruption) {
        line = node.line
        guard node.b > 0 else { throw fail(.template, "#parse without an argument") }
        let value = try value(children[Int(node.a)])
        guard !value.isNull else { return }
        throw fail(
            .template,
            "#parse: there is no template \"\(String(decoding: try text(of: value) ?? [], as: UTF8.self))\"",
        )
    }
}
