import OrderedJSON

/// One evaluation against one document: the document, the budget, and what filters found at the root.
final class Evaluation {
    let tape: JSONTape
    let document: JSONDocument
    let root: Model
    private(set) var stepsLeft: Int
    private var foundAtRoot: [ObjectIdentifier: Model] = [:]

    init(_ tape: JSONTape, _ node: JSONNode, steps: Int) {
        self.tape = tape
        document = node.document
        root = .node(node.position)
        stepsLeft = steps
    }

    func spend(_ steps: Int) throws(Interruption) {
        stepsLeft &-= steps
        if stepsLeft < 0 { throw .steps }
    }

    /// The result as the caller sees it.
    func result(of path: CompiledPath) throws(Interruption) -> JSONPathResult {
        guard kind(root) != .null else { return .missing }
        do {
            var run = PathRun(self, path)
            try run.start(root)
            if path.isDefinite {
                guard let last = run.results.last else { return .missing }
                return .value(value(last))
            }
            return .list(list(run.results))
        } catch {
            switch error {
            case .steps, .pattern: throw error
            case .notFound, .invalid, .outOfBounds, .failure: return .missing
            }
        }
    }

    /// What a path in a filter or an argument finds. Jayway takes the last result of a definite path.
    func model(
        of path: CompiledPath,
        at model: Model,
        requiringAll: Bool = false,
    ) throws(Interruption) -> Model {
        if path.isPlain, !requiringAll, case .node(let start) = model {
            try spend(1 + path.steps.count)
            guard let found = JSONPath.walk(path.steps, tape, start) else { throw .notFound }
            return .node(found)
        }
        var run = PathRun(self, path, requiringAll: requiringAll)
        try run.start(model)
        guard path.isDefinite else { return .value(.list(list(run.results))) }
        guard let last = run.results.last else { throw .notFound }
        return last
    }

    /// What a path in a filter finds: from the root it is looked for once.
    func model(inFilter path: CompiledPath, at item: Model) throws(Interruption) -> Model {
        guard path.isFromRoot else { return try model(of: path, at: item) }
        let key = ObjectIdentifier(path)
        if let known = foundAtRoot[key] { return known }
        let found = try model(of: path, at: root)
        foundAtRoot[key] = found
        return found
    }

    func value(_ model: Model) -> JSONPathValue {
        switch model {
        case .node(let position): .node(JSONNode(document: document, position: position))
        case .value(let value): value
        }
    }

    func list(_ models: [Model]) -> JSONPathList {
        var positions: [Int] = []
        positions.reserveCapacity(models.count)
        for model in models {
            guard case .node(let position) = model else { return JSONPathList(models.map(value)) }
            positions.append(position)
        }
        return JSONPathList(document, positions: positions)
    }
}
