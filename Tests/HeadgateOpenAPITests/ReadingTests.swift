import Headgate
import HeadgateOpenAPI
import OrderedJSON
import Testing

@Suite struct ReadingTests {
    private func api(_ text: String, options: DefinitionOptions = DefinitionOptions()) throws -> RestAPI {
        let outcome = Definition.read(text, options: options)
        return try #require(outcome.apis.first, "\(outcome.findings)")
    }

    @Test func enumerationsInAnyCase() throws {
        let method = try api(
            Definition.integration(
                """
                type: HTTP_Proxy
                httpMethod: any
                uri: http://a/
                passthroughBehavior: Never
                contentHandling: convert_to_text
                connectionType: vpc_link
                connectionId: ${stageVariables.link}
                responseTransferMode: stream
                tlsConfig: {insecureSkipVerification: true}
                timeoutInMillis: "5000"
                """
            )
        ).methods[0]
        let integration = try #require(method.integration)
        #expect(integration.kind == .httpProxy)
        #expect(integration.httpMethod == "ANY")
        #expect(integration.passthroughBehavior == .never)
        #expect(integration.contentHandling == .toText)
        #expect(integration.connectionType == .vpcLink)
        #expect(integration.connectionID == "${stageVariables.link}")
        #expect(integration.responseTransferMode == .stream)
        #expect(integration.insecureSkipVerification == true)
        #expect(integration.timeoutInMillis == 5000)
    }

    @Test func responsesByPattern() throws {
        let responses = try api(
            Definition.integration(
                """
                type: http
                httpMethod: GET
                uri: http://a/
                responses:
                  default: {statusCode: 200}
                  404: {statusCode: "404"}
                  '5\\d{2}': {statusCode: 502, responseTemplates: {application/json: null, text/plain: sorry}}
                """
            )
        ).methods[0].integration?.responses
        #expect(responses?.map(\.status) == [200, 404, 502])
        #expect(responses?.map(\.selectionPattern) == [nil, "404", "5\\d{2}"])
        #expect(responses?.last?.responseTemplates == [Named("application/json", nil), Named("text/plain", "sorry")])
    }

