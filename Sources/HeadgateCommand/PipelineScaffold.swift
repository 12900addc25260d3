/// The files that `headgate new` writes. Each of them passes `headgate check` and `headgate test`.
enum PipelineScaffold {
    static func text(_ form: New.Form, name: String) -> String {
        switch form {
        case .integration: integration(name)
        case .stages: stages(name)
        case .mock: mock(name)
        }
    }

    private static func integration(_ name: String) -> String {
        """
        # curl -i http://127.0.0.1:8080/\(name)/7
        name: \(name)
        route: GET /\(name)/{id}
        integration:
          type: HTTP
          httpMethod: GET
          uri: http://127.0.0.1:8081/items/{id}
          requestParameters:
            integration.request.path.id: method.request.path.id
          integrationResponses:
            - statusCode: 200
              selectionPattern: 2\\d\\d
              responseTemplates:
                application/json: |
                  #set($item = $input.path('$'))
                  {"id": "$input.params('id')", "name": "$util.escapeJavaScript($item.name)"}
            - statusCode: 502
              responseTemplates:
                application/json: '{"message": "the backend did not answer as it should"}'

        tests:
          - name: an item
            request: {path: /\(name)/7}
            backend:
              receives: {method: GET, path: /items/7}
              answers: {status: 200, json: {name: lamp}}
            response: {status: 200, json: {id: "7", name: lamp}}

        """
    }

    private static func stages(_ name: String) -> String {
        """
        # curl -i http://127.0.0.1:8080/\(name)/7
        name: \(name)
        route: GET /\(name)/{id}
        stages:
          - request:
              parameters:
                path.id: method.request.path.id
          - http:
              method: GET
              uri: http://127.0.0.1:8081/items/{id}
          - select:
              - {pattern: 2\\d\\d, status: 200}
              - {status: 502}
          - response:
          - script: |
              if ctx.response.status == 200 then
                local item = ctx.response.body:json()
                item.greeting = "hello from Lua"
                ctx.response.body:set_json(item)
              end

        tests:
          - name: an item
            request: {path: /\(name)/7}
            backend:
              receives: {method: GET, path: /items/7}
              answers: {status: 200, json: {name: lamp}}
            response: {status: 200, json: {name: lamp, greeting: hello from Lua}}

        """
    }

    private static func mock(_ name: String) -> String {
        """
        # curl -i http://127.0.0.1:8080/\(name)
        name: \(name)
        route: GET /\(name)
        integration:
          type: MOCK
          requestTemplates:
            application/json: '{"statusCode": 200}'
          integrationResponses:
            - statusCode: 200
              responseTemplates:
                application/json: '{"status": "ok", "stage": "$context.stage"}'

        tests:
          - name: it answers
            response: {status: 200, json: {status: ok, stage: local}}

        """
    }
}
