import Headgate

/// Makes nodes that stand in no file yet.
enum Build {
    static let nowhere = SourceLocation(file: "", line: 0)

    static func text(_ text: String, at location: SourceLocation = nowhere) -> ConfigurationNode {
        scalar(text, isPlain: false, at: location)
    }

    static func integer(_ number: Int, at location: SourceLocation = nowhere) -> ConfigurationNode {
        scalar(String(number), isPlain: true, at: location)
    }

    /// Without `.0` where it is whole.
    static func number(_ number: Double) -> ConfigurationNode {
        scalar(Int(exactly: number).map(String.init) ?? String(number), isPlain: true, at: nowhere)
    }

    static func boolean(_ value: Bool, at location: SourceLocation = nowhere) -> ConfigurationNode {
        scalar(value ? "true" : "false", isPlain: true, at: location)
    }

    private static func scalar(_ text: String, isPlain: Bool, at location: SourceLocation) -> ConfigurationNode {
        ConfigurationNode(.scalar(.init(text: text, isPlain: isPlain, contentLocation: location)), at: location)
    }

    static func list(_ nodes: [ConfigurationNode]) -> ConfigurationNode {
        ConfigurationNode(.sequence(nodes), at: nodes.first?.location ?? nowhere)
    }

    /// A mapping of what is there.
    static func mapping(_ members: [(String, ConfigurationNode?)], at location: SourceLocation = nowhere)
        -> ConfigurationNode
    {
        let entries = members.compactMap { key, value in
            value.map { ConfigurationNode.Entry(key: key, keyLocation: $0.location, value: $0) }
        }
        return ConfigurationNode(.mapping(entries), at: location)
    }

    static func texts(_ entries: [Named<LocatedText>]) -> ConfigurationNode? {
        entries.isEmpty ? nil : mapping(entries.map { entry($0.name, $0.value.node, at: $0.place.location) })
    }

    static func texts(_ entries: [Named<LocatedText?>]) -> ConfigurationNode? {
        guard !entries.isEmpty else { return nil }
        return mapping(
            entries.map {
                entry(
                    $0.name,
                    $0.value?.node ?? ConfigurationNode(ConfigurationNode.Value.null, at: $0.place.location),
                    at: $0.place.location,
                )
            }
        )
    }

    static func texts(_ list: [LocatedText]) -> ConfigurationNode? {
        list.isEmpty ? nil : Build.list(list.map(\.node))
    }

    static func entry(_ key: String, _ value: ConfigurationNode, at location: SourceLocation? = nil)
        -> ConfigurationNode.Entry
    {
        .init(key: key, keyLocation: location ?? value.location, value: value)
    }

    static func mapping(_ entries: [ConfigurationNode.Entry], at location: SourceLocation = nowhere)
        -> ConfigurationNode
    {
        ConfigurationNode(.mapping(entries), at: location)
    }
}

extension ConfigurationNode {
    /// nil for an empty mapping or list.
    var nonEmpty: ConfigurationNode? {
        switch value {
        case .mapping(let entries): entries.isEmpty ? nil : self
        case .sequence(let nodes): nodes.isEmpty ? nil : self
        default: self
        }
    }
}
