/// The methods of `java.util.ArrayList`, of arrays and of the payload's lists.
extension Renderer {
    mutating func callList(
        _ method: Method,
        _ receiver: Value,
        _ arguments: Arguments,
    ) throws(Interruption) -> Value {
        switch arguments.count {
        case 0: try callList(method, receiver)
        case 1: try callList(method, receiver, arguments[0])
        case 2: try callList(method, receiver, arguments[0], arguments[1])
        default: .null
        }
    }

    private mutating func callList(_ method: Method, _ receiver: Value) throws(Interruption) -> Value {
        switch method {
        case .size: return Value(int: size(of: receiver) ?? 0)
        case .isEmpty: return .boolean(size(of: receiver) == 0)
        case .iterator, .listIterator:
            return .object(IteratorObject(try cursor(over: receiver)))
        case .clear:
            let list = try changeableList(receiver, method)
            if !list.elements.isEmpty || list.kind == .arrayList { list.touch() }
            list.elements = []
            return .empty
        case .clone:
            guard className(receiver) != "java.util.ArrayList$SubList", !isArray(receiver) else { return .null }
            return .list(ListObject(isJSON(receiver) ? .jsonArray : .arrayList, try copy(receiver)))
        case .toArray: return isArray(receiver) ? .null : .list(ListObject(.array, try copy(receiver)))
        case .trimToSize: return isArray(receiver) ? .null : .empty
        default: return .null
        }
    }

    private mutating func callList(
        _ method: Method,
        _ receiver: Value,
        _ argument: Value,
    ) throws(Interruption) -> Value {
        switch method {
        case .get:
            guard let index = int(argument) else { return .null }
            return try element(index, of: receiver)
        case .contains: return .boolean(try index(of: argument, in: receiver) != nil)
        case .indexOf: return Value(int: try index(of: argument, in: receiver) ?? -1)
        case .lastIndexOf: return Value(int: try lastIndex(of: argument, in: receiver) ?? -1)
        case .containsAll:
            guard let others = try elements(of: argument) else { return try notACollection(argument, method) }
            for other in others where try index(of: other, in: receiver) == nil { return .boolean(false) }
            return .boolean(true)
        case .add:
            let list = try changeableList(receiver, method)
            try insert([argument], into: list, at: list.elements.count)
            return .boolean(true)
        case .addAll:
            guard let others = try elements(of: argument) else { return try notACollection(argument, method) }
            let list = try changeableList(receiver, method)
            try insert(others, into: list, at: list.elements.count)
            return .boolean(!others.isEmpty)
        case .remove:
            if let index = int(argument) {
                let list = try changeableList(receiver, method)
                guard list.elements.indices.contains(index) else { throw outOfBounds(index, list.elements.count) }
                return try removeElement(at: index, from: list)
            }
            guard let index = try index(of: argument, in: receiver) else { return .boolean(false) }
            _ = try removeElement(at: index, from: changeableList(receiver, method))
            return .boolean(true)
        case .removeAll, .retainAll:
            guard try elements(of: argument) != nil else { return try notACollection(argument, method) }
            return .boolean(try filter(receiver, by: argument, keeping: method == .retainAll, method))
        case .sort:
            guard argument.isNull else { return .null }
            try sort(try changeableList(receiver, method))
            return .empty
        case .ensureCapacity:
            guard int(argument) != nil, !isArray(receiver) else { return .null }
            return .empty
        case .listIterator:
            guard let index = int(argument) else { return .null }
            var cursor = try cursor(over: receiver)
            guard index >= 0, index <= size(of: receiver) ?? 0 else {
                throw outOfBounds(index, size(of: receiver) ?? 0)
            }
            for _ in 0..<index { _ = try next(&cursor) }
            return .object(IteratorObject(cursor))
        default: return .null
        }
    }

    private mutating func callList(
        _ method: Method,
        _ receiver: Value,
        _ first: Value,
        _ second: Value,
    ) throws(Interruption) -> Value {
        guard let index = int(first) else { return .null }
        switch method {
        case .set:
            let list = try changeableList(receiver, method, keepsSize: true)
            guard list.elements.indices.contains(index) else { throw outOfBounds(index, list.elements.count) }
            if list.kind == .array, className(second) != list.elementClassName {
                throw fail(.method, "java.lang.IllegalArgumentException: array element type mismatch")
            }
            let previous = list.elements[index]
            list.elements[index] = second
            note(list, holds: second)
            if let parent = list.parent {
                parent.list.elements[parent.offset + index] = second
                note(parent.list, holds: second)
            }
            return previous
        case .add:
            let list = try changeableList(receiver, method)
            guard (0...list.elements.count).contains(index) else { throw outOfBounds(index, list.elements.count) }
            try insert([second], into: list, at: index)
            return .empty
        case .addAll:
            guard let others = try elements(of: second) else { return try notACollection(second, method) }
            let list = try changeableList(receiver, method)
            guard (0...list.elements.count).contains(index) else { throw outOfBounds(index, list.elements.count) }
            try insert(others, into: list, at: index)
            return .boolean(!others.isEmpty)
        case .subList:
            guard let end = int(second) else { return .null }
            let count = size(of: receiver) ?? 0
            guard index >= 0, end <= count else { throw outOfBounds(index < 0 ? index : end, count) }
            guard index <= end else {
                throw fail(.method, "java.lang.IllegalArgumentException: fromIndex(\(index)) > toIndex(\(end))")
            }
            let list = try changeableList(receiver, method, keepsSize: true)
            try spend(end - index)
            guard list.partDepth < limits.recursion else {
                throw fail(.limit, "a part of a part of a list, more than \(limits.recursion) deep")
            }
            return .list(ListObject(.subList, Array(list.elements[index..<end]), parent: (list, index)))
        default: return .null
        }
    }

