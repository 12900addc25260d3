/// What a filter `[?(…)]` says of a value.
indirect enum FilterExpression: Sendable {
    case or([FilterExpression])
    case and([FilterExpression])
    case not(FilterExpression)
    /// `left operator right`.
    case comparison(FilterOperand, FilterOperator, FilterOperand)
    /// A path alone: whether it finds something; or nothing, with `!` before it.
    case exists(CompiledPath, Bool)
}

/// A side of a comparison.
enum FilterOperand: Sendable {
    case literal(FilterValue)
    case path(CompiledPath)
}

/// The operators of filters. Words are written in any case.
enum FilterOperator: String, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case sameTypeEqual = "==="
    case sameTypeNotEqual = "!=="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case matches = "=~"
    case isIn = "in"
    case isNotIn = "nin"
    case contains
    case all
    case size
    case exists
    case type
    case matchesPredicate = "matches"
    case empty
    case subsetOf = "subsetof"
    case anyOf = "anyof"
    case noneOf = "noneof"
}
