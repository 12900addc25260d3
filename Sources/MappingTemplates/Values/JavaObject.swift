/// A Java object that is neither a string, a list nor a map.
class JavaObject {
    /// The name of the Java class, for messages and `getClass()`.
    var className: String { "java.lang.Object" }
}

final class BigIntegerObject: JavaObject {
    let value: BigInteger

    init(_ value: BigInteger) {
        self.value = value
    }

    override var className: String { "java.math.BigInteger" }
}

final class BigDecimalObject: JavaObject {
    let value: BigDecimal

    init(_ value: BigDecimal) {
        self.value = value
    }

    override var className: String { "java.math.BigDecimal" }
}

/// What `getClass()` returns.
final class ClassObject: JavaObject {
    let name: String

    init(_ name: String) {
        self.name = name
    }

    override var className: String { "java.lang.Class" }

    /// The name without package; arrays are named by their elements.
    var simpleName: String {
        canonicalName.split(separator: ".").last.map(String.init) ?? name
    }

    var canonicalName: String {
        if name.hasPrefix("[L") { return name.dropFirst(2).dropLast() + "[]" }
        return String(name.map { $0 == "$" ? "." : $0 })
    }
}

/// The block of a `#define`, or the body of a macro call. It is rendered where it is used.
final class BlockObject: JavaObject {
    let program: Program
    let block: Int32
    /// The macro call in which it was defined.
    let frame: MacroFrame?
    /// How many renderings of the block are under way, and how many may be.
    var depth = 0
    let maximumDepth: Int

    init(program: Program, block: Int32, frame: MacroFrame?, maximumDepth: Int) {
        self.program = program
        self.block = block
        self.frame = frame
        self.maximumDepth = maximumDepth
    }

    override var className: String { "org.apache.velocity.runtime.directive.Block$Reference" }
}

/// `$foreach`: the state of a loop, and a map of its own.
final class LoopScope: JavaObject {
    /// The loop, for `#break($foreach)`.
    let node: Int32
    let parent: LoopScope?
    /// How many loops there are around its body, this one included.
    let depth: Int32
    /// What the variable held before the outermost loop.
    let replaced: Value
    var index: Int32 = -1
    var hasNext = false
    /// Made when a template first uses it, which few do.
    lazy var members = MapObject(.hashMap)

    init(node: Int32, replacing previous: Value) {
        self.node = node
        if case .object(let object) = previous, let scope = object as? LoopScope {
            parent = scope
            depth = scope.depth &+ 1
            replaced = .null
        } else {
            parent = nil
            depth = 1
            replaced = previous
        }
    }

    override var className: String { "org.apache.velocity.runtime.directive.ForeachScope" }

    var topmost: LoopScope {
        var scope = self
        while let parent = scope.parent { scope = parent }
        return scope
    }
}

/// One entry of a map, live: setting its value changes the map.
final class EntryObject: JavaObject {
    let key: Value
    var value: Value
    let map: Value

    init(key: Value, value: Value, map: Value) {
        self.key = key
        self.value = value
        self.map = map
    }

    override var className: String { "java.util.LinkedHashMap$Entry" }
}

/// `keySet()`, `values()` and `entrySet()`: views of a map that follow its changes.
final class MapView: JavaObject {
    enum Kind { case keys, values, entries }

    let kind: Kind
    /// The map, or a payload object.
    let map: Value

    init(_ kind: Kind, of map: Value) {
        self.kind = kind
        self.map = map
    }

    override var className: String {
        switch kind {
        case .keys: "java.util.LinkedHashMap$LinkedKeySet"
        case .values: "java.util.LinkedHashMap$LinkedValues"
        case .entries: "java.util.LinkedHashMap$LinkedEntrySet"
        }
    }
}

/// `iterator()` and `listIterator()`.
final class IteratorObject: JavaObject {
    var cursor: Cursor
    /// The element that `remove()` and `set()` act on.
    var last = -1

    init(_ cursor: Cursor) {
        self.cursor = cursor
    }

    override var className: String { "java.util.ArrayList$Itr" }
}
