import OrderedJSON

/// The elements of a list or the values of an object's members.
struct ModelSequence: Sequence, IteratorProtocol {
    enum Base {
        case elements(JSONTape.Elements)
        case members(JSONTape.Members)
        case models(ArraySlice<Model>)
    }

    private var base: Base

    init(_ base: Base) {
        self.base = base
    }

    mutating func next() -> Model? {
        switch base {
        case .elements(var elements):
            let next = elements.next()
            base = .elements(elements)
            return next.map { .node($0) }
        case .members(var members):
            let next = members.next()
            base = .members(members)
            return next.map { .node($0.value) }
        case .models(var models):
            let next = models.popFirst()
            base = .models(models)
            return next
        }
    }
}
