/// A Java list that templates can change: shared by reference, and aware of changes under iteration.
final class ListObject {
    /// The Java classes that look alike here but differ in name, in printing or in what they allow.
    enum Kind {
        /// A list written in the template.
        case arrayList
        /// A list of the payload: prints as JSON.
        case jsonArray
        /// An array, as `split` returns it: has a fixed size.
        case array
        /// A part of another list. (It is a copy here; Java's shows changes of the other list.)
        case subList
        /// A list that cannot be changed, as `List.of` makes it.
        case immutable
    }

    let kind: Kind
    var elements: [Value]
    /// Counts the changes of size, which iteration must not meet.
    private(set) var modifications = 0
    /// The list that this is a part of, with the offset of the part.
    private(set) var parent: (list: ListObject, offset: Int)?
    /// How many lists this is a part of, one in the other.
    let partDepth: Int

    init(_ kind: Kind, _ elements: [Value], parent: (list: ListObject, offset: Int)? = nil) {
        self.kind = kind
        self.elements = elements
        self.parent = parent
        partDepth = parent.map { $0.list.partDepth + 1 } ?? 0
    }

    func removeAll() {
        elements = []
        parent = nil
    }

    /// Marks a change of size.
    func touch() {
        modifications += 1
    }

    /// What an array holds.
    var elementClassName: String {
        switch elements.first {
        case .byte: "java.lang.Byte"
        case .character: "java.lang.Character"
        default: "java.lang.String"
        }
    }

    var className: String {
        switch kind {
        case .arrayList: "java.util.ArrayList"
        case .jsonArray: "net.minidev.json.JSONArray"
        case .array:
            switch elements.first {
            case .byte: "[B"
            case .character: "[C"
            default: "[Ljava.lang.String;"
            }
        case .subList: "java.util.ArrayList$SubList"
        case .immutable: "java.util.ImmutableCollections$ListN"
        }
    }
}
