/// References: their values, how they print, and what assigning to them does.
extension Renderer {
    typealias Reference = UnsafePointer<ReferenceRecord>

    // MARK: Printing

    mutating func renderReference(_ reference: Reference) throws(Interruption) {
        line = reference.pointee.line
        lines?.note(line, at: output.count)
        if reference.pointee.isText {
            output.append(contentsOf: program.bytes(reference.pointee.nullText))
            return
        }
        if reference.pointee.isEscaped { return try renderEscaped(reference) }
        if reference.pointee.shape != .general, !isTracing, try renderDirectly(reference) { return }
        let value = try value(of: reference)
        if isTracing { try traceReference(reference, value) }
        try write(value, reference)
    }

    private mutating func write(_ value: Value, _ reference: Reference) throws(Interruption) {
        if case .object(let object) = value, let block = object as? BlockObject {
            // A block prints in place, and without what stands before the reference.
            if try render(block) { return }
            guard let text = try text(of: block) else { return try writeNull(reference) }
            writePrefix(reference)
            JavaText.append(text, to: &output)
            return
        }
        if value.isNull { return try writeNull(reference) }
        writePrefix(reference)
        let mark = output.count
        try print(value)
        try spend(bytes: output.count - mark)
        if output.count > limits.outputBytes {
            throw fail(.limit, "the output has more than \(limits.outputBytes) bytes")
        }
    }

    /// Appends the text of a value to the output.
    private mutating func print(_ value: Value) throws(Interruption) {
        switch value {
        case .literal(let range):
            return JavaText.append(main.bytes(range), to: &output)
        case .text(let bytes):
            return JavaText.append(bytes, to: &output)
        case .integer(let number):
            return Self.append(Int64(number), to: &output)
        case .node(let place):
            if printScalar(place) { return }
        default:
            break
        }
        // What prints a value may print blocks, and those print to the output.
        var text: [UInt8] = []
        swap(&text, &output)
        defer { swap(&text, &output) }
        _ = try append(value, to: &text)
    }

    private mutating func writePrefix(_ reference: Reference) {
        if reference.pointee.escapes.count > 0 { output.append(contentsOf: program.bytes(reference.pointee.escapes)) }
        if reference.pointee.prefix.count > 0 { output.append(contentsOf: program.bytes(reference.pointee.prefix)) }
    }

    private mutating func writeNull(_ reference: Reference) throws(Interruption) {
        if reference.pointee.escapes.count > 0 { output.append(contentsOf: program.bytes(reference.pointee.escapes)) }
        writePrefix(reference)
        output.append(contentsOf: nullText(reference))
    }

    /// What is printed without a value: the reference, or in a macro the argument as the call has it.
    private func nullText(_ reference: Reference) -> UnsafeBufferPointer<UInt8> {
        let text = program.bytes(reference.pointee.nullText)
        return frame?.literal(of: text) ?? text
    }

    /// A backslash before it prints the reference as it is written; the backslash stays if there is no value.
    private mutating func renderEscaped(_ reference: Reference) throws(Interruption) {
        let value = try value(of: reference)
        output.append(contentsOf: program.bytes(reference.pointee.escapes))
        if value.isNull { output.append(.backslash) }
        output.append(contentsOf: nullText(reference))
    }

    // MARK: Values

    mutating func value(of reference: Reference) throws(Interruption) -> Value {
        if reference.pointee.isText { return .null }
        var value = try variable(reference.pointee.slot)
        guard !value.isNull else { return missing }
        let first = steps + Int(reference.pointee.firstStep)
        for index in 0..<Int(reference.pointee.stepCount) {
            value = try apply(first + index, to: value)
            if value.isNull { return missing }
        }
        return value
    }

    /// In the service a missing value is the empty string.
    private var missing: Value { isService ? absent : .null }

    @inline(__always)
    mutating func apply(_ step: UnsafePointer<Step>, to receiver: Value) throws(Interruption) -> Value {
        try spend()
        switch step.pointee.kind {
        case .property: return try property(step, of: receiver)
        case .method:
            if step.pointee.path >= 0, case .input = receiver { return try inputCall(step) }
            return try call(step, on: receiver)
        case .index: return try index(step, receiver)
        }
    }

