import Headgate
import HeadgateOpenAPI
import Testing

/// SAM and CloudFormation templates.
@Suite struct TemplateTests {
    private let template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Parameters:
          Stage: {Type: String, Default: dev}
          Host: {Type: String}
        Mappings:
          Hosts: {dev: {url: dev.example}}
        Conditions:
          IsDev: !Equals [!Ref Stage, dev]
          IsProd: !Not [!Condition IsDev]
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              Name: !Sub "pets-${Stage}"
              StageName: !Ref Stage
              BinaryMediaTypes: [image~1png]
              Variables: {table: !Ref Table}
              DefinitionBody:
                openapi: 3.0.1
                info: {title: !Ref AWS::StackName}
                paths:
                  /pets:
                    get:
                      x-amazon-apigateway-integration:
                        type: http
                        httpMethod: GET
                        uri: !Join ["", ["https://", !FindInMap [Hosts, !Ref Stage, url], "/pets"]]
                    post:
                      x-amazon-apigateway-integration:
                        type: aws_proxy
                        httpMethod: POST
                        uri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
                        credentials: !If [IsProd, !GetAtt Role.Arn, !Ref AWS::NoValue]
                    put:
                      x-amazon-apigateway-integration:
                        type: aws
                        httpMethod: POST
                        uri: !Sub "arn:aws:apigateway:${AWS::Region}:dynamodb:action/PutItem"
                        credentials:
                          Fn::GetAtt: [Role, Arn]
                        requestTemplates:
                          application/json:
                            Fn::Sub: '{"TableName": "${Table}", "Key": "${!literal}", "Id": "$input.params(''id'')"}'
          Function:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: pets
              Events:
                Extra: {Type: Api, Properties: {Path: '/extra/{id}', Method: any, RestApiId: !Ref Api}}
          Table: {Type: AWS::DynamoDB::Table}
          Role: {Type: AWS::IAM::Role}
        """

    @Test func documentInATemplate() throws {
        let outcome = Definition.read(template)
        let api = try #require(outcome.apis.first, "\(outcome.findings)")
        #expect(api.name == "headgate")
        #expect(api.stage?.name == "dev")
        #expect(api.stage?.variables == [Named("table", "Table")])
        #expect(api.binaryMediaTypes == ["image/png"])
        let integrations = api.methods.compactMap(\.integration)
        #expect(api.methods.map(\.route) == ["GET /pets", "POST /pets", "PUT /pets", "ANY /extra/{id}"])
        let function =
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:pets/invocations"
        #expect(
            integrations.map { $0.uri?.text } == [
                "https://dev.example/pets", function, "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", function,
            ]
        )
        #expect(integrations.map { $0.credentials?.text } == [nil, nil, "arn:aws:iam::000000000000:role/Role", nil])
        #expect(
            integrations[2].requestTemplates.first?.value?.text
                == #"{"TableName": "Table", "Key": "${literal}", "Id": "$input.params('id')"}"#
        )
        #expect(
            outcome.findings.map { $0.split(separator: ";")[0] } == [
                "api.yaml:18:26: warning: \"Table\" has no value here",
                "api.yaml:33:22: warning: \"Function.Arn\" has no value here",
                "api.yaml:41:31: warning: \"Role.Arn\" has no value here",
            ]
        )
    }

    @Test func variablesAreStronger() throws {
        var options = DefinitionOptions()
        options.variables = ["Stage": "prod", "Role.Arn": "arn:aws:iam::1:role/r", "Table": "pets"]
        options.region = "eu-central-1"
        let outcome = Definition.read(
            template.split(separator: "dev: {url").joined(separator: "prod: {url"),
            options: options,
        )
        let api = try #require(outcome.apis.first, "\(outcome.findings)")
        #expect(api.stage?.name == "prod")
        #expect(api.methods[1].integration?.credentials == "arn:aws:iam::1:role/r")
        #expect(api.methods[2].integration?.uri == "arn:aws:apigateway:eu-central-1:dynamodb:action/PutItem")
    }

    @Test func resourcesWithoutADocument() throws {
        let text = """
            Resources:
              Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop, MinimumCompressionSize: 10}}
              Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
              Order: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}"}}
              Model:
                Type: AWS::ApiGateway::Model
                Properties: {RestApiId: !Ref Api, Name: Order, ContentType: application/json, Schema: {type: object, required: [id]}}
              Validator:
                Type: AWS::ApiGateway::RequestValidator
                Properties: {RestApiId: !Ref Api, Name: body, ValidateRequestBody: true}
              Missing:
                Type: AWS::ApiGateway::GatewayResponse
                Properties:
                  RestApiId: !Ref Api
                  ResponseType: DEFAULT_4XX
                  StatusCode: "404"
                  ResponseParameters: {gatewayresponse.header.A: "'x'"}
              Login:
                Type: AWS::ApiGateway::Authorizer
                Properties:
                  {RestApiId: !Ref Api, Name: login, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!GetAtt Pool.Arn]}
              Get:
                Type: AWS::ApiGateway::Method
                Properties:
                  RestApiId: !Ref Api
                  ResourceId: !Ref Order
                  HttpMethod: POST
                  AuthorizationType: COGNITO_USER_POOLS
                  AuthorizerId: !Ref Login
                  ApiKeyRequired: true
                  RequestValidatorId: !Ref Validator
                  RequestParameters: {method.request.querystring.q: true}
                  RequestModels: {application/json: !Ref Model}
                  MethodResponses:
                    - {StatusCode: 200, ResponseParameters: {method.response.header.A: true}, ResponseModels: {application/json: Empty}}
                  Integration:
                    Type: HTTP
                    IntegrationHttpMethod: GET
                    Uri: http://backend.example/{id}
                    RequestParameters: {integration.request.path.id: method.request.path.id}
                    PassthroughBehavior: NEVER
                    TimeoutInMillis: 500
                    IntegrationResponses:
                      - {StatusCode: "200", SelectionPattern: "2..", ResponseParameters: {method.response.header.A: "'1'"}}
              Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
              Prod:
                Type: AWS::ApiGateway::Stage
                Properties:
                  RestApiId: !Ref Api
                  DeploymentId: !Ref Deployment
                  StageName: prod
                  Variables: {a: b}
                  MethodSettings: [{ResourcePath: /*, HttpMethod: '*', ThrottlingRateLimit: 5}, {ResourcePath: /~1orders, HttpMethod: GET, ThrottlingBurstLimit: 2}]
              Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: abcdefghij0123456789, Enabled: true}}
            """
        let outcome = Definition.read(text)
        let api = try #require(outcome.apis.first, "\(outcome.findings)")
        #expect(
            outcome.findings.map { $0.split(separator: ";")[0] } == [
                "api.yaml:21:136: warning: \"Pool.Arn\" has no value here"
            ]
        )
        #expect(api.name == "shop")
        #expect(api.minimumCompressionSize == 10)
        #expect(api.stage?.name == "prod")
        #expect(api.stage?.methodSettings.map(\.name) == ["*/*", "orders/GET"])
        #expect(api.stage?.apiKeys.map(\.id) == ["Key"])
        #expect(api.gatewayResponses.map(\.statusCode) == [404])
        let method = try #require(api.methods.first)
        #expect(method.route == "POST /orders/{id}")
        #expect(method.authorization == .cognito(authorizer: "login", scopes: []))
        #expect(method.apiKeyRequired)
        #expect(api.validator(of: method) == RequestValidator(body: true))
        #expect(method.requestModels == [Named("application/json", .named("Order"))])
        #expect(method.parameters.map(\.key) == ["method.request.querystring.q", "method.request.path.id"])
        #expect(method.responses.first?.headers.map(\.name) == ["A"])
        let integration = try #require(method.integration)
        #expect(integration.passthroughBehavior == .never)
        #expect(integration.timeoutInMillis == 500)
        #expect(integration.responses.first?.selectionPattern == "2..")
    }

    @Test func eventsMakeAnAPI() throws {
        let text = """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Hello:
                Type: AWS::Serverless::Function
                Properties:
                  Events: {Get: {Type: Api, Properties: {Path: /hello, Method: get}}, Queue: {Type: SQS}}
            """
        let api = try #require(Definition.read(text).apis.first)
        #expect(api.methods.map(\.route) == ["GET /hello"])
        #expect(api.methods.first?.integration?.kind == .awsProxy)
    }

    @Test func templatesWithoutAnAPI() {
        #expect(
            Definition.read("Resources:\n  Api:\n    Type: AWS::Serverless::HttpApi\n").findings == [
                "api.yaml:2:3: error: Api is an HTTP API (API Gateway version 2); expected a REST API"
            ]
        )
        #expect(
            Definition.read("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n").findings == [
                "api.yaml:1:1: error: the template has no REST API; expected a resource of type AWS::ApiGateway::RestApi or "
                    + "AWS::Serverless::Api"
            ]
        )
    }

    @Test func theDefinitionInS3() {
        let text =
            "Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: a, DefinitionUri: s3://b/c.yaml}\n"
        #expect(Definition.read(text).findings.contains { $0.contains("error: \"s3://b/c.yaml\" is no local file") })
    }

    @Test func conditionsThatLeadToThemselves() {
        let text = """
            Conditions: {A: !Condition B, B: !Condition A}
            Resources:
              Api: {Type: AWS::Serverless::Api, Condition: A, Properties: {StageName: a}}
            """
        #expect(Definition.read(text).findings.contains { $0.contains("the template has no REST API") })
    }

    /// What Terraform's and other tools' variables leave behind.
    @Test(arguments: [
        ("http", "${uri}", "http://uri.invalid"),
        ("http", "${backend}/pets", "http://backend.invalid/pets"),
        ("http", "https://${host}/pets", "https://host/pets"),
        ("http", "https://${LoadBalancer.DNSName}/pets", "https://loadbalancer.invalid/pets"),
        ("http", "https://${stageVariables.host}/pets", "https://${stageVariables.host}/pets"),
        (
            "aws", "arn:aws:apigateway:${region}:sqs:path/${account_id}/q",
            "arn:aws:apigateway:us-east-1:sqs:path/000000000000/q",
        ),
        (
            "aws", "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${fn}/invocations",
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:fn/invocations",
        ),
    ])
    func placeholders(_ type: String, _ uri: String, _ expected: String) throws {
        let outcome = Definition.read(Definition.integration("type: \(type)\nhttpMethod: POST\nuri: \(uri)"))
        let api = try #require(outcome.apis.first, "\(outcome.findings)")
        #expect(api.methods[0].integration?.uri?.text == expected)
    }
}
