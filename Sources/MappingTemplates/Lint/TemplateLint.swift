/// Findings that need no rendering.
struct TemplateLint {
    private let program: Program
    private let lines: [ArraySlice<UInt8>]

    init(_ program: Program, _ source: [UInt8]) {
        self.program = program
        lines = source.split(separator: .newLine, omittingEmptySubsequences: false)
    }

    // MARK: Unknown members

    /// What `$util` and `$input` have.
    private static let members: [Int32: (name: String, methods: [Method], names: [String])] = [
        BuiltInSlot.util: ("$util", UtilFunction.all + [.getClass], UtilFunction.all.map(\.rawValue).sorted()),
        BuiltInSlot.input: (
            "$input", [.body, .getBody, .params, .path, .json, .getClass], ["body", "json", "params", "path"],
        ),
    ]

    /// References to members that `$util` and `$input` do not have: they print nothing.
    func unknownMembers() -> [TemplateFinding] {
        let assigned = assignedSlots()
        return (0..<program.referenceCount).compactMap { index in
            let reference = program.references[index]
            guard !reference.isText, !reference.isEscaped, reference.stepCount > 0,
                let owner = Self.members[reference.slot], !assigned.contains(reference.slot)
            else { return nil }
            let step = program.steps[Int(reference.firstStep)]
            let name = String(decoding: program.bytes(step.name), as: UTF8.self)
            switch step.kind {
            case .index: return nil
            case .method: if let method = step.method, owner.methods.contains(method) { return nil }
            case .property:
                if name == "body" || step.method == .getClass, reference.slot == BuiltInSlot.input { return nil }
            }
            let called = step.kind == .method ? "\(name)()" : name
            return finding(
                reference,
                "\(owner.name) has no \(called), so that this prints nothing",
                expected: "expected one of: \(owner.names.joined(separator: ", "))",
                suggestion: Nearest.name(to: name, among: owner.names).map { "did you mean \"\($0)\"?" },
            )
        }
    }

    /// Variables that the template itself sets, which then are no longer the service's.
    private func assignedSlots() -> Set<Int32> {
        var slots: Set<Int32> = []
        for index in 0..<program.nodeCount {
            let node = program.nodes[index]
            switch node.operation {
            case .set where node.c >= 0: slots.insert(node.c)
            case .foreach, .define: slots.insert(node.a)
            default: break
            }
        }
        return slots
    }

    // MARK: JSON in quotes

    /// `"$input.json(…)"`: the result has its own quotes if it is a string, and quotes inside if it is an object.
    func quotedJSON() -> [TemplateFinding] {
        var findings: [TemplateFinding] = []
        var state = QuoteState()
        walk(program.root, &state, &findings)
        return findings
    }

    /// Whether the text so far ends inside a JSON string.
    private struct QuoteState {
        var isOpen = false
        var isEscaped = false

        mutating func pass(_ text: UnsafeBufferPointer<UInt8>) {
            for byte in text {
                if isEscaped {
                    isEscaped = false
                } else if byte == .backslash {
                    isEscaped = isOpen
                } else if byte == .quote {
                    isOpen.toggle()
                }
            }
        }
    }

    /// Follows the text of a node; of several branches the first decides how the text goes on.
    private func walk(_ number: Int32, _ state: inout QuoteState, _ findings: inout [TemplateFinding]) {
        let node = program.nodes[Int(number)]
        switch node.operation {
        case .text:
            state.pass(program.bytes(TextRange(offset: node.a, count: node.b)))
        case .block:
            for index in Int(node.a)..<Int(node.a + node.b) { walk(program.children[index], &state, &findings) }
        case .reference:
            let reference = program.references[Int(node.a)]
            if state.isOpen, printsJSON(reference) {
                findings.append(
                    finding(
                        reference,
                        "$input.json(…) stands inside quotes, but it prints the quotes of a string itself",
                        suggestion: "leave the quotes out, or write $util.escapeJavaScript($input.path(…)) inside them",
                    )
                )
            }
            state.isEscaped = false
        case .branch:
            var first: QuoteState?
            for index in stride(from: Int(node.a) + 1, to: Int(node.a + node.b), by: 2) {
                var branch = state
                walk(program.children[index], &branch, &findings)
                if first == nil { first = branch }
            }
            state = first ?? state
        case .foreach where node.c >= 0:
            var body = state
            walk(node.c, &body, &findings)
        case .define:
            var block = QuoteState()
            walk(node.b, &block, &findings)
        default:
            break
        }
    }

    private func printsJSON(_ reference: ReferenceRecord) -> Bool {
        guard reference.slot == BuiltInSlot.input, reference.stepCount == 1, !reference.isText, !reference.isEscaped
        else { return false }
        let step = program.steps[Int(reference.firstStep)]
        return step.kind == .method && step.method == .json && step.argumentCount == 1
    }

    // MARK: Places

    private func finding(
        _ reference: ReferenceRecord,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil,
    ) -> TemplateFinding {
        TemplateFinding(
            line: Int(reference.line),
            column: column(of: reference),
            message: message,
            expected: expected,
            suggestion: suggestion,
        )
    }

    /// Where the reference stands on its line: where its text is found first.
    private func column(of reference: ReferenceRecord) -> Int? {
        guard lines.indices.contains(Int(reference.line) - 1) else { return nil }
        let line = lines[Int(reference.line) - 1]
        let literal = program.bytes(reference.literal).prefix { $0 != .newLine }
        var rest = line
        while rest.count >= literal.count, !literal.isEmpty {
            if rest.starts(with: literal) {
                return line[..<rest.startIndex].count { $0 & 0xC0 != 0x80 } + 1
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}
