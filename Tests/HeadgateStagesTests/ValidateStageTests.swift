import Headgate
import JSONSchema
import OrderedJSON
import Testing

@testable import HeadgateStages

struct ValidateStageTests {
    private static func stage(_ parameters: [String] = [], _ models: [(String, JSONValue)] = []) throws -> ValidateStage
    {
        let required = parameters.compactMap { name -> RequiredParameters.Parameter? in
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            return RequiredParameters.Kind(rawValue: parts[0]).map { .init(kind: $0, name: parts[1]) }
        }
        return ValidateStage(
            parameters: RequiredParameters(required),
            models: try models.map { ($0.0, RequestModel(name: "Model", schema: try JSONSchema($0.1))) },
        )
    }

    private static func failure(_ stage: ValidateStage, _ exchange: Exchange) throws -> GatewayFailure? {
        do {
            #expect(try stage.run(exchange) == .proceed)
            return nil
        } catch let failure as GatewayFailure {
            return failure
        }
    }

    @Test("Missing parameters are named in the order header, path, query, and go before the body")
    func parameters() throws {
        let stage = try Self.stage(
            ["querystring.qs1", "path.issuer", "header.x-header-param"],
            [("application/json", ["not": [:]])],
        )
        let failure = try #require(try Self.failure(stage, Exchanges.make("POST", body: "{}")))
        #expect(failure.type == .badRequestParameters && failure.status == 400)
        #expect(failure.message == "Missing required request parameters: [x-header-param, issuer, qs1]")
        #expect(
            failure.response().body.text
                == #"{"message": "Missing required request parameters: [x-header-param, issuer, qs1]"}"#
        )
    }

    @Test("Blank ones are missing, any value of several counts, header names match in any case")
    func blank() throws {
        let stage = try Self.stage(["querystring.q", "header.X-A", "path.id"])
        let good = try Exchanges.make(
            query: "q=&q=1",
            headers: ["x-a": "1"],
            pathParameters: [("id", "7")],
            route: "ANY /{id}",
        )
        #expect(try Self.failure(stage, good) == nil)
        let bad = try Exchanges.make(
            query: "q=%20",
            headers: ["x-a": " "],
            pathParameters: [("id", "7")],
            route: "ANY /{id}",
        )
        #expect(try Self.failure(stage, bad)?.message == "Missing required request parameters: [X-A, q]")
    }

    private static let model: JSONValue = [
        "type": "object", "required": ["name"], "properties": ["age": ["minimum": 18]],
    ]

    @Test(
        arguments: [
            (#"{"name": "a"}"#, "application/json", nil),
            (#"{"age": 3}"#, "application/json", #"[object has missing required properties (["name"])]"#),
            (
                #"{"name": "a", "age": 3}"#, "APPLICATION/JSON; charset=utf-8",
                "[numeric instance is lower than the required minimum (minimum: 18, found: 3)]",
            ),
            ("", nil, #"[object has missing required properties (["name"])]"#),
            ("{not json", nil, "[Unknown error parsing request body]"),
            ("{}", "text/plain", nil),
        ] as [(String, String?, String?)]
    )
    func body(_ body: String, _ type: String?, _ detail: String?) throws {
        let stage = try Self.stage([], [("application/json", Self.model)])
        let exchange = try Exchanges.make("POST", headers: type.map { ["Content-Type": $0] } ?? [:], body: body)
        let failure = try Self.failure(stage, exchange)
        #expect(failure?.validationDetail == detail)
        guard let failure else { return }
        #expect(failure.type == .badRequestBody && failure.status == 400)
        #expect(failure.response().body.text == #"{"message": "Invalid request body"}"#)
    }

    @Test("$default takes types without a model of their own")
    func fallback() throws {
        let stage = try Self.stage([], [("$default", Self.model), ("text/x", [:])])
        #expect(try Self.failure(stage, Exchanges.make("POST", headers: ["Content-Type": "a/b"], body: "{}")) != nil)
        #expect(
            try Self.failure(stage, Exchanges.make("POST", headers: ["Content-Type": "text/x"], body: "1")) == nil
        )
    }

    @Test("A gateway response may put the detail between quotes")
    func detail() throws {
        let template = GatewayResponseTemplate(#"{"detail": "$context.error.validationErrorString"}"#)
        let responses = GatewayResponses([.init(type: .badRequestBody, templates: [("application/json", template)])])
        let exchange = try Exchanges.make("POST", body: "{}")
        let failure = try #require(
            try Self.failure(try Self.stage([], [("application/json", Self.model)]), exchange)
        )
        #expect(
            responses.response(to: failure, in: exchange).body.text
                == #"{"detail": "[object has missing required properties ([\"name\"])]"}"#
        )
    }
}
