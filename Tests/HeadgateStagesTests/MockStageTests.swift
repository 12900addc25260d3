import Headgate
import Testing

@testable import HeadgateStages

@Suite struct MockStageTests {
    @Test(arguments: [
        (#"{"statusCode": 200}"#, 200), ("{statusCode: 200}", 200), ("{'statusCode': 200}", 200),
        ("{ statusCode: 200 }", 200),
        (#"{"statusCode": 200 , }"#, 200), (#"{"statusCode": 200 ,, }"#, 200),
        ("{statusCode: 200, foo'}: [ba r]}", 200),
        ("{'statusCode': 200, '': ''}", 200), (#"{"statusCode": 200 , null: null }"#, 200), ("{\"statusCode\": 0}", 0),
        ("{\"statusCode\": -1000}", -1000), ("{statusCode: 200,super{ f}oo: [ba r]}", 200),
        (#"{statusCode: 200, "value": 'goog'}"#, 200), ("{statusCode: 200, }foo: [ba r]}", 200),
        ("{statusCode: 200, }foo: ''}", 200), (#"{statusCode: 200, "": ""}"#, 200),
        ("\n {\n \"statusCode\": 204,\n }\n ", 204),
        (#"{"message": "a, b: {", "nested": {"statusCode": 1, "x": ["}"]}, "statusCode": 418}"#, 418),
        (#"{"statusCode": 1, "statusCode": 2}"#, 2), (#"{"q": "a\"b", "statusCode": 3}"#, 3),
    ])
    func accepted(text: String, status: Int) throws {
        #expect(try MockStatus.parse(Array(text.utf8)) == status)
    }

    @Test(arguments: [
        #"{"statusCode": "200"}"#, #"{"statusCode": 200"#, "statusCode: 200", #"{"statusCode': 200 }"#,
        "{'statusCode: 200 }",
        "{statusCode: 200, {foo: [ba r]}", "{}", "", "  ", "this is not JSON", "{\"statusCode\": 200.5}",
        "{\"statusCode\": true}", "{\"statusCode\": null}", "{\"statusCode\": }", "{\"statusCode\"}", "{", "}", "{{}}",
        "{\"statusCode\": 99999999999999999999}", "{statusCode: [200]}", "{statusCode: 200, a: {b}", "{a: \"\\",
        "{statusCode: -}", "{statusCode: 200, a: 'x' y}", "[200]", "{\"a\": 1}",
    ])
    func refused(text: String) {
        #expect(throws: InvalidMockResponse.self) { try MockStatus.parse(Array(text.utf8)) }
    }

    @Test func longTextsTakeLinearTime() {
        let text = "{" + String(repeating: "{", count: 1 << 20) + "}"
        #expect(throws: InvalidMockResponse.self) { try MockStatus.parse(Array(text.utf8)) }
        let nested = "{a: " + String(repeating: "[", count: 1 << 20) + "}"
        #expect(throws: InvalidMockResponse.self) { try MockStatus.parse(Array(nested.utf8)) }
    }

    @Test func fromTheRequestTemplate() throws {
        let exchange = try Exchanges.make()
        exchange.integrationRequest.body = Body("{\"statusCode\": 418}")
        try exchange.run(MockStage())
        #expect(exchange.integrationResponse?.status == 418)
        #expect(exchange.integrationResponse?.body.bytes == [])
    }

    @Test func withoutAStatus() throws {
        let exchange = try Exchanges.make()
        exchange.integrationRequest.body = Body("{}")
        let failure = #expect(throws: GatewayFailure.self) { try exchange.run(MockStage()) }
        #expect(failure?.status == 500)
        #expect(failure?.message == "Internal server error")
        #expect(
            failure?.cause.contains(
                "Unable to parse statusCode. It should be an integer that is defined in the request template."
            ) == true
        )
    }

    @Test func fixed() throws {
        let exchange = try Exchanges.make()
        try exchange.run(
            MockStage(fixed: IntegrationResponse(status: 201, headers: ["X-A": "1"], body: Body("made")))
        )
        #expect(exchange.integrationResponse?.status == 201)
        #expect(exchange.response.status == 201)
        #expect(exchange.response.headers.first("X-A") == "1")
        #expect(exchange.response.body.text == "made")
    }
}
