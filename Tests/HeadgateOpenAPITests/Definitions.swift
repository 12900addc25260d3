import Headgate
import HeadgateOpenAPI

/// Small definitions for tests.
enum Definition {
    /// An OpenAPI document with one operation on one path, which has `operation` below it.
    static func operation(_ operation: String, path: String = "/pets", verb: String = "get", root: String = "")
        -> String
    {
        """
        openapi: 3.0.1
        info: {title: Pets, version: "1"}
        \(root)
        paths:
          \(path):
            \(verb):
        \(indented(operation, 6))
        """
    }

    /// One operation with an integration.
    static func integration(
        _ integration: String,
        path: String = "/pets",
        root: String = "",
        responses: String = "{\"200\": {description: ok}}",
    )
        -> String
    {
        operation(
            "responses: \(responses)\nx-amazon-apigateway-integration:\n" + indented(integration, 2),
            path: path,
            root: root,
        )
    }

    static let mock = """
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses: {default: {statusCode: 200}}
        """

    static func indented(_ text: String, _ count: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
    }

    struct Outcome {
        var apis: [RestAPI]
        /// By place, see ``Finding/line(_:)``.
        var findings: [String]
    }

    static func read(_ text: String, name: String = "api.yaml", options: DefinitionOptions = DefinitionOptions())
        -> Outcome
    {
        let diagnostics = Diagnostics()
        let apis = DefinitionImport(options: options).apis(inText: text, named: name, diagnostics)
        return Outcome(apis: apis, findings: diagnostics.sorted.map(Finding.line))
    }
}
