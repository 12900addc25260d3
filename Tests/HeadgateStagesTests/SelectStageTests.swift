import Headgate
import JavaRegex
import Testing

@testable import HeadgateStages

@Suite struct SelectStageTests {
    private func rules(_ list: [(String?, Int)]) throws -> [SelectionRule] {
        try list.map { SelectionRule(pattern: try $0.0.map { try Pattern($0) }, status: $0.1) }
    }

    private func select(_ status: Int, _ list: [(String?, Int)]) throws -> Int? {
        let exchange = try Exchanges.make(traced: true)
        exchange.integrationResponse = IntegrationResponse(status: status)
        try exchange.run(SelectStage(try rules(list)))
        return exchange.selection?.status
    }

    @Test(arguments: [
        (200, 200), (204, 200), (301, 200), (404, 400), (409, 400), (503, 500), (99, 200), (600, 200), (0, 200),
        (-1000, 200),
    ])
    func workedCases(status: Int, expected: Int) throws {
        #expect(try select(status, [(nil, 200), ("4\\d{2}", 400), ("404", 404), ("5\\d{2}", 500)]) == expected)
    }

    @Test func theWholeStatusMustMatch() throws {
        #expect(try select(404, [("4", 400), ("40", 401), (nil, 200)]) == 200)
        #expect(try select(404, [("4|404", 400), (nil, 200)]) == 400)
        #expect(try select(200, [(".*", 201), (nil, 200)]) == 201)
        #expect(try select(503, [("50[03]", 502)]) == 502)
    }

    @Test func withoutAMatch() throws {
        let failure = #expect(throws: GatewayFailure.self) { try select(404, [("2\\d{2}", 200)]) }
        #expect(failure?.type == .apiConfigurationError)
        #expect(failure?.status == 500)
        #expect(
            failure?.cause == "Execution failed due to configuration error: No match for output mapping and no default "
                + "output mapping configured. Endpoint Response Status Code: 404"
        )
        #expect(throws: GatewayFailure.self) { try select(200, []) }
        #expect(throws: GatewayFailure.self) { try select(-1, [("2\\d{2}", 200)]) }
    }

    @Test func aStatusThatTheMethodDoesNotDeclare() throws {
        let stage = SelectStage(try rules([(nil, 200), ("404", 404), ("5..", 500)])).declaring([200, 500])
        let exchange = try Exchanges.make()
        exchange.integrationResponse = IntegrationResponse(status: 503)
        try exchange.run(stage)
        #expect(exchange.selection?.status == 500)
        exchange.integrationResponse = IntegrationResponse(status: 404)
        let failure = #expect(throws: GatewayFailure.self) { try exchange.run(stage) }
        #expect(failure?.type == .apiConfigurationError)
        #expect(
            failure?.cause
                == "Execution failed due to configuration error: Output mapping refers to an invalid method response: 404"
        )
    }

    @Test func withoutABackend() throws {
        #expect(throws: GatewayFailure.self) { try Exchanges.make().run(SelectStage([])) }
    }

    @Test(arguments: [
        (#""fine""#, 200), (#"{"errorMessage": "Bad: qty"}"#, 400), (#"{"errorMessage": "boom"}"#, 500),
        (#"{"errorMessage": "line1\nline2"}"#, 200), (#"{"errorMessage": 7}"#, 200), ("not json", 200), ("", 200),
        (#"{"ok": true}"#, 200), ("[1]", 200),
    ])
    func byErrorMessage(body: String, expected: Int) throws {
        let exchange = try Exchanges.make()
        exchange.integrationResponse = IntegrationResponse(status: 200, body: Body(body))
        try exchange.run(SelectStage(try rules([(nil, 200), ("Bad:.*", 400), (".+", 500)]), on: .errorMessage))
        #expect(exchange.selection?.status == expected)
    }

    @Test func lambdaDeniesTheCall() throws {
        let exchange = try Exchanges.make()
        exchange.integrationResponse = IntegrationResponse(
            status: 403,
            body: Body(#"{"__type": "AccessDeniedException", "errorMessage": "x"}"#),
        )
        #expect(throws: GatewayFailure.self) {
            try exchange.run(SelectStage(try rules([(nil, 200)]), on: .errorMessage))
        }
    }

    @Test func aPatternThatTakesTooMuchWorkDoesNotMatch() throws {
        let exchange = try Exchanges.make()
        let message = String(repeating: "a", count: 40) + "!"
        exchange.integrationResponse = IntegrationResponse(
            status: 200,
            body: Body("{\"errorMessage\": \"\(message)\"}"),
        )
        try exchange.run(SelectStage(try rules([("(a+)+b", 500), ("a+!", 400), (nil, 200)]), on: .errorMessage))
        #expect(exchange.selection?.status == 400)
    }

    @Test func theSelectionRemembersItsPattern() throws {
        let exchange = try Exchanges.make()
        exchange.integrationResponse = IntegrationResponse(status: 404)
        try exchange.run(SelectStage(try rules([("4\\d{2}", 400)])))
        #expect(exchange.selection == Selection(status: 400, pattern: "4\\d{2}"))
    }

    @Test func statusSets() throws {
        let set = StatusSet(matching: try Pattern("[24]0[0-4]|599"))
        let expected = Set([200, 201, 202, 203, 204, 400, 401, 402, 403, 404, 599])
        for status in 0...700 { #expect(set.contains(status) == expected.contains(status)) }
        #expect(StatusSet(matching: try Pattern("nothing")).isEmpty)
    }
}
