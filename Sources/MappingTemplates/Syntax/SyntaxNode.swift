/// A node of the syntax tree, with the tokens it spans: what Velocity prints of unknown directives and of
/// references without a value is made of them.
final class SyntaxNode {
    let kind: SyntaxKind
    var children: [SyntaxNode] = []
    /// The index of the first token.
    let first: Int
    /// The index of the last token; less than `first` if the node is empty.
    var last: Int

    init(_ kind: SyntaxKind, first: Int) {
        self.kind = kind
        self.first = first
        last = first
    }

    /// A child at an index that may not exist: directives take any number of arguments.
    func child(_ index: Int) -> SyntaxNode? {
        index < children.count ? children[index] : nil
    }
}

enum SyntaxKind {
    case template, block
    /// Text that is printed as its first token stands.
    case text
    /// A directive behind a backslash, printed as its token stands.
    case escapedDirective
    /// Text that the parser made of a token.
    case literal([UInt8])
    case comment, textBlock
    case reference, identifier, method, index
    case set, `if`, elseIf, `else`
    /// Any other directive, by name, and whether it has parentheses.
    case directive([UInt8], hasArguments: Bool)
    case word, string, integer, decimal, `true`, `false`
    case map, list, range
    case expression
    case or, and, not
    case comparison(Comparison)
    case arithmetic(Arithmetic)
}

enum Comparison: UInt8 {
    case equal, notEqual, less, greater, lessOrEqual, greaterOrEqual
}

enum Arithmetic: UInt8 {
    case add, subtract, multiply, divide, modulus
}
