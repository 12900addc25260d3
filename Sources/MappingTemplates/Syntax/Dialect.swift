/// Which directives a template may use.
struct Dialect: Sendable {
    /// The names of the directives besides `#if` and `#set`.
    let directives: Set<[UInt8]>
    /// Those that have a body and an `#end`.
    let blockDirectives: Set<[UInt8]>

    static let macro = Array("macro".utf8)
    static let foreach = Array("foreach".utf8)

    init(_ profile: MappingTemplate.Profile) {
        var directives = ["foreach", "macro", "literal", "break", "define", "stop"]
        if profile == .velocity { directives += ["evaluate", "include", "parse"] }
        self.directives = Set(directives.map { Array($0.utf8) })
        blockDirectives = Set(["foreach", "macro", "literal", "define"].map { Array($0.utf8) })
    }

    static let aws = Dialect(.aws)
    static let velocity = Dialect(.velocity)

    static func of(_ profile: MappingTemplate.Profile) -> Dialect {
        profile == .aws ? aws : velocity
    }
}