    @Test func twoResponsesWithOneStatus() throws {
        let text = Definition.integration(
            "type: mock\nresponses:\n  default: {statusCode: 200}\n  '2..': {statusCode: 200}"
        )
        let outcome = Definition.read(text)
        #expect(outcome.apis.first?.methods[0].integration?.responses.map(\.selectionPattern) == ["2.."])
        #expect(
            outcome.findings.contains {
                $0.contains("warning: two integration responses have the status 200; API Gateway keeps the last")
            }
        )
    }

    @Test func misspeltPassthroughBehavior() {
        let outcome = Definition.read(Definition.integration(Definition.mock + "\npassThroughBehavior: never"))
        #expect(outcome.apis.first?.methods[0].integration?.passthroughBehavior == .never)
        #expect(
            outcome.findings == [
                "api.yaml:12:9: warning: \"passThroughBehavior\" is read as \"passthroughBehavior\"; write passthroughBehavior"
            ]
        )
    }

    @Test func parametersOfPathAndOperation() throws {
        let text = """
            openapi: 3.1.0
            info: {title: Pets}
            paths:
              /pets/{id}/{part}:
                parameters:
                  - {name: id, in: path, schema: {type: integer}}
                  - {name: lang, in: query}
                get:
                  parameters:
                    - {name: lang, in: query, required: true}
                    - {name: X-Trace, in: header}
                    - {name: session, in: cookie}
                  x-amazon-apigateway-integration: {type: mock}
            """
        let parameters = try api(text).methods[0].parameters
        #expect(
            parameters.map { "\($0.key) \($0.isRequired)" } == [
                "method.request.path.id true", "method.request.querystring.lang true",
                "method.request.header.X-Trace false",
                "method.request.path.part true",
            ]
        )
    }

    @Test func modelsOfBodies() throws {
        let swagger = """
            swagger: "2.0"
            info: {title: Pets}
            paths:
              /pets:
                post:
                  consumes: [application/json, application/x-json]
                  parameters:
                    - {name: body, in: body, schema: {$ref: '#/definitions/Pet'}}
                  responses: {200: {schema: {type: object}}}
                  x-amazon-apigateway-integration: {type: mock}
            definitions:
              Pet: {type: object, properties: {mother: {$ref: '#/definitions/Pet'}, name: {$ref: Name}}}
              Name: {type: string}
            """
        let api = try api(swagger)
        #expect(
            api.methods[0].requestModels == [
                Named("application/json", .named("Pet")), Named("application/x-json", .named("Pet")),
            ]
        )
        #expect(api.model("Pet")?.schema.json["properties"]?["name"] == ["$ref": "#/definitions/Name"])
        let text = OpenAPIWriter(api, format: .openAPI("3.0.1")).json
        let exported = try #require(try JSONValue(parsing: text)["components"]?["schemas"]?["Pet"]?["properties"])
        #expect(exported["mother"] == ["$ref": "#/components/schemas/Pet"])
    }

    @Test(arguments: [
        (DefinitionOptions.BasePath.ignore, "/e"), (.prepend, "/a/b/c/e"), (.split, "/b/c/e"),
    ])
    func basePath(_ rule: DefinitionOptions.BasePath, _ path: String) throws {
        var options = DefinitionOptions()
        options.basePath = rule
        let servers = "servers: [{url: 'https://x.example/{basePath}', variables: {basePath: {default: a/b/c}}}]"
        #expect(
            try api(Definition.integration(Definition.mock, path: "/e", root: servers), options: options).methods[0]
                .path == path
        )
        let url = "servers: [{url: 'https://x.example/a/b/c'}]"
        #expect(
            try api(Definition.integration(Definition.mock, path: "/e", root: url), options: options).methods[0].path
                == path
        )
    }

    @Test func idOfTheServersHost() throws {
        let servers = "servers: [{url: 'https://abc123.execute-api.eu-west-1.amazonaws.com/v1'}]"
        #expect(try api(Definition.integration(Definition.mock, root: servers)).id == "abc123")
        #expect(try api(Definition.integration(Definition.mock)).id == nil)
    }

    @Test func security() throws {
        let root = """
            components:
              securitySchemes:
                key: {type: apiKey, name: X-Api-Key, in: header}
                iam: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
                pool:
                  type: apiKey
                  name: Token
                  in: header
                  x-amazon-apigateway-authtype: cognito_user_pools
                  x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: ['arn:aws:cognito-idp:r:1:userpool/x']}
                function:
                  type: apiKey
                  name: Unused
                  in: header
                  x-amazon-apigateway-authorizer:
                    {type: request, authorizerUri: 'arn:aws:apigateway:r:lambda:path/f', identitySource: 'method.request.header.A', authorizerResultTtlInSeconds: 0}
            security: [{pool: [a]}]
            """
        func method(_ line: String) throws -> APIMethod {
            try api(Definition.operation(line + "\nx-amazon-apigateway-integration: {type: mock}", root: root)).methods[
                0
            ]
        }
        #expect(try method("summary: none").authorization == .cognito(authorizer: "pool", scopes: ["a"]))
        #expect(try method("security: []").authorization == .none)
        #expect(try method("security: [{key: []}]").apiKeyRequired)
        let both = try method("security: [{key: [], function: []}]")
        #expect(both.apiKeyRequired && both.authorization == .custom(authorizer: "function"))
        #expect(try method("security: [{iam: []}]").authorization == .iam)
        #expect(try method("x-amazon-apigateway-auth: {type: aws_iam}").authorization == .iam)
        #expect(try method("x-amazon-apigateway-auth: {type: NONE}").authorization == .none)
        let authorizers = try api(Definition.operation("x-amazon-apigateway-integration: {type: mock}", root: root))
            .authorizers
        #expect(authorizers.map(\.identitySource) == ["method.request.header.Token", "method.request.header.A"])
        #expect(authorizers.map(\.resultTTLSeconds) == [nil, 0])
    }

    @Test func integrationBehindAReference() throws {
        let root = "components: {x-amazon-apigateway-integrations: {one: {type: mock, passthroughBehavior: never}}}"
        let operation = "x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/one'}"
        #expect(
            try api(Definition.operation(operation, root: root)).methods[0].integration?.passthroughBehavior == .never
        )
    }

    @Test func placesInTemplates() throws {
        let text = Definition.integration(
            "type: mock\nrequestTemplates:\n  application/json: |\n    #set($a = 1)\n    {}"
        )
        let template = try #require(try api(text).methods[0].integration?.requestTemplates.first?.value)
        #expect(template.scalar.location(line: 2, column: 1).description == "api.yaml:13:13")
    }

    @Test func stage() throws {
        let root = """
            x-stage:
              name: prod
              variables: {host: backend.test}
              canary: {percentTraffic: 12.5, stageVariableOverrides: {host: next.test}}
              apiKeys: [{id: k, value: abcdefghij0123456789, enabled: false, quota: {limit: 5, period: week}}]
              methodSettings: {'*/*': {throttlingRateLimit: 1.5, throttlingBurstLimit: 3, loggingLevel: INFO}}
            """
        var options = DefinitionOptions()
        let stage = try #require(try api(Definition.integration(Definition.mock, root: root)).stage)
        #expect(stage.name == "prod")
        #expect(stage.variables == [Named("host", "backend.test")])
        #expect(stage.canary?.percentTraffic == 12.5)
        #expect(stage.apiKeys.first?.isEnabled == false)
        #expect(stage.apiKeys.first?.quota?.period == .week)
        #expect(stage.methodSettings.first?.value.throttle == .init(rateLimit: 1.5, burstLimit: 3))
        options.deploymentStage = "test"
        #expect(try api(Definition.integration(Definition.mock, root: root), options: options).stage?.name == "test")
    }

    @Test func warnings() {
        let text = Definition.integration(
            """
            type: http
            httpMethod: GET
            uri: http://a/
            requestTemplate: {}
            requestParameters: {integration.request.header.Content-Length: "'1'"}
            responses:
              default: {statusCode: 201, responseParameters: {method.response.header.A: "'x'"}}
            """,
            root: "x-amazon-apigateway-request-validator: al\nx-amazon-apigateway-request-validators: {all: {}}",
        )
        #expect(
            Definition.read(text).findings == [
                "api.yaml:3:40: warning: Invalid Request Validator identifier specified; expected one of: all; did you mean \"all\"?",
                "api.yaml:13:9: warning: \"requestTemplate\" means nothing in an integration; did you mean \"requestTemplates\"?",
                "api.yaml:14:29: warning: the header content-length belongs to the gateway: every request of this method fails with 500; "
                    + "leave it out",
                "api.yaml:16:11: warning: Output mapping refers to an invalid method response: 201; declare the status 201 in the responses "
                    + "of GET /pets",
            ]
        )
    }

    @Test func operationsThatAreNotServed() {
        let outcome = Definition.read(
            Definition.integration(Definition.mock)
                + "\n    post: {}\n    trace: {}\n    put:\n      x-amazon-apigateway-integration: {uri: 'http://a/'}"
        )
        #expect(outcome.apis.first?.methods.filter { $0.integration != nil }.map(\.route) == ["GET /pets"])
        #expect(outcome.findings.filter { $0.contains("warning") }.count == 3, "\(outcome.findings)")
    }
}
