import OrderedJSON

/// One step of a path.
enum Step: Sendable {
    /// `.name`, `['name']`.
    case property([UInt8])
    /// `['a','b']`.
    case properties([[UInt8]])
    /// `[0]`, `[-1]`.
    case index(Int)
    /// `[0,2]`.
    case indices([Int])
    /// `[1:]`, `[:2]`, `[1:2]`; not both are nil.
    case slice(from: Int?, to: Int?)
    /// `.*`, `[*]`.
    case wildcard
    /// `..`.
    case scan
    /// `[?(…)]`.
    case filter(FilterExpression)
    /// `.name(…)`.
    case function(String, [Argument])
}

/// An argument of a function.
enum Argument: Sendable {
    /// JSON text, parsed permissively when it is used; nil if it is none.
    case json(JSONDocument?)
    /// A path, which is always evaluated against the root of the document.
    case path(CompiledPath)
}

/// A parsed path.
final class CompiledPath: Sendable {
    let steps: [Step]

    /// Whether the path starts with `$`, not with `@`.
    let isFromRoot: Bool

    /// Whether the path has at most one result, so that the result is no list.
    let isDefinite: Bool

    /// For each step, whether all steps before it are definite: only then something missing is an error.
    let isDefiniteBefore: [Bool]

    /// Whether all steps are single properties and indices, so that evaluation is a plain walk.
    let isPlain: Bool

    /// Whether the last step is a function.
    let endsInFunction: Bool

    /// The path with a wildcard behind it, with which `length(path)` counts.
    let counting: CompiledPath?

    /// Whether this is the ``counting`` path of another one.
    let isCounting: Bool

    private init(
        _ steps: [Step],
        isFromRoot: Bool,
        isDefinite forced: Bool? = nil,
        startsDefinite: Bool = true,
        isCounting: Bool = false,
    ) {
        self.steps = steps
        self.isFromRoot = isFromRoot
        self.isCounting = isCounting
        var definite = startsDefinite
        var before: [Bool] = []
        for index in steps.indices {
            before.append(definite)
            definite = definite && Self.isDefinite(steps[index], isLast: index == steps.count - 1)
        }
        isDefiniteBefore = before
        isDefinite = forced ?? definite
        isPlain = steps.allSatisfy {
            switch $0 {
            case .property, .index: true
            default: false
            }
        }
        if case .function? = steps.last { endsInFunction = true } else { endsInFunction = false }
        let countable = forced == nil && !endsInFunction && !steps.isEmpty
        counting =
            countable
            ? CompiledPath(steps + [.wildcard], isFromRoot: isFromRoot, isDefinite: definite, isCounting: true)
            : nil
    }

    private static func isDefinite(_ step: Step, isLast: Bool) -> Bool {
        switch step {
        case .property, .index, .function: true
        case .properties: isLast
        case .indices, .slice, .wildcard, .scan, .filter: false
        }
    }

    /// A path as written, with functions turned around: `$..price.min()` is `min` of all that `$..price` finds.
    static func make(_ steps: [Step], isFromRoot: Bool) -> CompiledPath {
        guard case .scan? = steps.first, case .function? = steps.last,
            let call = steps.firstIndex(where: { if case .function = $0 { true } else { false } }),
            case .function(let name, _) = steps[call]
        else { return CompiledPath(steps, isFromRoot: isFromRoot) }
        let inner = CompiledPath(Array(steps[..<call]), isFromRoot: true)
        let rest = steps[(call + 1)...]
        let isDefinite = CompiledPath(Array(rest), isFromRoot: isFromRoot).isDefinite
        return CompiledPath(
            [.function(name, [.path(inner)])] + rest,
            isFromRoot: isFromRoot,
            isDefinite: isDefinite,
            startsDefinite: false,
        )
    }
}
