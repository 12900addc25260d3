import Headgate
import HeadgateStages
import Testing

@testable import HeadgateDefinitions

/// `api:`, `stage:` and `method:`, read with the stages that they mean.
@Suite("APIs in pipeline files")
struct APIBlockTests {
    private static let registry = StageRegistry(BuiltInStages.declarations)

    private func load(_ files: [(file: String, text: String)], stage: String? = nil) -> LoadedDefinitions {
        var loader = DefinitionsLoader(registry: Self.registry)
        loader.deploymentStage = stage
        return loader.load(contents: files.map { ($0.file, Array($0.text.utf8)) }, directory: nil)
    }

    private static let pipeline = """
        route: POST /pets/{id}
        method:
          operationName: add
          apiKeyRequired: true
          requestValidator: all
          requestParameters:
            method.request.header.X-A: true
            method.request.querystring.page: false
            method.request.path.id: {required: true, description: which}
          requestModels: {application/json: Pet}
          methodResponses: {"200": {responseParameters: {method.response.header.X: false}}}
        integration:
          type: MOCK
          requestTemplates: {application/json: '{"statusCode": 200}'}
          integrationResponses: [{statusCode: 200}]
        """

    private static let api = """
        api:
          name: Pets
          minimumCompressionSize: 100
          requestValidators: {all: {validateRequestBody: true, validateRequestParameters: true}}
          models: {Pet: {schema: {type: object, required: [name]}}}
          gatewayResponses: {INVALID_API_KEY: {statusCode: 401}}
        stage:
          name: prod
          variables: {color: blue, size: s}
          canary: {percentTraffic: 25, stageVariableOverrides: {color: green}}
          apiKeys: [{id: shop, value: a-key-of-twenty-characters}]
          methodSettings: {"*/*": {throttlingRateLimit: 5}, "pets/{id}/POST": {throttlingBurstLimit: 2}}
        """

    @Test func whatAMethodAsksForAreStagesInFrontOfItsIntegration() throws {
        let loaded = load([("api.yaml", Self.api), ("add.yaml", Self.pipeline)])
        #expect(loaded.diagnostics == [])
        let pipeline = try #require(loaded.pipelines.first)
        #expect(
            pipeline.stages.map(\.kind) == [
                "decompress", "api-key", "throttle", "validate", "request", "mock", "select", "response", "compress",
            ]
        )
        let explanations = pipeline.stages.map(\.built.explanation)
        #expect(
            explanations[1...3] == ["1 key by x-api-key", "2 at once", "requires X-A, id; the body must fit its model"]
        )
        #expect(explanations.last == "gzip or deflate, from 100 bytes")
    }

    @Test func theDeploymentStageIsTheAPIs() throws {
        let api = try #require(load([("api.yaml", Self.api), ("add.yaml", Self.pipeline)]).pipelines.first?.api)
        #expect(api.deployment.name == "prod")
        #expect(api.deployment.apiID.utf8.count == 10)
        #expect(api.deployment.variables.map { "\($0.name)=\($0.value)" } == ["color=blue", "size=s"])
        #expect(api.deployment.isCanary == false)
        #expect(api.canary?.share == 0.25)
        #expect(api.canary?.deployment.variable("color") == "green")
        #expect(api.canary?.deployment.variable("size") == "s")
        let renamed = load([("api.yaml", Self.api), ("add.yaml", Self.pipeline)], stage: "test")
        #expect(renamed.pipelines.first?.api?.deployment.name == "test")
    }

    @Test func theOrderOfFilesDoesNotCount() {
        let loaded = load([("add.yaml", Self.pipeline), ("zoo.yaml", Self.api)])
        #expect(loaded.diagnostics == [])
        #expect(loaded.pipelines.first?.api != nil)
    }

    @Test func anAPIIsThatOfTheNearestFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write("api: {name: outer}", to: "api.yaml")
        try folder.write("api: {name: inner, id: inner}", to: "in/api.yaml")
        let mock = "integration: {type: MOCK, integrationResponses: [{statusCode: 200}]}"
        try folder.write("route: GET /x\n" + mock, to: "a.yaml")
        // The same route as in the other API.
        try folder.write("route: GET /x\n" + mock, to: "in/deep/b.yaml")
        let loaded = DefinitionsLoader(registry: Self.registry).load(directory: folder.path)
        #expect(loaded.diagnostics == [])
        #expect(loaded[pipeline: "a"]?.api?.deployment.apiID == SharedAPI.id(from: "outer"))
        #expect(loaded.pipelines.last?.api?.deployment.apiID == "inner")
    }

    @Test(arguments: [
        ("stage: {name: x}", "api.yaml:1:1: error: \"stage\" stands without \"api\""),
        (
            "api: {name: x, gatewayResponses: {DEFAULT_4X: {}}}",
            "api.yaml:1:35: error: \"DEFAULT_4X\" is no type of gateway response",
        ),
        (
            "api: {name: x, gatewayResponses: {THROTTLED: {responseParameters: {header.X: \"'a'\"}}}}",
            "api.yaml:1:68: error: Invalid mapping expression parameter specified: header.X",
        ),
        (
            "api: {name: x, minimumCompressionSize: 99999999}",
            "api.yaml:1:40: error: minimumCompressionSize: found \"99999999\"",
        ),
        ("api: {name: x}\nstage: {name: a b}", "api.yaml:2:15: error: Stage name only allows a-zA-Z0-9_-"),
        (
            "api: {name: x}\nstage: {apiKeys: [{value: short}]}",
            "api.yaml:2:27: error: API Key value should be at least 20 characters",
        ),
        (
            "api: {name: x}\nstage: {canary: {percentTraffic: 101}}",
            "api.yaml:2:34: error: percentTraffic: found \"101\"",
        ),
        ("api: {name: x}\nroute: GET /", "api.yaml:2:1: error: unknown key \"route\" beside \"api\""),
    ])
    func mistakes(text: String, expected: String) {
        let findings = load([("api.yaml", text)]).diagnostics
        #expect(findings.map { "\($0.location): \($0.severity.rawValue): \($0.message)" } == [expected])
    }

    @Test(arguments: [
        ("authorizationType: CUSTOM\n  authorizer: me", "Invalid authorizer ID specified."),
        ("requestValidator: al", "Invalid Request Validator identifier specified"),
        (
            "requestParameters: {method.request.cookie.a: true}",
            "Invalid mapping expression specified: method.request.cookie.a",
        ),
        ("requestValidator: all\n  requestModels: {application/json: Pe}", "Invalid model identifier specified: Pe"),
        ("methodResponses: {2xx: {}}", "\"2xx\" is no status"),
    ])
    func mistakesOfMethods(method: String, expected: String) {
        let text =
            "route: GET /\nmethod:\n  \(method)\nintegration: {type: MOCK, integrationResponses: [{statusCode: 200}]}"
        let findings = load([("api.yaml", Self.api), ("a.yaml", text)]).diagnostics
        #expect(findings.count == 1)
        #expect(findings.first?.message.hasPrefix(expected) == true, "\(findings)")
        #expect(findings.first?.location.file == "a.yaml")
    }
}
