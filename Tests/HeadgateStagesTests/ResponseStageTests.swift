import Headgate
import Testing

@testable import HeadgateStages

@Suite struct ResponseStageTests {
    private func mapping(
        _ pairs: [(String, String)] = [],
        templates: [(String, String?)] = [],
        contentHandling: ContentHandling? = nil,
    ) throws -> ResponseStage.Mapping {
        ResponseStage.Mapping(
            parameters: try pairs.map {
                ParameterMapping(
                    try ParameterTarget(parsing: $0.0, for: .response),
                    try ParameterSource(parsing: $0.1, for: .response),
                )
            },
            templates: TemplateTable(try templates.map { ($0.0, try $0.1.map { try LocatedTemplate($0) }) }),
            contentHandling: contentHandling,
        )
    }

    private func exchange(_ response: IntegrationResponse, accept: String? = nil, selected: Int? = nil) throws
        -> Exchange
    {
        let exchange = try Exchanges.make(headers: accept.map { ["Accept": $0] } ?? [:], variables: [("v", "val")])
        exchange.integrationResponse = response
        exchange.selection = selected.map { Selection(status: $0) }
        return exchange
    }

    @Test func nothingOfTheBackendButItsBody() throws {
        let exchange = try exchange(
            IntegrationResponse(
                status: 200,
                headers: ["X-Backend": "1", "Content-Type": "text/csv"],
                body: Body("a,b"),
            ),
            selected: 202,
        )
        try exchange.run(ResponseStage())
        #expect(exchange.response.status == 202)
        #expect(exchange.response.headers.fields == [.init("Content-Type", "application/json")])
        #expect(exchange.response.body.text == "a,b")
    }

    @Test func statusWithoutASelection() throws {
        let exchange = try exchange(IntegrationResponse(status: 418, body: Body("x")))
        try exchange.run(ResponseStage([(418, try mapping(templates: [("application/json", "tea")]))]))
        #expect(exchange.response.status == 418)
        #expect(exchange.response.body.text == "tea")
    }

    @Test func eachStatusHasItsMapping() throws {
        let stage = ResponseStage(
            [
                (200, try mapping(templates: [("application/json", "fine")])),
                (404, try mapping([("header.X-A", "'none'")], templates: [("application/json", "missing")])),
            ],
            default: try mapping(templates: [("application/json", "else")]),
        )
        for (status, body) in [(200, "fine"), (404, "missing"), (500, "else")] {
            let exchange = try exchange(IntegrationResponse(status: 200), selected: status)
            try exchange.run(stage)
            #expect(exchange.response.body.text == body)
            #expect(exchange.response.headers.contains("X-A") == (status == 404))
        }
    }

    @Test func parameters() throws {
        let exchange = try exchange(
            IntegrationResponse(
                status: 200,
                headers: Headers(parsed: [.init("X-One", "1"), .init("X-Two", "a"), .init("X-Two", "b")]),
                body: Body(#"{"links": {"self": "/o/7"}, "n": 5, "nl": "a\r\nb"}"#),
            )
        )
        try exchange.run(
            ResponseStage(
                default: try mapping(
                    [
                        ("method.response.header.Location", "integration.response.body.links.self"),
                        ("header.X-One", "integration.response.header.X-One"),
                        ("header.X-Two", "integration.response.multivalueheader.X-Two"),
                        ("header.X-Last", "integration.response.header.X-Two"),
                        ("header.X-None", "integration.response.header.none"),
                        ("header.X-N", "integration.response.body.n"),
                        ("header.X-Line", "integration.response.body.nl"),
                        ("header.X-Stage", "context.stage"),
                        ("header.X-V", "stageVariables.v"),
                        ("header.Cache-Control", "'no-store'"),
                    ],
                    templates: [("application/json", "{}")],
                )
            )
        )
        #expect(
            exchange.response.headers.fields.map { "\($0.name): \($0.value)" } == [
                "Location: /o/7", "X-One: 1", "X-Two: a,b", "X-Last: b", "X-N: 5", "X-Line: a  b", "X-Stage: prod",
                "X-V: val", "Cache-Control: no-store", "Content-Type: application/json",
            ]
        )
    }

    @Test func bodiesThatAreNoJSON() throws {
        let stage = ResponseStage(default: try mapping([("header.x-o", "integration.response.body.a")]))
        let broken = try exchange(IntegrationResponse(status: 200, body: Body("{not json")))
        let failure = #expect(throws: GatewayFailure.self) { try broken.run(stage) }
        #expect(failure?.response().body.text == #"{"message": "Internal server error"}"#)
        let text = try exchange(IntegrationResponse(status: 200, body: Body("text")))
        try text.run(stage)
        #expect(!text.response.headers.contains("x-o"))
        let empty = try exchange(IntegrationResponse(status: 200))
        try empty.run(ResponseStage(default: try mapping([("header.x-o", "integration.response.body")])))
        #expect(empty.response.headers.first("x-o") == "{}")
    }