    func name(_ step: UnsafePointer<Step>) -> UnsafeBufferPointer<UInt8> { program.bytes(step.pointee.name) }

    private mutating func call(_ step: UnsafePointer<Step>, on receiver: Value) throws(Interruption) -> Value {
        let arguments = try arguments(of: step)
        line = step.pointee.line
        let receiver = resolved(receiver)
        guard let method = step.pointee.method else {
            try refuse(String(decoding: name(step), as: UTF8.self), on: receiver)
            return .null
        }
        return try call(method, on: receiver, arguments)
    }

    mutating func arguments(of step: UnsafePointer<Step>) throws(Interruption) -> Arguments {
        var arguments = Arguments()
        let first = Int(step.pointee.firstArgument)
        for index in first..<(first + Int(step.pointee.argumentCount)) {
            arguments.append(try value(children[index]))
        }
        return arguments
    }

    // MARK: Indexes

    private mutating func index(_ step: UnsafePointer<Step>, _ receiver: Value) throws(Interruption) -> Value {
        let argument = try value(children[Int(step.pointee.firstArgument)])
        line = step.pointee.line
        let receiver = resolved(receiver)
        return try element(adjusted(argument, for: receiver), of: receiver)
    }

    /// A negative index counts from the end of whatever has a size.
    private mutating func adjusted(_ argument: Value, for receiver: Value) throws(Interruption) -> Value {
        guard let number = number(argument), case .integer(let index) = number, index < 0 else {
            return argument
        }
        guard let size = size(of: receiver) else {
            throw fail(
                .template,
                "the negative index \(index) needs a value with a size, but \(describe(receiver)) has none",
            )
        }
        return .integer(Int32(truncatingIfNeeded: size &+ Int(index)))
    }

    /// `receiver.get(argument)`, as an index calls it.
    private mutating func element(_ argument: Value, of receiver: Value) throws(Interruption) -> Value {
        var arguments = Arguments()
        arguments.append(argument)
        return try call(.get, on: receiver, arguments)
    }

    // MARK: Assigning

    /// Assigns to a property or an element.
    mutating func assign(_ reference: Reference, _ value: Value) throws(Interruption) {
        var receiver = try variable(reference.pointee.slot)
        guard !receiver.isNull else { return }
        let first = steps + Int(reference.pointee.firstStep)
        let last = first + (Int(reference.pointee.stepCount) - 1)
        for index in 0..<Int(reference.pointee.stepCount - 1) {
            receiver = try apply(first + index, to: receiver)
            if receiver.isNull { return }
        }
        receiver = resolved(receiver)
        if last.pointee.kind == .index { return try assignElement(last, of: receiver, value) }
        line = last.pointee.line
        try assignProperty(last, of: receiver, value)
    }

    /// `set(index, value)` or else `put(key, value)`.
    private mutating func assignElement(
        _ step: UnsafePointer<Step>,
        of receiver: Value,
        _ value: Value,
    ) throws(Interruption) {
        let argument = try adjusted(self.value(children[Int(step.pointee.firstArgument)]), for: receiver)
        var arguments = Arguments()
        arguments.append(argument)
        arguments.append(value)
        line = step.pointee.line
        _ = try call(isMap(receiver) ? .put : .set, on: receiver, arguments)
    }

    /// Only maps have properties to set, apart from the value of an entry.
    private mutating func assignProperty(
        _ step: UnsafePointer<Step>,
        of receiver: Value,
        _ value: Value,
    ) throws(Interruption) {
        let name = name(step)
        if case .object(let object) = receiver {
            if let entry = object as? EntryObject, name.elementsEqual("value".utf8) || name.elementsEqual("Value".utf8)
            {
                _ = try set(entry, value)
            } else if let scope = object as? LoopScope {
                _ = try put(string(step.pointee.name), value, in: scope.members)
            }
            return
        }
        if let map = try changeableMap(receiver) { _ = try put(string(step.pointee.name), value, in: map) }
    }
}
