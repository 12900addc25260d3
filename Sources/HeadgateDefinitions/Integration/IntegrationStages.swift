import Headgate

/// Writes an integration block as the list of stages that it means. Every value keeps its place, so
/// that what a stage finds wrong is reported where the user wrote it.
struct IntegrationStages {
    let settings: IntegrationSettings

    /// The kind of stage that calls the backend.
    static func dispatchKind(_ type: String) -> String {
        switch type {
        case "HTTP_PROXY": "http-proxy"
        case "AWS": "aws"
        case "AWS_PROXY": "lambda-proxy"
        case "MOCK": "mock"
        default: "http"
        }
    }

    /// As under `stages:`.
    var list: ConfigurationNode {
        var stages = [(Self.dispatchKind(settings.type), dispatch)]
        if !settings.isProxy {
            stages.insert(("request", request), at: 0)
            stages += [("select", select), ("response", response)]
        } else if settings.type == "AWS_PROXY", settings.written("requestParameters") != nil {
            // A function gets the client's request whatever is mapped, but a mapping that may not be fails.
            stages.insert(
                ("request", mapping(taken([("requestParameters", "parameters")]) + [word("backend", "aws")])),
                at: 0,
            )
        }
        if settings.isAWS, let credentials = settings.written("credentials") {
            stages.insert(("credentials", mapping([entry("role", credentials.value)])), at: 0)
        }
        return sequence(stages.map { mapping([entry($0.0, $0.1)]) })
    }

    /// The stages one by one, for checking them when the whole cannot be built: method and URI, which have
    /// been judged, are replaced by some that are good.
    var parts: [(kind: String, settings: ConfigurationNode)] {
        var call = dispatch
        if case .mapping(let entries) = call.value, settings.isHTTP {
            let others = entries.filter { $0.key != "method" && $0.key != "uri" }
            call = mapping([word("method", "GET"), word("uri", "http://localhost/")] + others)
        }
        let calls = settings.isAWS ? [] : [(Self.dispatchKind(settings.type), call)]
        guard !settings.isProxy else { return calls }
        return [("request", request)] + calls
            + (settings.responses == nil ? [] : [("select", select), ("response", response)])
    }

    // MARK: Stages

    private var request: ConfigurationNode {
        var entries = taken([
            ("requestParameters", "parameters"), ("requestTemplates", "templates"),
            ("passthroughBehavior", "passthroughBehavior"), ("contentHandling", "contentHandling"),
        ])
        if !settings.isHTTP { entries.append(word("backend", settings.isMock ? "mock" : "aws")) }
        return mapping(entries)
    }

    private var dispatch: ConfigurationNode {
        var keys = [("httpMethod", "method"), ("uri", "uri"), ("timeoutInMillis", "timeoutInMillis")]
        if settings.isHTTP { keys.append(("policy", "policy")) }
        if settings.isHTTP, settings.connectionType == "VPC_LINK" {
            keys += [("connectionId", "link"), ("integrationTarget", "integrationTarget")]
        }
        switch settings.type {
        case "MOCK": keys = []
        case "HTTP": keys += [("tlsConfig", "tlsConfig")]
        case "HTTP_PROXY":
            keys += [
                ("tlsConfig", "tlsConfig"), ("requestParameters", "parameters"),
                ("responseTransferMode", "responseTransferMode"),
            ]
        case "AWS_PROXY": keys += [("responseTransferMode", "responseTransferMode"), ("endpoint", "endpoint")]
        default: keys += [("endpoint", "endpoint")]
        }
        return mapping(taken(keys))
    }

    /// Ascending, because the service tries its patterns in the order of their statuses.
    private var select: ConfigurationNode {
        let responses = (settings.responses ?? []).sorted { $0.status < $1.status }
        let rules = sequence(
            responses.map { response in
                var entries = [entry("status", response.statusNode)]
                if response.pattern != nil, let pattern = response.node["selectionPattern"] {
                    entries.insert(entry("pattern", pattern), at: 0)
                }
                return ConfigurationNode(.mapping(entries), at: response.location)
            }
        )
        return settings.callsFunction ? mapping([entry("responses", rules), word("on", "errorMessage")]) : rules
    }

    private var response: ConfigurationNode {
        mapping(
            (settings.responses ?? []).map { response in
                let entries = Self.taken(
                    [
                        ("responseParameters", "parameters"), ("responseTemplates", "templates"),
                        ("contentHandling", "contentHandling"),
                    ],
                    from: response.node,
                )
                return ConfigurationNode.Entry(
                    key: String(response.status),
                    keyLocation: response.statusNode.location,
                    value: ConfigurationNode(.mapping(entries), at: response.location),
                )
            }
        )
    }

    // MARK: Nodes

    private func taken(_ keys: [(from: String, to: String)]) -> [ConfigurationNode.Entry] {
        Self.taken(keys, from: settings.node)
    }

    /// The entries of a mapping under other names; those without value are left out.
    private static func taken(
        _ keys: [(from: String, to: String)],
        from node: ConfigurationNode,
    ) -> [ConfigurationNode.Entry] {
        guard case .mapping(let entries) = node.value else { return [] }
        return keys.compactMap { key in
            guard let entry = entries.last(where: { $0.key == key.from }) else { return nil }
            if case .null = entry.value.value { return nil }
            return ConfigurationNode.Entry(key: key.to, keyLocation: entry.keyLocation, value: entry.value)
        }
    }

    private func entry(_ key: String, _ value: ConfigurationNode) -> ConfigurationNode.Entry {
        ConfigurationNode.Entry(key: key, keyLocation: value.location, value: value)
    }

    /// A setting that follows from the type, and stands where the type does.
    private func word(_ key: String, _ text: String) -> ConfigurationNode.Entry {
        let place = settings.place("type")
        return entry(
            key,
            ConfigurationNode(.scalar(.init(text: text, isPlain: true, contentLocation: place)), at: place),
        )
    }

    private func mapping(_ entries: [ConfigurationNode.Entry]) -> ConfigurationNode {
        ConfigurationNode(.mapping(entries), at: settings.node.location)
    }

    private func sequence(_ nodes: [ConfigurationNode]) -> ConfigurationNode {
        ConfigurationNode(.sequence(nodes), at: settings.node.location)
    }
}
