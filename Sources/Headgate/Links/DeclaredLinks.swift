import Synchronization

/// Judges what only the network's side knows of a link: whether its certificates can be used. A service.
public protocol LinkChecker: Sendable {
    /// What is wrong with a definition, or nil.
    func fault(in definition: LinkDefinition) -> String?
}

/// The links that pipelines may name; a service, which stages look at while they are built.
public final class DeclaredLinks: Sendable {
    /// In the order of their files.
    public let names: [String]
    private let byIntegrationTarget: [String: String]
    /// Definitions that came from elsewhere may name links of another place, which are then no mistakes.
    private let isLenient: Bool
    private let summaries: [String: String]
    private let policies = Mutex<[LinkDefinition]>([])

    /// The links of a gateway; of two with one name the first counts, which readers report before.
    /// - Parameter isLenient: lets integrations name links that nobody declares, as long as there is none at all.
    public init(_ links: [LinkDefinition] = [], isLenient: Bool = false) {
        names = links.map(\.name)
        self.isLenient = isLenient
        summaries = Dictionary(links.map { ($0.name, $0.summary) }, uniquingKeysWith: { first, _ in first })
        byIntegrationTarget = Dictionary(
            links.flatMap { link in link.integrationTargets.map { ($0, link.name) } },
            uniquingKeysWith: { first, _ in first },
        )
    }

    /// The name of the link that an integration means.
    /// - Returns: nil where nothing is declared and the definition came from elsewhere: the `uri` is called directly.
    /// - Throws: ``InvalidValue`` for a link that nobody declares.
    public func name(of id: String, integrationTarget: String?) throws(InvalidValue) -> String? {
        if let integrationTarget, let name = byIntegrationTarget[integrationTarget] { return name }
        if names.contains(id) { return id }
        if takesAll { return nil }
        throw InvalidValue(
            "no link is called \(id.quotedForMessage)",
            expected: names.isEmpty
                ? "expected a file with links: [{name: \(id), targets: [HOST:PORT]}]"
                : "expected one of: " + names.joined(separator: ", "),
            suggestion: Suggestion.didYouMean(id, among: names),
        )
    }

    /// Whether links may be named that nobody declares, because none is declared at all.
    public var takesAll: Bool { names.isEmpty && isLenient }

    /// What a link does, for `explain`.
    public func summary(of name: String) -> String? { summaries[name] }

    /// The link that an integration target has, whatever its connection is called.
    public func name(ofIntegrationTarget target: String?) -> String? {
        target.flatMap { byIntegrationTarget[$0] }
    }

    /// Keeps the policy of a pipeline's own backend, as a link whose only target is what the URI names.
    public func add(policy: LinkDefinition) {
        policies.withLock { $0.append(policy) }
    }

    /// What ``add(policy:)`` got so far.
    public var addedPolicies: [LinkDefinition] { policies.withLock { $0 } }
}