    // MARK: Parts

    private func isArray(_ value: Value) -> Bool {
        if case .list(let list) = value { list.kind == .array } else { false }
    }

    private func isJSON(_ value: Value) -> Bool {
        if case .list(let list) = value { list.kind == .jsonArray } else { true }
    }

    private mutating func copy(_ receiver: Value) throws(Interruption) -> [Value] {
        try spend((size(of: receiver) ?? 0) >> 2)
        if case .list(let list) = receiver { return list.elements }
        return try elements(of: receiver) ?? []
    }

    mutating func element(_ index: Int, of receiver: Value) throws(Interruption) -> Value {
        let count = size(of: receiver) ?? 0
        guard index >= 0, index < count else { throw outOfBounds(index, count) }
        switch receiver {
        case .list(let list): return list.elements[index]
        case .node(let place):
            // Finding an element walks over those before it.
            try spend(index >> 3)
            guard let position = tapes[Int(place.document)].element(index, of: Int(place.position)) else {
                return .null
            }
            return member(position, place.document)
        default: return .null
        }
    }

    private mutating func index(of element: Value, in receiver: Value) throws(Interruption) -> Int? {
        var cursor = try cursor(over: receiver)
        while hasNext(&cursor) {
            if try equals(try next(&cursor), element) { return cursor.position - 1 }
        }
        return nil
    }

    private mutating func lastIndex(of element: Value, in receiver: Value) throws(Interruption) -> Int? {
        var cursor = try cursor(over: receiver)
        var found: Int?
        while hasNext(&cursor) {
            if try equals(try next(&cursor), element) { found = cursor.position - 1 }
        }
        return found
    }

    /// The list to change: a payload list becomes a list of its own, which stands in its place from then on.
    mutating func changeableList(
        _ value: Value,
        _ method: Method,
        keepsSize: Bool = false,
    ) throws(Interruption) -> ListObject {
        switch resolved(value) {
        case .list(let list):
            guard list.kind != .immutable, list.kind != .array || keepsSize else {
                throw unsupportedOperation(method, value)
            }
            return list
        case .node(let place):
            let list = ListObject(.jsonArray, try copy(value))
            changed[place] = .list(list)
            return list
        default:
            throw unsupportedOperation(method, value)
        }
    }

    mutating func insert(_ values: [Value], into list: ListObject, at index: Int) throws(Interruption) {
        try spend(1 + (values.count + list.elements.count - index) >> 2)
        guard list.elements.count + values.count <= limits.listElements else {
            throw fail(.limit, "a list of more than \(limits.listElements) elements")
        }
        list.elements.insert(contentsOf: values, at: index)
        for value in values { note(list, holds: value) }
        list.touch()
        if let parent = list.parent { try insert(values, into: parent.list, at: parent.offset + index) }
    }

    mutating func removeElement(at index: Int, from list: ListObject) throws(Interruption) -> Value {
        try spend((list.elements.count - index) >> 2)
        let removed = list.elements.remove(at: index)
        list.touch()
        if let parent = list.parent { _ = try removeElement(at: parent.offset + index, from: parent.list) }
        return removed
    }

    /// `removeAll` and `retainAll`; whether anything went.
    private mutating func filter(
        _ receiver: Value,
        by others: Value,
        keeping: Bool,
        _ method: Method,
    ) throws(Interruption) -> Bool {
        let list = try changeableList(receiver, method)
        let others = try elements(of: others) ?? []
        var kept: [Value] = []
        for element in list.elements {
            var isFound = false
            for other in others where try equals(element, other) {
                isFound = true
                break
            }
            if isFound == keeping { kept.append(element) }
        }
        guard kept.count != list.elements.count else { return false }
        if let parent = list.parent {
            parent.list.elements.replaceSubrange(parent.offset..<(parent.offset + list.elements.count), with: kept)
            parent.list.touch()
        }
        list.elements = kept
        list.touch()
        return true
    }

    /// Natural order, for elements of one comparable class.
    private mutating func sort(_ list: ListObject) throws(Interruption) {
        // Every element takes part in as many comparisons as their number has bits.
        let bits = Int.bitWidth - list.elements.count.leadingZeroBitCount
        for element in list.elements { try spend((1 + textSize(element) >> 3) * bits) }
        list.touch()
        let texts = list.elements.compactMap { bytes(of: $0) }
        let numbers = list.elements.compactMap { number($0) }
        if list.elements.count < 2 { return }
        let classes = Set(list.elements.map { className($0) })
        if classes.count == 1, texts.count == list.elements.count {
            let order = texts.indices.sorted { JavaCase.compare(texts[$0], texts[$1]) < 0 }
            list.elements = order.map { list.elements[$0] }
        } else if classes.count == 1, numbers.count == list.elements.count {
            let order = numbers.indices.sorted { (Number.compare(numbers[$0], numbers[$1]) ?? 0) < 0 }
            list.elements = order.map { list.elements[$0] }
        } else {
            throw fail(.method, "java.lang.ClassCastException: sort() needs elements of one comparable class")
        }
        try spend(list.elements.count * 4)
    }

    /// A `Collection` parameter takes null, and fails with it; anything else is another method.
    mutating func notACollection(_ argument: Value, _ method: Method) throws(Interruption) -> Value {
        if argument.isNull { throw nullArgument(method) }
        return .null
    }
}
