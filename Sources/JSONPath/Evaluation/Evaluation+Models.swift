import OrderedJSON

/// What steps and filters ask of a value, wherever it comes from.
extension Evaluation {
    /// The kind of JSON value; nil for a set of keys, which Jayway holds for none.
    func kind(_ model: Model) -> JSONKind? {
        switch model {
        case .node(let position): tape.kind(position)
        case .value(.node(let node)): node.kind
        case .value(.null): .null
        case .value(.integer), .value(.double): .number
        case .value(.string): .string
        case .value(.list): .array
        case .value(.object): .object
        case .value(.keys): nil
        }
    }

    /// The number of elements or members; zero for scalars.
    func count(_ model: Model) -> Int {
        switch model {
        case .node(let position): tape.count(position)
        case .value(.node(let node)): node.count
        case .value(.list(let list)): list.count
        case .value(.object(let members)): members.count
        default: 0
        }
    }

    func property(_ key: [UInt8], of model: Model) throws(Interruption) -> Model? {
        switch model {
        case .node(let position):
            try spend(1 + tape.count(position) / 8)
            return key.withUnsafeBufferPointer { tape.value(forKey: $0, of: position) }.map { .node($0) }
        case .value(.node(let node)):
            try spend(1 + node.count / 8)
            let found = node.document.withTape { tape in
                key.withUnsafeBufferPointer { tape.value(forKey: $0, of: node.position) }
            }
            return found.map { .value(.node(JSONNode(document: node.document, position: $0))) }
        case .value(.object(let members)):
            try spend(1 + members.count)
            return members.first { $0.key.utf8.elementsEqual(key) }.map { self.model($0.value) }
        default:
            return nil
        }
    }

    /// The values of an object's members, in order.
    func memberValues(_ model: Model) -> ModelSequence {
        switch model {
        case .node(let position): ModelSequence(.members(tape.members(position)))
        case .value(.node(let node)): ModelSequence(.models(node.members.map { .value(.node($0.value)) }[...]))
        case .value(.object(let members)): ModelSequence(.models(members.map { self.model($0.value) }[...]))
        default: ModelSequence(.models([]))
        }
    }

    /// The elements of a list, in order.
    func elements(_ model: Model) -> ModelSequence {
        switch model {
        case .node(let position): ModelSequence(.elements(tape.elements(position)))
        case .value(.node(let node)): ModelSequence(.models(node.elements.map { .value(.node($0)) }[...]))
        case .value(.list(let list)): ModelSequence(.models(list.map { self.model($0) }[...]))
        default: ModelSequence(.models([]))
        }
    }

    /// The element at `index`, counted from the end if negative; nil if there is none.
    func element(_ index: Int, of model: Model) throws(Interruption) -> Model? {
        let index = index < 0 ? index + count(model) : index
        guard index >= 0, index < count(model) else { return nil }
        switch model {
        case .node(let position):
            try spend(1 + index / 8)
            return tape.element(index, of: position).map { .node($0) }
        case .value(.node(let node)):
            try spend(1 + index / 8)
            return node[index].map { .value(.node($0)) }
        case .value(.list(let list)):
            return self.model(list[index])
        default:
            return nil
        }
    }

    /// A value as a model: as a position if it is of this document.
    func model(_ value: JSONPathValue) -> Model {
        if case .node(let node) = value, node.document === document { return .node(node.position) }
        return .value(value)
    }

    func keys(_ model: Model) -> [String] {
        switch model {
        case .node(let position): tape.members(position).map { tape.string($0.key) }
        case .value(.node(let node)): node.members.map { $0.key.string ?? "" }
        case .value(.object(let members)): members.map(\.key)
        default: []
        }
    }

    /// The text of a string; nil for other kinds.
    func string(_ model: Model) -> String? {
        switch model {
        case .node(let position): tape.kind(position) == .string ? tape.string(position) : nil
        case .value(.node(let node)): node.string
        case .value(.string(let text)): text
        default: nil
        }
    }

    /// A number as Java's class for it; nil for other kinds.
    func number(_ model: Model) -> JavaNumber? {
        switch model {
        case .node(let position): tape.kind(position) == .number ? JavaNumber(tape.number(position)) : nil
        case .value(.node(let node)): node.number.map { JavaNumber($0) }
        case .value(.integer(let value)): .integer(Int32(clamping: value))
        case .value(.double(let value)): .double(value)
        default: nil
        }
    }

    func boolean(_ model: Model) -> Bool? {
        switch model {
        case .node(let position): tape.kind(position) == .boolean ? tape.isTrue(position) : nil
        case .value(.node(let node)): node.bool
        default: nil
        }
    }
}
