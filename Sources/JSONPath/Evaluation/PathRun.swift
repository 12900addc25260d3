import OrderedJSON

/// One run of one path. Recursion goes one level a step and one level a container below `..`, both of which are
/// bounded.
struct PathRun {
    let evaluation: Evaluation
    let path: CompiledPath
    /// Whether every property must exist, as a path that stands alone in a filter wants it.
    private let requiresAll: Bool
    private(set) var results: [Model] = []

    /// For each step, the index at which a scan last entered it from a list, or -1.
    ///
    /// Jayway uses it to make `$..[0].name` take only first elements: once a scan has handed the elements of a
    /// list to a last step, that step keeps a property only if the step before it is that very index. The
    /// number is never taken back, and so `$..[*].name` finds little.
    private var entered: [Int] = []

    init(_ evaluation: Evaluation, _ path: CompiledPath, requiringAll: Bool = false) {
        self.evaluation = evaluation
        self.path = path
        requiresAll = requiringAll
    }

    private var steps: [Step] { path.steps }

    mutating func start(_ model: Model) throws(Interruption) {
        if steps.isEmpty {
            results.append(model)
        } else {
            try run(0, model)
        }
    }

    /// Whether nothing comes behind the step.
    private func isLast(_ index: Int) -> Bool { index == steps.count - 1 }

    /// Hands what a step found to the next one.
    private mutating func pass(_ index: Int, _ model: Model) throws(Interruption) {
        try evaluation.spend(1)
        if isLast(index) { results.append(model) } else { try run(index + 1, model) }
    }

    private mutating func run(_ index: Int, _ model: Model) throws(Interruption) {
        switch steps[index] {
        case .property(let key):
            guard try isObject(model, index) else { return }
            try property(key, of: model, index, isDefinite: true)
        case .properties(let keys):
            guard try isObject(model, index) else { return }
            try properties(keys, of: model, index)
        case .index(let position):
            guard try isArray(model, index) else { return }
            try element(position, of: model, index)
        case .indices(let positions):
            guard try isArray(model, index) else { return }
            let elements = Array(evaluation.elements(model))
            try evaluation.spend(elements.count / 4)
            for position in positions {
                let position = position < 0 ? position + elements.count : position
                if elements.indices.contains(position) { try passElement(elements[position], index) }
            }
        case .slice(let from, let to):
            guard try isArray(model, index) else { return }
            try slice(from, to, of: model, index)
        case .wildcard: try wildcard(model, index)
        case .scan:
            guard !isLast(index) else { throw .failure }
            try scan(index + 1, model)
        case .filter(let filter): try select(filter, model, index)
        case .function(let name, let arguments):
            let result = try evaluation.call(name, arguments, on: model)
            results.append(result)
            if !isLast(index) { try run(index + 1, result) }
        }
    }

    private func isObject(_ model: Model, _ index: Int) throws(Interruption) -> Bool {
        if evaluation.kind(model) == .object { return true }
        if path.isDefiniteBefore[index] { throw .notFound }
        return false
    }

    private func isArray(_ model: Model, _ index: Int) throws(Interruption) -> Bool {
        if evaluation.kind(model) == .array { return true }
        if path.isDefiniteBefore[index] { throw .notFound }
        return false
    }

    // MARK: Properties

    private mutating func property(
        _ key: [UInt8],
        of model: Model,
        _ index: Int,
        isDefinite: Bool,
    ) throws(Interruption) {
        if let value = try evaluation.property(key, of: model) {
            try passProperty(value, index)
        } else if requiresAll || !isLast(index) && path.isDefiniteBefore[index] && isDefinite {
            throw .notFound
        }
    }

    private mutating func passProperty(_ value: Model, _ index: Int) throws(Interruption) {
        if isLast(index), !entered.isEmpty, entered[index] >= 0 {
            guard !path.isCounting, index > 0, case .index(entered[index]) = steps[index - 1] else { return }
        }
        try pass(index, value)
    }

