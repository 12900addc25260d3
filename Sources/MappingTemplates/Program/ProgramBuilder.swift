import JSONPath

/// The growing arrays of a program.
struct ProgramBuilder {
    let profile: MappingTemplate.Profile
    var nodes: [Node] = []
    var children: [Int32] = []
    var references: [ReferenceRecord] = []
    var steps: [Step] = []
    var text: [UInt8] = []
    var calls: [MacroCall] = []
    var constants: [Value] = []
    var paths: [CompiledPath] = []
    var names: [String] = []
    var macros: [[UInt8]: MacroDefinition] = [:]
    var slots: [[UInt8]: Int32]
    private var nameIndexes: [[UInt8]: Int32] = [:]
    private var textRanges: [[UInt8]: TextRange] = [:]

    init(profile: MappingTemplate.Profile, slots: [[UInt8]: Int32] = BuiltInSlot.all) {
        self.profile = profile
        self.slots = slots
    }

    mutating func add(_ node: Node) -> Int32 {
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    /// Stores a list of child nodes; the number of the first.
    mutating func add(children list: [Int32]) -> Int32 {
        let first = Int32(children.count)
        children += list
        return first
    }

    /// Stores text, equal texts once.
    mutating func add(text bytes: [UInt8]) -> TextRange {
        guard !bytes.isEmpty else { return TextRange() }
        if let range = textRanges[bytes] { return range }
        let range = TextRange(offset: Int32(text.count), count: Int32(bytes.count))
        text += bytes
        textRanges[bytes] = range
        return range
    }

    mutating func name(_ bytes: [UInt8]) -> Int32 {
        if let index = nameIndexes[bytes] { return index }
        names.append(String(decoding: bytes, as: UTF8.self))
        let index = Int32(names.count - 1)
        nameIndexes[bytes] = index
        return index
    }

    mutating func slot(_ name: [UInt8]) -> Int32 {
        if let slot = slots[name] { return slot }
        let slot = Int32(slots.count)
        slots[name] = slot
        return slot
    }

    /// The text of a program that is nothing but text; nil if anything depends on its input.
    func constantText(of root: Int32) -> [UInt8]? {
        let node = nodes[Int(root)]
        switch node.operation {
        case .nothing: return []
        case .text: return Array(text[Int(node.a)..<Int(node.a + node.b)])
        case .block:
            var result: [UInt8] = []
            for index in Int(node.a)..<Int(node.a + node.b) {
                guard let part = constantText(of: children[index]) else { return nil }
                result += part
            }
            return result
        default: return nil
        }
    }
}

/// The variables that the renderer itself sets, in every template at the same place.
enum BuiltInSlot {
    static let input: Int32 = 0
    static let context: Int32 = 1
    static let stageVariables: Int32 = 2
    static let util: Int32 = 3
    static let foreach: Int32 = 4
    static let velocityCount: Int32 = 5
    static let velocityHasNext: Int32 = 6
    static let bodyContent: Int32 = 7

    static let all: [[UInt8]: Int32] = {
        var slots: [[UInt8]: Int32] = [:]
        let names = [
            "input", "context", "stageVariables", "util", "foreach", "velocityCount", "velocityHasNext", "bodyContent",
        ]
        for (slot, name) in names.enumerated() { slots[Array(name.utf8)] = Int32(slot) }
        return slots
    }()
}
