import OrderedJSON

/// Renders one program once. It cannot be copied, so that no call does it by accident.
struct Renderer: ~Copyable {
    // The program that runs. `#evaluate` runs others, so these are set together.
    var program: Program
    var nodes: UnsafePointer<Node>
    var children: UnsafePointer<Int32>
    var references: UnsafePointer<ReferenceRecord>
    var steps: UnsafePointer<Step>
    /// The template's own program, to whose text ``Value/literal(_:)`` points.
    let main: Program

    let isService: Bool
    let limits: TemplateLimits
    let bindings: TemplateBindings
    let trace: (any TemplateTrace)?
    /// Whether there is a trace: asking the existential itself would copy it.
    let isTracing: Bool
    /// What stands for a value that is missing, in the service: the empty string.
    let absent: Value
    /// Which line printed what, if anybody wants to know.
    var lines: OutputLines?

    var variables: [Value]
    var output: [UInt8] = []
    /// What is left of the work that one rendering may be.
    var budget: Int
    /// How many blocks are open, strings and macros included.
    var depth = 0
    var failure: TemplateRenderError?
    /// The line that is being rendered.
    var line: Int32 = 1

    // Payloads, by number, and the values in them that the template has changed.
    var documents: [JSONDocument] = []
    var tapes: [JSONTape] = []
    var changed: [NodePlace: Value] = [:]
    /// The number of the document that `$input` reads.
    var payload: Int32 = -1
    /// Whether some string may hold half of a surrogate pair.
    var hasSurrogates = false

    // Only with the profile `velocity`.
    var frame: MacroFrame?
    var macros: [[UInt8]: Macro] = [:]
    var macroDepth = 0
    var slots: [[UInt8]: Int32] = [:]

    var patterns = PatternCache()
    /// What the template has changed so that it may hold itself.
    var links: [any Link] = []
    var contextState: ContextState
    var stageVariables: MapObject?
    var parameterMap: MapObject?

    init(
        _ program: Program,
        bindings: TemplateBindings,
        overrides: TemplateOverrides,
        limits: TemplateLimits,
        trace: (any TemplateTrace)?,
        absent: Value = .empty,
    ) {
        main = program
        self.program = program
        nodes = UnsafePointer(program.nodes)
        children = UnsafePointer(program.children)
        references = UnsafePointer(program.references)
        steps = UnsafePointer(program.steps)
        isService = program.profile == .aws
        self.limits = limits
        self.bindings = bindings
        self.trace = trace
        isTracing = trace != nil
        self.absent = absent
        budget = limits.work
        contextState = ContextState(overrides: overrides)
        variables = [Value](repeating: .null, count: program.slotCount)
        variables[Int(BuiltInSlot.input)] = .input
        variables[Int(BuiltInSlot.util)] = .util
        if !isService { slots = program.slots }
        if !program.macros.isEmpty { define(program.macros, of: program) }
    }

    /// Renders the whole template.
    mutating func run() throws(TemplateRenderError) {
        do throws(Interruption) {
            try render(program.root)
        } catch .failed {
            throw failure ?? TemplateRenderError(.internal, line: Int(line), message: "rendering failed")
        } catch {
            // #stop, and #break outside a loop, end the template.
        }
        if hasSurrogates { JavaText.replaceSurrogates(in: &output, from: 0) }
        guard output.count <= limits.outputBytes else {
            throw TemplateRenderError(.limit, line: Int(line), message: outputMessage)
        }
    }

    var outputMessage: String { "the output has more than \(limits.outputBytes) bytes" }

    mutating func select(_ program: Program) {
        self.program = program
        nodes = UnsafePointer(program.nodes)
        children = UnsafePointer(program.children)
        references = UnsafePointer(program.references)
        steps = UnsafePointer(program.steps)
    }

    // MARK: Bounds

    /// Takes work off the budget. One unit is a step of the template, or 64 bytes copied.
    @inline(__always)
    mutating func spend(_ work: Int = 1) throws(Interruption) {
        budget &-= work
        if budget < 0 { throw exhausted() }
    }

    private mutating func exhausted() -> Interruption {
        budget = 0
        return fail(.limit, "the template does more work than one rendering may: an endless or very large loop?")
    }

