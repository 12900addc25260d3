/// The kinds of stage that pipeline files may use. Built-ins, Lua, plugins and embedders register alike.
public struct StageRegistry: Sendable {
    /// In the order of registration.
    public private(set) var declarations: [StageDeclaration] = []

    /// A registry of these kinds; of two with the same name the later counts.
    public init(_ declarations: [StageDeclaration] = []) {
        for declaration in declarations { register(declaration) }
    }

    /// Adds a kind; one that is there already is replaced, so that a test or an embedder can supply
    /// its own `http`.
    public mutating func register(_ declaration: StageDeclaration) {
        if let index = declarations.firstIndex(where: { $0.kind == declaration.kind }) {
            declarations[index] = declaration
        } else {
            declarations.append(declaration)
        }
    }

    /// The declaration of a kind; nil if nobody registered it.
    public subscript(kind: String) -> StageDeclaration? {
        declarations.first { $0.kind == kind }
    }

    /// The names in the order of registration.
    public var kinds: [String] { declarations.map(\.kind) }
}
