import Headgate
import HeadgateDefinitions
import HeadgateHTTP
import HeadgateOpenAPI
import HeadgateStages

/// Files of people who make mistakes: pipeline files, and documents that are imported.
enum FileTargets {
    private static let yaml = [
        ": ", ":\n", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ", ", "\"", "'", "|\n", ">\n", "|-\n", "#",
        "&a ", "*a", "<<: ", "---\n",
        "...\n", "!!int ", "!Sub ", "%YAML 1.2\n", "\t", "?", "~", "null", "true", "no", "012", "1e3", "${NAME}",
        "${NAME:-x}", "$${", "\\u00e9",
        "é", "\u{FEFF}", "\0",
    ]

    /// Loads a text as a pipeline file and prints what is wrong with it.
    static let files = Target(
        pieces: yaml + [
            "name: a", "route: GET /a/{id}", "route: ", "ANY /{rest+}", "integration:", "type: HTTP", "type: MOCK",
            "uri: ", "http://x/{id}",
            "requestTemplates:", "application/json: ", "integrationResponses:", "statusCode: \"200\"",
            "selectionPattern: ", "(a+)+$", "stages:",
            "mock: {status: 200}", "select:", "response:", "http:", "validate:", "models:", "tests:",
            "payloadLimit: 5MiB", "maxInFlight: 7",
            "stageVariables:", "$input.json('$.a')", "#foreach($a in $b)", "method.request.path.id", "api:", "links:",
            "authorizers:",
        ],
        run: { bytes in
            let loaded = loader.load(
                text: String(decoding: bytes, as: UTF8.self),
                file: bytes.first == 0x7B ? "a.json" : "a.yaml",
            )
            return shape(loaded.diagnostics.map(\.message)) + " \(min(loaded.pipelines.count, 5))"
        },
    )

    /// Imports a text as an API definition and loads what comes of it.
    static let openAPI = Target(
        pieces: yaml + [
            "openapi: 3.0.1", "swagger: \"2.0\"", "info: {title: a, version: \"1\"}", "paths:", "/pets/{id}:", "get:",
            "post:", "responses:",
            "x-amazon-apigateway-integration:", "x-amazon-apigateway-gateway-responses:", "x-amazon-apigateway-policy:",
            "type: aws_proxy",
            "uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/x/invocations", "httpMethod: POST",
            "parameters:",
            "$ref: '#/components/schemas/A'", "$ref: '#'", "components:", "securitySchemes:", "security: [{key: []}]",
            "definitions:", "basePath: /v1",
            "AWSTemplateFormatVersion: 2010-09-09", "Resources:", "Type: AWS::Serverless::Function", "Properties:",
            "Fn::Sub: ", "Ref: A",
            "Transform: AWS::Serverless-2016-10-31", "Events:", "x-stage:", "connectionType: VPC_LINK",
            "requestParameters:",
        ],
        run: { bytes in
            let found = Diagnostics()
            let apis = DefinitionImport().apis(inText: String(decoding: bytes, as: UTF8.self), named: "a.yaml", found)
            return shape(found.all.map(\.message)) + " \(min(apis.count, 3)) \(min(apis.first?.methods.count ?? 0, 5))"
        },
    )

    private static let loader = DefinitionsLoader(
        registry: StageRegistry(BuiltInStages.declarations + HTTPStages.declarations),
        environment: ["NAME": "value"],
    )

    /// Messages without what changes from input to input.
    private static func shape(_ messages: [String]) -> String {
        messages.prefix(3).map { message in
            var isQuoted = false
            return String(
                message.prefix(160).filter { letter in
                    if letter == "\"" { isQuoted.toggle() }
                    return !isQuoted && !letter.isNumber
                }
            )
        }.joined(separator: "|")
    }
}
