import Headgate
import HeadgateStages

/// The keys of a pipeline in a file, declared once: reading, messages, JSON Schema and the reference
/// page all follow from here.
struct PipelineFields: Sendable {
    let name = Field(
        optional: "name",
        FieldType<String>.label,
        "What logs, metrics and `headgate invoke` call the pipeline; each name once in a gateway. "
            + "The default is the file's name without its ending; where a file has several pipelines, followed by the route.",
    )
    let description = Field(
        optional: "description",
        FieldType<String>.string,
        "What the pipeline is for; shown by `headgate explain`.",
    )
    let route = Field(
        required: "route",
        FieldType<[Route]>.routes,
        "Method and path, or a list of them: `GET /pets/{id}`. `{name}` takes one segment, `{name+}` at the end takes "
            + "the rest, and the method `ANY` stands for all seven. A literal segment goes before `{name}`, that before `{name+}`.",
    )
    let payloadLimit = Field(
        optional: "payloadLimit",
        FieldType<Int>.byteCount,
        "The largest request body: bytes, or a number with KB, MB, KiB or MiB. More is answered with 413. "
            + "The default is the gateway's, 10 MiB unless it was told otherwise.",
    )
    let maxInFlight = Field(
        optional: "maxInFlight",
        FieldType<Int>.integer(1...1_000_000, unit: "requests"),
        "How many requests are worked on at the same time. A few more wait for half a second at most, the others are "
            + "answered with 503 and `Retry-After` at once. Without it there is no bound but the gateway's.",
    )
    let stageVariables = Field(
        "stageVariables",
        VariableName.mapType,
        default: [],
        "Values for `${stageVariables.NAME}` in URIs and `$stageVariables.NAME` in templates.",
    )
    let deployment = Field(
        optional: "deployment",
        FieldType.record(DeploymentSettings.record),
        "What `$context` says about the API that the pipeline belongs to. The default is the gateway's.",
    )
    let models = Field(
        "models",
        FieldType<[MapEntry<RequestModel>]>.namedModels,
        default: [],
        "JSON Schemas (draft 4) by name, for the `requestModels` of a `validate` stage and for each other. Beside a list of "
            + "`pipelines` they are for all of them.",
    )
    let method = Field(
        optional: "method",
        FieldType.record(MethodBlock.record),
        "What is asked of a request before its backend is called: an API key, a caller, parameters, a body of some form.",
    )
    let openapi = Field(
        optional: "openapi",
        FieldType<ConfigurationNode>.asWritten(.any),
        "What only OpenAPI documents say about the method; kept for `headgate export`.",
    )
    let integration: Field<[PipelineStage]?>
    let stages: Field<[PipelineStage]?>
    let tests = Field(
        "tests",
        FieldType<[PipelineTestDraft]>.list(of: .record(PipelineTestDraft.record)),
        default: [],
        "Requests and what must come of them; `headgate test` runs them without a network.",
    )

    init(registry: StageRegistry) {
        let list = StageList(registry: registry)
        integration = Field(
            optional: "integration",
            IntegrationBlock(registry: registry).fieldType,
            "The backend call in one block, with the names of API Gateway's Integration resource. Either this or `stages`.",
        )
        stages = Field(
            optional: "stages",
            FieldType(StageListShape.shape(registry), expectation: "a list of stages") { list.stages(from: $0, $1) },
            "The stages one by one, each `- kind: settings`, where scripts and plugins may stand between the built-in ones. "
                + "Either this or `integration`.",
        )
    }

    var all: [any AnyField] {
        [
            name, description, route, payloadLimit, maxInFlight, stageVariables, deployment, models, method,
            integration, stages, tests, openapi,
        ]
    }
}

/// A pipeline as its file has it, before the file's neighbours are known.
struct PipelineDraft: Sendable {
    var name: String?
    var description: String?
    var routes: [Route]
    var payloadLimit: Int?
    var maxInFlight: Int?
    var variables: [(name: String, value: String)]
    var deployment: DeploymentSettings?
    var method: MethodBlock?
    var stages: [PipelineStage]
    var tests: [PipelineTestDraft]
    var location: SourceLocation

    static func record(_ registry: StageRegistry) -> Record<PipelineDraft> {
        let fields = PipelineFields(registry: registry)
        return Record("pipeline", "One integration: a route and what happens to its requests.", fields: fields.all) {
            settings in
            let integration = try settings[fields.integration]
            let stages = try settings[fields.stages]
            if integration != nil, stages != nil {
                throw InvalidValue(
                    "the pipeline has both \"integration\" and \"stages\"",
                    expected: "expected one of them",
                    at: settings.location(of: fields.stages),
                )
            }
            guard let stages = stages ?? integration else {
                throw InvalidValue(
                    "the pipeline does nothing",
                    expected: "expected the key \"integration\" or \"stages\"",
                )
            }
            return PipelineDraft(
                name: try settings[fields.name],
                description: try settings[fields.description],
                routes: try settings[fields.route],
                payloadLimit: try settings[fields.payloadLimit],
                maxInFlight: try settings[fields.maxInFlight],
                variables: try settings[fields.stageVariables].map { ($0.key, $0.value) },
                deployment: try settings[fields.deployment],
                method: try settings[fields.method],
                stages: stages,
                tests: try settings[fields.tests],
                location: settings.location,
            )
        }
    }
}

/// What a pipeline says about its deployment stage; nil members are the gateway's.
struct DeploymentSettings: Sendable {
    var stage: String?
    var apiID: String?
    var accountID: String?
    var region: String?

    private static let stage = Field(optional: "stage", FieldType<String>.string, "`$context.stage`.")
    private static let apiID = Field(optional: "apiId", FieldType<String>.string, "`$context.apiId`.")
    private static let accountID = Field(
        optional: "accountId",
        FieldType<String>.scalar(.text(format: "account number"), expectation: "twelve digits") {
            scalar,
            _ throws(InvalidValue) in
            guard scalar.text.utf8.count == 12, scalar.text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                throw InvalidValue()
            }
            return scalar.text
        },
        "`$context.accountId`, twelve digits.",
    )
    private static let region = Field(optional: "region", FieldType<String>.string, "The region, e.g. `eu-central-1`.")

    static let record = Record<DeploymentSettings>(
        "deployment",
        "What `$context` says about the API.",
        fields: [stage, apiID, accountID, region],
    ) { settings in
        DeploymentSettings(
            stage: try settings[stage],
            apiID: try settings[apiID],
            accountID: try settings[accountID],
            region: try settings[region],
        )
    }

    /// The gateway's deployment with what the pipeline says in its place.
    func applied(to base: Deployment) -> Deployment {
        var deployment = base
        if let stage { deployment.name = stage }
        if let apiID { deployment.apiID = apiID }
        if let accountID { deployment.accountID = accountID }
        if let region { deployment.region = region }
        return deployment
    }
}