    @Test func renamedHeaders() throws {
        let kept = [
            "Accept", "Accept-Charset", "Accept-Encoding", "Age", "Content-Encoding", "Content-Type", "Pragma", "Range",
            "Referer", "TE", "Via", "Warn", "X-Own",
        ]
        let renamed = [
            "Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host", "Max-Forwards",
            "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate",
        ]
        let exchange = try exchange(IntegrationResponse(status: 200))
        let names = kept + renamed.map { $0.lowercased() } + ["transfer-encoding"]
        try exchange.run(ResponseStage(default: try mapping(names.map { ("header." + $0, "'v'") })))
        #expect(exchange.response.headers.fields.map(\.name) == kept + renamed.map { "x-amzn-Remapped-" + $0 })
    }

    @Test(
        arguments: [
            (nil, "json"), ("application/json", "json"), ("application/xml", "xml"), ("APPLICATION/XML; q=0.5", "xml"),
            ("application/xml, text/html", "xml"), ("text/html, application/xml", "json"), ("*/*", "json"),
            ("text/*", "json"),
        ] as [(String?, String)]
    )
    func choiceByAccept(accept: String?, expected: String) throws {
        let exchange = try exchange(IntegrationResponse(status: 200), accept: accept)
        let templates: [(String, String?)] = [("application/xml", "xml"), ("application/json", "json")]
        try exchange.run(ResponseStage(default: try mapping(templates: templates)))
        #expect(exchange.response.body.text == expected)
    }

    @Test func choiceWithoutJSON() throws {
        let exchange = try exchange(IntegrationResponse(status: 200, body: Body("raw")), accept: "text/html")
        try exchange.run(ResponseStage(default: try mapping(templates: [("text/xml", "x"), ("image/svg", "s")])))
        #expect(exchange.response.body.text == "s")
        #expect(exchange.response.headers.first("Content-Type") == "application/json")
        let empty = try self.exchange(IntegrationResponse(status: 200, body: Body("raw")))
        try empty.run(ResponseStage(default: try mapping(templates: [("application/json", nil)])))
        #expect(empty.response.body.text == "raw")
    }

    @Test func noBodyWithSomeStatuses() throws {
        for status in [204, 304, 100] {
            let exchange = try exchange(IntegrationResponse(status: 200, body: Body("raw")), selected: status)
            try exchange.run(ResponseStage(default: try mapping(templates: [("application/json", "T")])))
            #expect(exchange.response.body.bytes == [])
        }
    }

    @Test func statusesThatNoClientCanGet() throws {
        for status in [0, 99, 600, -1000] {
            let exchange = try exchange(IntegrationResponse(status: status))
            #expect(throws: GatewayFailure.self) { try exchange.run(ResponseStage()) }
        }
    }

    @Test func traceIdentifierOnlyWhereABackendWasCalled() throws {
        let mock = try exchange(IntegrationResponse(status: 200))
        try mock.run(ResponseStage())
        #expect(!mock.response.headers.contains("X-Amzn-Trace-Id"))
        let called = try exchange(IntegrationResponse(status: 200))
        called.integrationRequest.endpoint = Endpoint(scheme: .http, host: "b.test")
        try called.run(ResponseStage())
        #expect(called.response.headers.first("X-Amzn-Trace-Id") == called.identifiers.traceID)
    }

    @Test func binaryPayloads() throws {
        let png: [UInt8] = [0x89, 0x50, 0xFF]
        let api = APISettings(binaryMediaTypes: BinaryMediaTypes(["image/png"]))
        func run(_ type: String, accept: String, _ mapping: ResponseStage.Mapping) throws -> [UInt8]? {
            let exchange = try exchange(
                IntegrationResponse(status: 200, headers: ["Content-Type": type], body: .bytes(png)),
                accept: accept,
            )
            try exchange.run(ResponseStage(default: mapping, api: api))
            return exchange.response.body.bytes
        }
        #expect(try run("image/png", accept: "image/png", mapping()) == png)
        #expect(try run("image/png", accept: "text/html,image/png", mapping()) == Array("iVD/".utf8))
        #expect(try run("image/png", accept: "text/html", mapping(contentHandling: .convertToBinary)) == png)
        #expect(throws: GatewayFailure.self) { try run("text/plain", accept: "image/png", mapping()) }
        #expect(throws: GatewayFailure.self) {
            try run("image/png", accept: "image/png", mapping(templates: [("application/json", "T")]))
        }
    }

    @Test func withoutABackend() throws {
        #expect(throws: GatewayFailure.self) { try Exchanges.make().run(ResponseStage()) }
    }
}
