/// Why an evaluation does not go on.
enum Interruption: Error {
    /// Something is missing where the path needs it (Jayway's `PathNotFoundException`).
    case notFound
    /// The path does not fit what is there (`InvalidPathException`); inside a filter it means "no".
    case invalid
    /// An element beyond the end of a list, which an index or slice around it ignores.
    case outOfBounds
    /// Anything else that ends the evaluation without a result.
    case failure
    /// The budget of steps is used up.
    case steps
    /// A regular expression was given up.
    case pattern
}
