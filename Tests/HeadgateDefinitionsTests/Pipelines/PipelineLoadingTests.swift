import Headgate
import HeadgateDefinitions
import OrderedJSON
import Testing

@Suite("Pipelines from files")
struct PipelineLoadingTests {
    private func load(_ text: String, environment: [String: String] = [:], file: String = "pets.yaml")
        -> LoadedDefinitions
    {
        DefinitionsLoader(registry: TestStages.registry, environment: environment).load(text: text, file: file)
    }

    private func stages(_ definitions: LoadedDefinitions) -> [String] {
        definitions.pipelines.flatMap(\.stages).map { "\($0.label): \($0.built.explanation)" }
    }

    @Test("The stages form")
    func stagesForm() {
        let loaded = load(
            """
            route: GET /pets/{id}
            stages:
              - request: {parameters: {header.X: method.request.path.id}}
              - http:
                  method: POST
                  uri: http://${HOST:-localhost}/
              - name: after
                script: return 1
              - script: return 2
              - select:
                  - {pattern: 2\\d\\d, status: 200}
              - response
              - script: return 3
            """
        )
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                "request: parameters={header.X: method.request.path.id}",
                "http: method=POST uri=http://localhost/",
                "after: script=return 1",
                "script 2: script=return 2",
                "select: responses=[{pattern: 2\\d\\d, status: 200}]",
                "response: ",
                "script 3: script=return 3",
            ]
        )
        #expect(loaded.pipelines.map(\.name) == ["pets"])
        #expect(loaded.pipelines.first?.stages.map(\.location?.line) == [3, 4, 7, 9, 10, 12, 13])
    }

    @Test("The integration form means the same stages")
    func integrationForm() {
        let loaded = load(
            """
            route: ['GET /pets/{id}', 'HEAD /pets/{id}']
            integration:
              type: http
              httpMethod: POST
              uri: http://localhost/
              timeoutInMillis: 3000
              requestParameters: {integration.request.path.id: method.request.path.id}
              requestTemplates: {application/json: '{"a": ${B}}'}
              passthroughBehavior: NEVER
              cacheKeyParameters: []
              integrationResponses:
                - {statusCode: "404", selectionPattern: "404"}
                - {statusCode: 200, responseTemplates: {application/json: null}, contentHandling: CONVERT_TO_TEXT}
            """
        )
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                "request: parameters={integration.request.path.id: method.request.path.id} "
                    + #"templates={application/json: "{\"a\": ${B}}"} passthroughBehavior=NEVER"#,
                "http: method=POST uri=http://localhost/ timeoutInMillis=3000",
                #"select: responses=[{status: 200}, {pattern: "404", status: "404"}]"#,
                "response: 200={templates: {application/json: null}, contentHandling: CONVERT_TO_TEXT} 404={}",
            ]
        )
        #expect(loaded.pipelines.first?.routes.map(\.description) == ["GET /pets/{id}", "HEAD /pets/{id}"])
    }

    @Test("An integration as the service prints it")
    func asTheServicePrintsIt() {
        let loaded = load(
            """
            {
                "name": "printed",
                "route": "ANY /a",
                "integration": {
                    "type": "MOCK", "requestTemplates": {"application/json": "{\\"statusCode\\": 200}"},
                    "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000, "cacheNamespace": "x",
                    "cacheKeyParameters": [], "contentHandling": null, "connectionType": "INTERNET", "credentials": null,
                    "integrationResponses": {
                        "500": {"statusCode": "500", "selectionPattern": "5\\\\d\\\\d"},
                        "200": {"statusCode": "200", "selectionPattern": null, "responseTemplates": {"application/json": null}},
                        "404": {"selectionPattern": "404"}
                    }
                }
            }
            """,
            file: "printed.json",
        )
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                #"request: templates={application/json: "{\"statusCode\": 200}"} passthroughBehavior="WHEN_NO_MATCH" backend=mock"#,
                "mock: ",
                #"select: responses=[{status: 200}, {pattern: "404", status: 404}, {pattern: "5\\d\\d", status: 500}]"#,
                "response: 200={templates: {application/json: null}} 404={} 500={}",
            ]
        )
    }

    @Test("A proxy is one stage")
    func proxy() {
        let loaded = load(
            """
            route: ANY /a/{rest+}
            integration:
              type: HTTP_PROXY
              httpMethod: ANY
              uri: https://${stageVariables.host}/{rest}
              requestParameters: {integration.request.path.rest: method.request.path.rest}
              tlsConfig: {insecureSkipVerification: true}
              responseTransferMode: STREAM
              integrationResponses: [{statusCode: 200}]
            """
        )
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                "http-proxy: method=ANY uri=https://${stageVariables.host}/{rest} "
                    + "tlsConfig={insecureSkipVerification: true} "
                    + "parameters={integration.request.path.rest: method.request.path.rest} responseTransferMode=STREAM"
            ]
        )
    }

    @Test("AWS integrations are built where their stages are")
    func aws() {
        var registry = TestStages.registry
        registry.register(TestStages.kind("aws", .dispatch, ["method", "uri", "timeoutInMillis"]))
        registry.register(TestStages.kind("credentials", .credentials, ["role"]))
        let loaded = DefinitionsLoader(registry: registry).load(
            text: """
                route: POST /a
                integration:
                  type: AWS
                  httpMethod: POST
                  uri: arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/f/invocations
                  credentials: arn:aws:iam::123456789012:role/r
                  integrationResponses: [{statusCode: 200}, {statusCode: 400, selectionPattern: 'Bad.*'}]
                """
        )
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                "credentials: role=arn:aws:iam::123456789012:role/r",
                "request: backend=aws",
                "aws: method=POST uri=arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/f/invocations",
                #"select: responses=[{status: 200}, {pattern: "Bad.*", status: 400}] on=errorMessage"#,
                "response: 200={} 400={}",
            ]
        )
    }

    @Test("What is said about the pipeline")
    func settings() throws {
        let loader = DefinitionsLoader(
            registry: TestStages.registry,
            deployment: Deployment(name: "dev", variables: [("host", "a"), ("other", "b")]),
        )
        let loaded = loader.load(
            text: """
                name: pet by id
                description: |
                  Finds a pet.
                route: GET /pets/{id}
                payloadLimit: 2MiB
                stageVariables: {host: c, port: 8080}
                deployment: {apiId: api1, accountId: "123456789012", region: eu-central-1}
                stages: [mock]
                """
        )
        #expect(loaded.diagnostics == [])
        let pipeline = try #require(loaded[pipeline: "pet by id"])
        #expect(pipeline.documentation == "Finds a pet.\n")
        #expect(pipeline.payloadLimit == 2 << 20)
        let deployment = try #require(pipeline.deployment)
        #expect(deployment.name == "dev")
        #expect(deployment.apiID == "api1")
        #expect(deployment.accountID == "123456789012")
        #expect(deployment.region == "eu-central-1")
        #expect(deployment.variables.map { "\($0.name)=\($0.value)" } == ["other=b", "host=c", "port=8080"])
        #expect(pipeline.location == Place(file: "pipeline.yaml", line: 1, column: 1))
        #expect(load("route: GET /x\nstages: [mock]").pipelines.first?.deployment == nil)
    }

    @Test("ANY and a method of its own stand beside each other; the names of variables do not tell routes apart")
    func routes() {
        let text = """
            pipelines:
              - {name: a, route: ANY /x, stages: [mock]}
              - {name: b, route: GET /x, stages: [mock]}
              - {name: c, route: 'GET /x/{id}', stages: [mock]}
              - {name: d, route: 'GET /x/{id+}', stages: [mock]}
              - {name: e, route: 'GET /x/{other}', stages: [mock]}
            """
        let loaded = load(text)
        #expect(loaded.pipelines.map(\.name) == ["a", "b", "c", "d"])
        #expect(loaded.diagnostics.map(\.message) == ["the route GET /x/{other} is taken"])
    }

    @Test("The aliases and merges of a document reach its pipelines")
    func shared() {
        let text = """
            pipelines:
              - name: a
                route: GET /a
                integration: &base
                  type: MOCK
                  integrationResponses: [{statusCode: 200}]
              - {name: b, route: GET /b, integration: *base}
              - {name: c, route: GET /c, integration: {<<: *base, passthroughBehavior: NEVER}}
            """
        let loaded = load(text)
        #expect(loaded.diagnostics == [])
        #expect(
            loaded.pipelines.map { $0.stages.map(\.kind) }
                == Array(repeating: ["request", "mock", "select", "response"], count: 3)
        )
    }
}
