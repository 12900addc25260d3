import Headgate

/// A deployment stage as `x-stage`, a stage file and `stage:` have it.
struct StageNodes {
    let stage: DeploymentStage
    /// A definition is given to others: it does not hold the secrets of those who may call.
    var hasCallers = true

    var node: ConfigurationNode {
        Build.mapping(
            [
                ("name", Build.text(stage.name)),
                ("variables", Build.texts(stage.variables)),
                ("canary", stage.canary.map(canary)),
                ("apiKeys", Build.list(stage.apiKeys.map(key)).nonEmpty),
                ("callers", hasCallers ? stage.callers?.node : nil),
                ("methodSettings", Build.mapping(stage.methodSettings.map(settings)).nonEmpty),
            ],
            at: stage.place.location,
        )
    }

    private func canary(_ canary: DeploymentStage.Canary) -> ConfigurationNode {
        Build.mapping([
            ("percentTraffic", Build.number(canary.percentTraffic)),
            ("stageVariableOverrides", Build.texts(canary.variableOverrides)),
        ])
    }

    private func key(_ key: DeploymentStage.APIKey) -> ConfigurationNode {
        Build.mapping(
            [
                ("id", Build.text(key.id)),
                ("name", key.name.map { Build.text($0) }),
                ("value", Build.text(key.value)),
                ("enabled", Build.boolean(key.isEnabled)),
                (
                    "quota",
                    key.quota.map {
                        Build.mapping([
                            ("limit", Build.integer($0.limit)), ("period", Build.text($0.period.rawValue)),
                        ])
                    },
                ),
                (
                    "throttle",
                    key.throttle.map {
                        Build.mapping([
                            ("rateLimit", $0.rateLimit.map { Build.number($0) }),
                            ("burstLimit", $0.burstLimit.map { Build.integer($0) }),
                        ])
                    },
                ),
            ],
            at: key.place.location,
        )
    }

    private func settings(_ settings: Named<DeploymentStage.MethodSettings>) -> ConfigurationNode.Entry {
        let members: [(String, ConfigurationNode?)] = [
            ("throttlingRateLimit", settings.value.throttle.rateLimit.map { Build.number($0) }),
            ("throttlingBurstLimit", settings.value.throttle.burstLimit.map { Build.integer($0) }),
        ]
        let node = Build.mapping(Build.mapping(members).entries + (settings.value.unused?.entries ?? []))
        return Build.entry(settings.name, node, at: settings.place.location)
    }
}
