import Headgate

/// Reads a deployment stage: `x-stage` of a definition, a stage file, `stage:` of pipeline files.
struct StageReader {
    let members: MemberReader

    private var diagnostics: Diagnostics { members.diagnostics }

    func stage(from node: ConfigurationNode, defaultName: String) -> DeploymentStage? {
        guard node.isMapping else {
            diagnostics.error(
                at: node.location,
                "the deployment stage is \(node.found)",
                expected: "expected a mapping with name",
            )
            return nil
        }
        let known: Set<String> = ["name", "variables", "canary", "apiKeys", "callers", "methodSettings"]
        members.warnOfUnknown(node, known: known, in: "a deployment stage")
        var stage = DeploymentStage(name: defaultName)
        stage.place = Place(node.location)
        if let name = members.text(node["name"], "name") {
            stage.name = name.text
            checkName(name)
        }
        stage.variables = variables(node["variables"])
        if let canary = node["canary"], !canary.isNull { stage.canary = self.canary(canary) }
        stage.apiKeys = members.list(node["apiKeys"], "apiKeys").compactMap(apiKey)
        if let node = node["callers"], !node.isNull { stage.callers = DefinitionTree(node) }
        stage.methodSettings = members.mapping(node["methodSettings"], "methodSettings").map {
            Named($0.key, settings($0.value), at: Place($0.keyLocation))
        }
        return stage
    }

    private func checkName(_ name: LocatedText) {
        let isGood =
            !name.text.isEmpty && name.text.utf8.count <= 128
            && name.text.utf8.allSatisfy { Self.isNameByte($0) || $0 == 0x2D }
        guard !isGood else { return }
        diagnostics.error(
            at: name.location,
            "Stage name only allows a-zA-Z0-9_-",
            expected: "expected up to 128 letters, digits, _ and -; found \(name.text.quotedForMessage)",
        )
    }

    /// Names to texts. The service documents letters, digits and `_`, and takes `-` too (recorded).
    func variables(_ node: ConfigurationNode?) -> [Named<LocatedText>] {
        members.mapping(node, "variables").compactMap { entry in
            guard let text = members.text(entry.value, entry.key) else { return nil }
            if entry.key.isEmpty || !entry.key.utf8.allSatisfy({ Self.isNameByte($0) || $0 == 0x2D }) {
                diagnostics.error(
                    at: entry.keyLocation,
                    "\(entry.key.quotedForMessage) cannot name a stage variable",
                    expected: "expected letters, digits, _ and -",
                )
            }
            return Named(entry.key, text, at: Place(entry.keyLocation))
        }
    }

    private func canary(_ node: ConfigurationNode) -> DeploymentStage.Canary {
        members.warnOfUnknown(
            node,
            known: ["percentTraffic", "stageVariableOverrides", "deploymentId", "useStageCache"],
            in: "a canary",
        )
        var canary = DeploymentStage.Canary(
            percentTraffic: members.number(node["percentTraffic"], "percentTraffic") ?? 0
        )
        if !(0...100).contains(canary.percentTraffic) {
            diagnostics.error(
                at: node["percentTraffic"]?.location ?? node.location,
                "percentTraffic is not from 0 to 100",
                expected: "expected a percentage",
            )
        }
        canary.variableOverrides = variables(node["stageVariableOverrides"])
        return canary
    }

    private func apiKey(_ node: ConfigurationNode) -> DeploymentStage.APIKey? {
        members.warnOfUnknown(
            node,
            known: ["id", "name", "value", "enabled", "quota", "throttle", "description"],
            in: "an API key",
        )
        guard let value = members.text(node["value"], "value") else {
            if node["value"]?.isNull ?? true {
                diagnostics.error(
                    at: node.location,
                    "the key \"value\" is missing",
                    expected: "expected value: the API key",
                )
            }
            return nil
        }
        if !(20...128).contains(value.text.utf8.count) {
            diagnostics.error(
                at: value.location,
                value.text.utf8.count < 20
                    ? "API Key value should be at least 20 characters"
                    : "API Key value exceeds maximum size of 128 characters",
            )
        }
        let name = members.text(node["name"], "name")?.text
        let id = members.text(node["id"], "id")?.text ?? name ?? String(value.text.prefix(10))
        var key = DeploymentStage.APIKey(id: id, value: value.text)
        key.place = Place(node.location)
        key.name = name
        key.isEnabled = members.boolean(node["enabled"], "enabled") ?? true
        key.quota = quota(node["quota"])
        if let throttle = node["throttle"], !throttle.isNull {
            members.warnOfUnknown(throttle, known: ["rateLimit", "burstLimit"], in: "a throttle")
            key.throttle = .init(
                rateLimit: members.number(throttle["rateLimit"], "rateLimit"),
                burstLimit: members.integer(throttle["burstLimit"], "burstLimit"),
            )
        }
        return key
    }

    private func quota(_ node: ConfigurationNode?) -> DeploymentStage.APIKey.Quota? {
        guard let node, !node.isNull else { return nil }
        members.warnOfUnknown(node, known: ["limit", "period", "offset"], in: "a quota")
        guard let limit = members.integer(node["limit"], "limit") else { return nil }
        let period = members.word(node["period"], "period", of: DeploymentStage.APIKey.Period.self) ?? .day
        return .init(limit: limit, period: period)
    }

    func settings(_ node: ConfigurationNode) -> DeploymentStage.MethodSettings {
        var settings = DeploymentStage.MethodSettings()
        settings.throttle.rateLimit = members.number(node["throttlingRateLimit"], "throttlingRateLimit")
        settings.throttle.burstLimit = members.integer(node["throttlingBurstLimit"], "throttlingBurstLimit")
        let others: Set<String> = [
            "metricsEnabled", "loggingLevel", "dataTraceEnabled", "cachingEnabled", "cacheTtlInSeconds",
            "cacheDataEncrypted",
            "requireAuthorizationForCacheControl", "unauthorizedCacheControlHeaderStrategy",
        ]
        let throttling: Set<String> = ["throttlingRateLimit", "throttlingBurstLimit"]
        members.warnOfUnknown(node, known: others.union(throttling), in: "method settings")
        settings.unused = DefinitionTree(entries: node.without(throttling).entries, at: node.location)
        return settings
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 0x5F || byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
    }
}
