import OrderedJSON

/// References that print straight from the payload, without a value being made first. They print what the general
/// way prints; where that is not certain, they leave it to the general way.
extension Renderer {
    /// False if nothing was printed, and the reference must go the general way.
    mutating func renderDirectly(_ reference: Reference) throws(Interruption) -> Bool {
        guard changed.isEmpty, frame == nil else { return false }
        let mark = output.count
        switch reference.pointee.shape {
        case .general:
            return false
        case .path:
            guard let place = place(of: reference), printScalar(place) else { return false }
        case .inputJSON:
            guard case .input = variables[Int(reference.pointee.slot)],
                let position = try plainPosition(program.paths[Int(steps[Int(reference.pointee.firstStep)].path)])
            else { return false }
            let tape = tapes[Int(payload)]
            if position < 0 || tape.kind(position) == .null {
                output.append(contentsOf: "\"\"".utf8)
            } else {
                JSONWriter.append(tape, position, to: &output, style: .inputJSON)
            }
        case .escapeJavaScript:
            guard case .util = variables[Int(reference.pointee.slot)] else { return false }
            let argument = nodes[Int(children[Int(steps[Int(reference.pointee.firstStep)].firstArgument)])]
            guard let place = place(of: references + Int(argument.a)) else { return false }
            let tape = tapes[Int(place.document)]
            let position = Int(place.position)
            guard tape.kind(position) == .string, !tape.hasEscapes(position) else { return false }
            JavaScriptText.append(tape.sourceText(position), to: &output)
        }
        try spend(Int(reference.pointee.stepCount) + 1)
        try spend(bytes: output.count - mark)
        if output.count > limits.outputBytes { throw fail(.limit, outputMessage) }
        return true
    }

    /// Where the value of a reference without methods is in a payload; nil if it is not in one, or null.
    private func place(of reference: Reference) -> NodePlace? {
        guard case .node(let start) = variables[Int(reference.pointee.slot)] else { return nil }
        let tape = tapes[Int(start.document)]
        var position = Int(start.position)
        let first = steps + Int(reference.pointee.firstStep)
        for index in 0..<Int(reference.pointee.stepCount) {
            guard let next = tape.value(forKey: name(first + index), of: position) else { return nil }
            position = next
        }
        if tape.kind(position) == .null { return nil }
        return NodePlace(document: start.document, position: Int32(truncatingIfNeeded: position))
    }
}
