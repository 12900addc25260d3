import JSONPath

/// A compiled template: arrays of plain nodes, and the few objects they name by number.
///
/// Immutable once built, which `@unchecked Sendable` rests on.
final class Program: @unchecked Sendable {
    let nodes: UnsafeMutablePointer<Node>
    let children: UnsafeMutablePointer<Int32>
    let references: UnsafeMutablePointer<ReferenceRecord>
    let steps: UnsafeMutablePointer<Step>
    let text: UnsafeMutablePointer<UInt8>
    let nodeCount: Int
    let referenceCount: Int
    let calls: [MacroCall]
    let constants: [Value]
    let paths: [CompiledPath]
    let names: [String]
    let macros: [[UInt8]: MacroDefinition]
    /// Variable names and their slots.
    let slots: [[UInt8]: Int32]
    let slotCount: Int
    let root: Int32
    let profile: MappingTemplate.Profile
    /// The text if the template prints the same whatever it is given.
    let constantText: [UInt8]?

    init(_ builder: ProgramBuilder, root: Int32) {
        nodes = Self.copy(builder.nodes)
        children = Self.copy(builder.children)
        references = Self.copy(builder.references)
        steps = Self.copy(builder.steps)
        text = Self.copy(builder.text)
        nodeCount = builder.nodes.count
        referenceCount = builder.references.count
        calls = builder.calls
        constants = builder.constants
        paths = builder.paths
        names = builder.names
        macros = builder.macros
        slots = builder.slots
        slotCount = builder.slots.count
        profile = builder.profile
        constantText = builder.constantText(of: root)
        self.root = root
    }

    deinit {
        nodes.deallocate()
        children.deallocate()
        references.deallocate()
        steps.deallocate()
        text.deallocate()
    }

    private static func copy<Element: BitwiseCopyable>(_ array: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(array.count, 1))
        array.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { memory.initialize(from: base, count: buffer.count) }
        }
        return memory
    }

    func bytes(_ range: TextRange) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text + Int(range.offset), count: Int(range.count))
    }
}

/// A JSONPath that stands in the template as a constant. One that does not parse fails only when it is used.
enum CompiledPath: Sendable {
    case path(JSONPath)
    case invalid(String)
}
