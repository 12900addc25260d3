/// Told what a template does while it renders: `--trace` of the command line.
public protocol TemplateTrace {
    /// A reference was printed, with what it printed and the line it stands on.
    func reference(_ text: String, value: String, line: Int)

    /// A directive ran: its name, what it did, and its line.
    func directive(_ name: String, detail: String, line: Int)
}

extension Renderer {
    /// The value's text, cut to what a line of a trace can show.
    private mutating func shown(_ value: Value) throws(Interruption) -> String {
        if case .object(let object) = value, object is BlockObject { return "(a block)" }
        if value.isNull { return "(no value)" }
        let text = try text(of: value) ?? []
        let string = String(decoding: text.prefix(200), as: UTF8.self)
        return text.count > 200 ? string + "…" : string
    }

    mutating func traceReference(_ reference: Reference, _ value: Value) throws(Interruption) {
        let literal = String(decoding: program.bytes(reference.pointee.literal), as: UTF8.self)
        trace?.reference(literal, value: try shown(value), line: Int(reference.pointee.line))
    }

    mutating func traceSet(_ node: Node, _ value: Value) {
        let literal = String(decoding: program.bytes(references[Int(node.a)].literal), as: UTF8.self)
        let shown = (try? shown(value)) ?? "(no text)"
        let detail = value.isNull ? "\(literal) keeps its value: the right side has none" : "\(literal) = \(shown)"
        trace?.directive("#set", detail: detail, line: Int(node.line))
    }

    func traceBranch(_ node: Node, isFirst: Bool, _ condition: Int32, _ isTaken: Bool) {
        let name = condition < 0 ? "#else" : isFirst ? "#if" : "#elseif"
        let line = condition < 0 ? node.line : nodes[Int(condition)].line
        trace?.directive(name, detail: isTaken ? "taken" : "not taken", line: Int(line))
    }

    mutating func traceLoop(_ node: Node, _ list: Value) {
        guard isTracing, let trace else { return }
        let detail = size(of: list).map { "over \($0) elements" } ?? "over \(describe(list))"
        trace.directive("#foreach", detail: detail, line: Int(node.line))
    }

    func traceDirective(_ name: String, _ node: Node) {
        if isTracing { trace?.directive(name, detail: "", line: Int(node.line)) }
    }
}
