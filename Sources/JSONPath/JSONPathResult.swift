import OrderedJSON

/// What a path found.
public enum JSONPathResult: Sendable {
    /// A definite path found nothing, or the path cannot be applied to this document: an index on an object, an
    /// unknown function, `min()` of no numbers.
    case missing
    /// A definite path found this.
    case value(JSONPathValue)
    /// An indefinite path (`..`, `*`, a filter, a slice, several indices) found these, possibly none.
    case list(JSONPathList)

    /// Whether there is no result at all; an empty list is one.
    public var isMissing: Bool {
        if case .missing = self { true } else { false }
    }

    /// The result as a value: a list for an indefinite path, nil if it is missing.
    public var value: JSONPathValue? {
        switch self {
        case .missing: nil
        case .value(let value): value
        case .list(let list): .list(list)
        }
    }
}