    private mutating func properties(_ keys: [[UInt8]], of model: Model, _ index: Int) throws(Interruption) {
        guard isLast(index) else {
            for key in keys {
                try property(key, of: model, index, isDefinite: false)
            }
            return
        }
        var members: [JSONPathValue.Member] = []
        for key in keys {
            guard let value = try evaluation.property(key, of: model) else {
                if requiresAll { throw .notFound }
                continue
            }
            let name = String(decoding: key, as: UTF8.self)
            try evaluation.spend(1 + members.count)
            let member = JSONPathValue.Member(key: name, value: evaluation.value(value))
            if let known = members.firstIndex(where: { $0.key == name }) {
                members[known] = member
            } else {
                members.append(member)
            }
        }
        try pass(index, .value(.object(members)))
    }

    // MARK: Elements

    private mutating func passElement(_ element: Model, _ index: Int) throws(Interruption) {
        do {
            try pass(index, element)
        } catch .outOfBounds {
            return
        }
    }

    private mutating func element(_ position: Int, of model: Model, _ index: Int) throws(Interruption) {
        guard let element = try evaluation.element(position, of: model) else { return }
        try passElement(element, index)
    }

    /// Bounds are taken as Jayway takes them: with both given, they are not counted from the end; only the
    /// positions between them are.
    private mutating func slice(_ from: Int?, _ to: Int?, of model: Model, _ index: Int) throws(Interruption) {
        let elements = Array(evaluation.elements(model))
        let count = elements.count
        try evaluation.spend(1 + count / 4)
        let first: Int
        let end: Int
        switch (from, to) {
        case (let from?, let to?): (first, end) = (max(from, -count), min(to, count))
        case (let from?, nil): (first, end) = (max(0, from < 0 ? from + count : from), count)
        case (nil, let to?): (first, end) = (0, min(count, to < 0 ? to + count : to))
        case (nil, nil): return
        }
        guard first < end else { return }
        for position in first..<end {
            try passElement(elements[position < 0 ? position + count : position], index)
        }
    }

    private mutating func wildcard(_ model: Model, _ index: Int) throws(Interruption) {
        switch evaluation.kind(model) {
        case .object:
            for value in evaluation.memberValues(model) {
                try passProperty(value, index)
            }
        case .array:
            for element in evaluation.elements(model) {
                do {
                    try passElement(element, index)
                } catch .notFound where !requiresAll {
                    continue
                }
            }
        default: break
        }
    }

    // MARK: Scans and filters

    /// Visits the model and everything below it, and lets the step at `index` select there.
    private mutating func scan(_ index: Int, _ model: Model) throws(Interruption) {
        try evaluation.spend(1)
        switch evaluation.kind(model) {
        case .object:
            if try matches(index, model) { try run(index, model) }
            for value in evaluation.memberValues(model) where isContainer(value) {
                try scan(index, value)
            }
        case .array:
            if try matches(index, model) {
                if isLast(index) {
                    try run(index, model)
                } else {
                    if entered.isEmpty { entered = Array(repeating: -1, count: steps.count) }
                    for (position, element) in evaluation.elements(model).enumerated() {
                        entered[index + 1] = position
                        try run(index + 1, element)
                    }
                }
            }
            try evaluation.spend(evaluation.count(model) / 4)
            for element in evaluation.elements(model) where isContainer(element) {
                try scan(index, element)
            }
        default: break
        }
    }

    private func isContainer(_ model: Model) -> Bool {
        switch evaluation.kind(model) {
        case .object, .array: true
        default: false
        }
    }

    /// Whether a scan lets the step at `index` select in this object or list.
    private func matches(_ index: Int, _ model: Model) throws(Interruption) -> Bool {
        let isObject = evaluation.kind(model) == .object
        switch steps[index] {
        case .property(let key):
            guard isObject else { return false }
            return try evaluation.property(key, of: model) != nil
        case .properties(let keys):
            guard isObject, isLast(index) else { return isObject }
            for key in keys where try evaluation.property(key, of: model) == nil {
                return false
            }
            return true
        case .index, .indices, .slice: return !isObject
        case .wildcard: return true
        case .filter(let filter): return try evaluation.accepts(filter, model)
        case .scan, .function: return false
        }
    }

    private mutating func select(_ filter: FilterExpression, _ model: Model, _ index: Int) throws(Interruption) {
        switch evaluation.kind(model) {
        case .object:
            if try evaluation.accepts(filter, model) { try pass(index, model) }
        case .array:
            for element in evaluation.elements(model) where try evaluation.accepts(filter, element) {
                try passElement(element, index)
            }
        default:
            if path.isDefiniteBefore[index] { throw .invalid }
        }
    }
}
