/// The arguments of a call. Up to three need no memory of their own.
struct Arguments {
    private var first = Value.null
    private var second = Value.null
    private var third = Value.null
    private var rest: [Value] = []
    private(set) var count = 0

    mutating func append(_ value: Value) {
        switch count {
        case 0: first = value
        case 1: second = value
        case 2: third = value
        default: rest.append(value)
        }
        count += 1
    }

    /// `null` behind the last one.
    subscript(index: Int) -> Value {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        default: index < count ? rest[index - 3] : .null
        }
    }

    func dropFirst() -> [Value] {
        (1..<max(count, 1)).map { self[$0] }
    }
}
