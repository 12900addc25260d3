import Headgate
import HeadgateStages

/// An `api:` with its `stage:`, ready for the pipelines that belong to it.
struct SharedAPI: Sendable {
    let block: APIBlock
    let stage: StageBlock?
    /// What the pipelines share while they run.
    let api: API
    /// The loader's, with what the API sets.
    let services: StageServices

    /// - Parameters:
    ///   - deployment: what the gateway says; its variables go before the stage's.
    ///   - stageName: goes before the stage's own name.
    init(
        _ block: APIBlock,
        _ stage: StageBlock?,
        deployment base: Deployment,
        stageName: String?,
        services: StageServices,
    ) {
        self.block = block
        self.stage = stage
        var deployment = base
        deployment.apiID = block.id ?? Self.id(from: block.name)
        deployment.name = stageName ?? stage?.name ?? base.name
        deployment.variables = Self.merged(stage?.variables ?? [], base.variables)
        let canary = stage?.canary.map { canary in
            var other = deployment
            other.variables = Self.merged(deployment.variables, canary.overrides)
            return API.Canary(share: canary.percentage / 100, deployment: other)
        }
        api = API(
            deployment: deployment,
            canary: canary,
            failureResponses: block.gatewayResponses.isEmpty ? nil : GatewayResponses(block.gatewayResponses),
        )
        var services = services
        services[APISettings.self] = APISettings(binaryMediaTypes: BinaryMediaTypes(block.binaryMediaTypes))
        services[APIKeys.self] = APIKeys(stage?.keys ?? [])
        services[IAMCallers.self] = IAMCallers(stage?.callers ?? [])
        services[NamedModels.self] = NamedModels(block.models.map { ($0.key, $0.value) })
        self.services = services
    }

    private static func merged(
        _ variables: [(name: String, value: String)],
        _ stronger: [(name: String, value: String)],
    ) -> [(name: String, value: String)] {
        variables.filter { variable in !stronger.contains { $0.name == variable.name } } + stronger
    }

    /// Ten letters and digits, as the service's ids are, that follow from a name.
    static func id(from name: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 36)
        return String((String(repeating: "0", count: 10) + digits).suffix(10))
    }
}