    mutating func spend(bytes: Int) throws(Interruption) {
        guard bytes <= limits.outputBytes else { throw fail(.limit, outputMessage) }
        try spend(1 + bytes >> 6)
    }

    /// Enters a block; leave with `depth -= 1`.
    mutating func enter() throws(Interruption) {
        depth += 1
        if depth > limits.recursion {
            throw fail(.limit, "more than \(limits.recursion) blocks inside each other")
        }
    }

    /// Notes why rendering fails.
    mutating func fail(_ reason: TemplateRenderError.Reason, _ message: String, suggestion: String? = nil)
        -> Interruption
    {
        failure = TemplateRenderError(reason, line: Int(line), message: message, suggestion: suggestion)
        return .failed
    }

    // MARK: Statements

    mutating func render(_ number: Int32) throws(Interruption) {
        let node = nodes[Int(number)]
        try spend()
        switch node.operation {
        case .text:
            lines?.note(node.line, at: output.count)
            output.append(contentsOf: program.bytes(TextRange(offset: node.a, count: node.b)))
            if output.count > limits.outputBytes { throw fail(.limit, outputMessage) }
            try spend(Int(node.b) >> 6)
        case .block:
            try renderBlock(node)
        case .reference:
            try renderReference(references + Int(node.a))
        case .set:
            try set(node)
        case .branch:
            try branch(node)
        case .foreach:
            try loop(number)
        case .define:
            line = node.line
            let block = BlockObject(program: program, block: node.b, frame: frame, maximumDepth: 2)
            if let frame { note(frame, holds: .object(block)) }
            assign(node.a, .object(block))
        case .break:
            try breakLoop(node)
        case .stop:
            if node.a >= 0 { _ = try value(node.a) }
            traceDirective("#stop", node)
            throw .stop
        case .evaluate: try evaluate(node)
        case .include: try include(node)
        case .parse: try parse(node)
        case .macro: try callMacro(node)
        case .list, .map:
            // Only where a value stands for a block: its references print.
            for index in Int(node.a)..<Int(node.a + node.b) { try render(children[index]) }
        case .range:
            try render(node.a)
            try render(node.b)
        case .nothing, .null, .boolean, .integer, .long, .double, .constant, .string, .template, .expression, .or, .and,
            .not, .comparison, .arithmetic:
            break
        }
    }

    @inline(__always)
    private mutating func renderBlock(_ node: Node) throws(Interruption) {
        try enter()
        for index in Int(node.a)..<Int(node.a + node.b) { try render(children[index]) }
        depth -= 1
    }

    private mutating func set(_ node: Node) throws(Interruption) {
        line = node.line
        let value = try value(node.b)
        if isTracing { traceSet(node, value) }
        if value.isNull { return }
        if node.c >= 0 {
            assign(node.c, value)
        } else {
            try assign(references + Int(node.a), value)
        }
    }

    private mutating func branch(_ node: Node) throws(Interruption) {
        var index = Int(node.a)
        let end = index + Int(node.b)
        while index < end {
            let condition = children[index]
            line = node.line
            let isTaken = condition < 0 ? true : try truth(condition)
            if isTracing { traceBranch(node, isFirst: index == Int(node.a), condition, isTaken) }
            if isTaken { return try render(children[index + 1]) }
            index += 2
        }
    }

    private mutating func breakLoop(_ node: Node) throws(Interruption) {
        line = node.line
        traceDirective("#break", node)
        guard node.a >= 0 else { throw .breakNearest }
        let argument = try value(node.a)
        guard case .object(let object) = argument, let scope = object as? LoopScope else {
            throw fail(.template, "#break takes $foreach or nothing, but its argument is \(describe(argument))")
        }
        throw .breakLoop(scope.node)
    }

    // MARK: Variables

    func variableIsDefined(_ slot: Int32) -> Bool { !variables[Int(slot)].isNull }

    mutating func assign(_ slot: Int32, _ value: Value) {
        if let frame { frame.assign(slot, value) }
        variables[Int(slot)] = value
    }

    @inline(__always)
    mutating func variable(_ slot: Int32) throws(Interruption) -> Value {
        if let frame { return try variable(slot, in: frame) }
        let value = variables[Int(slot)]
        if value.isNull { return builtIn(slot) }
        return value
    }
}
