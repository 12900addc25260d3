import Headgate
import HeadgateDefinitions
import Testing

@Suite("Pipelines from files")
struct PipelineLoadingTests {
    private func load(_ text: String, environment: [String: String] = [:]) -> LoadedDefinitions {
        DefinitionsLoader(registry: TestStages.registry, environment: environment).load(text: text, file: "pets.yaml")
    }

    private func stages(_ definitions: LoadedDefinitions) -> [String] {
        definitions.pipelines.flatMap(\.stages).map { "\($0.label): \($0.built.explanation)" }
    }

    @Test("The sample of the stages form")
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
              - select:
                  - {pattern: 2\\d\\d, status: 200}
              - response
            """)
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                "request: parameters={header.X: method.request.path.id}",
                "http: method=POST uri=http://localhost/",
                "after: script=return 1",
                "select: responses=[{pattern: 2\\d\\d, status: 200}]",
                "response: ",
            ])
        #expect(loaded.pipelines.map(\.name) == ["pets"])
        #expect(loaded.pipelines.first?.stages.map(\.location?.line) == [3, 4, 7, 9, 11])
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
            """)
        #expect(loaded.diagnostics == [])
        #expect(
            stages(loaded) == [
                "request: parameters={integration.request.path.id: method.request.path.id} "
                    + #"templates={application/json: "{\"a\": ${B}}"} passthroughBehavior=NEVER"#,
                "http: method=POST uri=http://localhost/ timeoutInMillis=3000",
                #"select: responses=[{status: 200}, {pattern: "404", status: "404"}]"#,
                "response: 200={templates: {application/json: null}, contentHandling: CONVERT_TO_TEXT} 404={}",
            ])
    }
}
