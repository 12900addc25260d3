import HeadgateOpenAPI
import Testing

/// What API Gateway's import refuses, with its words and the place.
@Suite struct RefusalTests {
    @Test(arguments: [
        (
            "just text",
            "api.yaml:1:1: error: Invalid OpenAPI input.; expected an OpenAPI document (openapi: or swagger:) or a template with Resources; found \"just text\"",
        ),
        (
            "{\"swagger\": \"1.2\"}",
            "api.yaml:1:13: error: Invalid OpenAPI input.; expected swagger: \"2.0\"; found text \"1.2\"",
        ),
        (
            "openapi: 4.0.0\npaths: {}",
            "api.yaml:1:10: error: Invalid OpenAPI input.; expected version 3.0 or 3.1; found \"4.0.0\"",
        ),
        ("openapi: 3.0.1\ninfo: {title: x}", "api.yaml:1:1: error: Invalid OpenAPI input.; expected the key paths"),
        ("openapi: 3.0.1\npaths: {}", "api.yaml:1:1: error: The REST API doesn't contain any methods"),
    ])
    func documents(_ text: String, _ expected: String) {
        let found = Definition.read(text).findings.first ?? ""
        #expect(
            found == expected
                || expected.hasSuffix("; suggestion") && found.hasPrefix(expected.dropLast("; suggestion".count))
        )
    }

    @Test(arguments: [
        ("type: http\nuri: http://a/", "Enumeration value for HttpMethod must be non-empty"),
        (
            "type: http\nhttpMethod: FETCH\nuri: http://a/",
            "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
        ),
        ("type: http\nhttpMethod: GET\nuri: a/b", "Invalid HTTP endpoint specified for URI"),
        (
            "type: http_proxy\nhttpMethod: GET\nuri: ${stageVariables.host}/b",
            "Invalid HTTP endpoint specified for URI",
        ),
        ("type: aws\nhttpMethod: POST\nuri: http://a/", "Invalid ARN specified in the request"),
        (
            "type: aws\nhttpMethod: POST\nuri: arn:aws:apigateway:eu-west-1:sqs:queue/x",
            "AWS ARN for integration must contain path or action",
        ),
        (
            "type: aws_proxy\nhttpMethod: POST\nuri: arn:aws:apigateway:eu-west-1:sqs:path/x",
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        ),
        (
            "type: ftp",
            "Value 'ftp' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, HTTP_PROXY, AWS, AWS_PROXY, MOCK]",
        ),
        (
            "type: mock\nresponses: {default: {statusCode: 99}}",
            "Value '99' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
        ),
        (
            "type: mock\nrequestTemplates: {json: '{}'}",
            "Validation Result: warnings : [], errors : [Invalid content type specified: json]",
        ),
        (
            "type: mock\nrequestParameters: {integration.request.header.A: true}",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]",
        ),
        (
            "type: mock\nrequestParameters: {integration.request.headers.A: \"'x'\"}",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                + "[Invalid mapping expression parameter specified: integration.request.headers.A]",
        ),
        (
            "type: mock\nresponses: {default: {statusCode: 200, responseParameters: {method.response.header.A: method.request.header.A}}}",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                + "[Invalid mapping expression specified: method.request.header.A]",
        ),
        (
            "type: http\nhttpMethod: GET\nuri: http://a/\ntimeoutInMillis: 10",
            "Timeout should be between 50 ms and 29000 ms",
        ),
        (
            "type: aws\nhttpMethod: POST\nuri: arn:aws:apigateway:eu-west-1:sqs:path/x\n"
                + "credentials: arn:aws:iam::*:user/*",
            "AWS_IAM Auth type is required for AWS integrations with identity forwarding specified",
        ),
        (
            "type: aws_proxy\nhttpMethod: POST\nintegrationSubtype: SQS-SendMessage",
            "integrationSubtype belongs to HTTP APIs (API Gateway version 2); this reads REST APIs",
        ),
        (
            "type: aws\nhttpMethod: POST\nuri: arn:aws:apigateway:eu-west-1:sqs:path/x\nconnectionType: VPC_LINK\nconnectionId: a",
            "an integration of type AWS cannot use a VPC link",
        ),
    ])
    func integrations(_ integration: String, _ message: String) {
        let outcome = Definition.read(Definition.integration(integration))
        #expect(outcome.apis.isEmpty)
        #expect(outcome.findings.contains { $0.contains(": error: \(message)") }, "\(outcome.findings)")
    }

    @Test(arguments: [
        (
            "/a b",
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
        ),
        (
            "/x{id}",
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
        ),
        ("/{proxy+}/more", "Cannot create a child of a resource with a greedy path variable: {proxy+}"),
        ("pets", "the path \"pets\" does not start with /"),
        ("/{id}/{id}", "the variable {id} stands twice in /{id}/{id}"),
    ])
    func paths(_ path: String, _ message: String) {
        let outcome = Definition.read(Definition.integration(Definition.mock, path: "\"\(path)\""))
        #expect(outcome.findings.contains { $0.contains(": error: \(message)") }, "\(outcome.findings)")
    }

    @Test func siblingVariables() {
        let second = Definition.indented("/pets/{name}:\n  get:\n    x-amazon-apigateway-integration: {type: mock}", 2)
        let outcome = Definition.read(Definition.integration(Definition.mock, path: "/pets/{id}") + "\n" + second)
        #expect(
            outcome.findings == [
                "api.yaml:13:5: error: A sibling ({id}) of this resource already has a variable path part -- only one is allowed; "
                    + "found {name} in /pets/{name}"
            ]
        )
    }

    @Test func twoMethodsOnOnePath() {
        let text =
            Definition.integration(Definition.mock) + "\n    get:\n      x-amazon-apigateway-integration: {type: mock}"
        #expect(Definition.read(text).findings.contains { $0.contains("error: the key \"get\" stands twice") })
        let slash =
            Definition.integration(Definition.mock)
            + "\n  /pets/:\n    get:\n      x-amazon-apigateway-integration: {type: mock}"
        #expect(
            Definition.read(slash).findings.contains { $0.contains("error: Method already exists for this resource") }
        )
    }

    @Test func parametersOfOneName() {
        let operation = """
            parameters:
              - {name: a, in: query, schema: {type: string}}
              - {name: a, in: header, schema: {type: string}}
            x-amazon-apigateway-integration: {type: mock}
            """
        #expect(
            Definition.read(Definition.operation(operation)).findings == [
                "api.yaml:9:11: error: Parameter names must be unique across querystring, header and path; found \"a\" twice"
            ]
        )
    }

    @Test(arguments: [
        (
            "x-amazon-apigateway-minimum-compression-size: 20000000",
            "Invalid minimum compression size, must be between 0 and 10485760",
        ),
        (
            "x-amazon-apigateway-gateway-responses: {DEFAULT_6XX: {}}",
            "Value 'DEFAULT_6XX' at 'responseType' failed to satisfy constraint",
        ),
        (
            "x-amazon-apigateway-gateway-responses: {DEFAULT_4XX: {responseParameters: {gatewayresponse.header.A: yes}}}",
            "Invalid mapping expression specified: Validation Result",
        ),
        (
            "x-amazon-apigateway-api-key-source: COOKIE",
            "Value 'COOKIE' at 'apiKeySource' failed to satisfy constraint",
        ),
        (
            "components: {securitySchemes: {jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt}}}}",
            "authorizers of type jwt belong to HTTP APIs (API Gateway version 2); this reads REST APIs",
        ),
        ("x-stage: {name: a b}", "Stage name only allows a-zA-Z0-9_-"),
        ("x-stage: {apiKeys: [{value: short}]}", "API Key value should be at least 20 characters"),
    ])
    func settings(_ root: String, _ message: String) {
        let outcome = Definition.read(Definition.integration(Definition.mock, root: root))
        #expect(
            outcome.findings.contains { $0.hasPrefix("api.yaml:3:") && $0.contains("error: \(message)") },
            "\(outcome.findings)",
        )
    }

    @Test func referencesThatLeadNowhere() {
        let operation = """
            parameters: [{$ref: '#/components/parameters/pge'}]
            x-amazon-apigateway-integration: {type: mock}
            """
        let root = "components: {parameters: {page: {name: page, in: query}}}"
        #expect(
            Definition.read(Definition.operation(operation, root: root)).findings == [
                "api.yaml:7:27: error: the reference \"#/components/parameters/pge\" leads nowhere; did you mean "
                    + "\"#/components/parameters/page\"?"
            ]
        )
        let circle = "components: {parameters: {pge: {$ref: '#/components/parameters/pge'}}}"
        #expect(
            Definition.read(Definition.operation(operation, root: circle)).findings.contains {
                $0.contains("leads back to itself")
            }
        )
    }

    @Test func warningsAreErrorsWhenStrict() {
        var options = DefinitionOptions()
        options.isStrict = true
        let text = Definition.integration(Definition.mock, root: "x-amazon-apigateway-polcy: {}")
        #expect(!Definition.read(text).apis.isEmpty)
        let strict = Definition.read(text, options: options)
        #expect(strict.apis.isEmpty)
        #expect(
            strict.findings == [
                "api.yaml:3:1: error: x-amazon-apigateway-polcy is not known and has no effect; did you mean "
                    + "\"x-amazon-apigateway-policy\"?"
            ]
        )
    }
}
