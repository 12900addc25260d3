import Headgate
import Testing

@testable import HeadgateStages

@Suite struct RequestStageTests {
    private func mappings(_ pairs: [(String, String)]) throws -> [ParameterMapping] {
        try pairs.map {
            ParameterMapping(
                try ParameterTarget(parsing: $0.0, for: .request),
                try ParameterSource(parsing: $0.1, for: .request),
            )
        }
    }

    private func table(_ entries: [(String, String?)]) throws -> TemplateTable {
        TemplateTable(try entries.map { ($0.0, try $0.1.map { try LocatedTemplate($0) }) })
    }

    private enum Outcome { case template, pass, refused, other(String) }

    /// API Gateway's pass-through table: the templates that there are, the client's type, and what happens with each
    /// of the three behaviours.
    @Test(
        arguments: [
            ([], nil, "pass", "pass", "415"),
            ([], "application/json", "pass", "pass", "415"),
            ([], "application/xml", "pass", "pass", "415"),
            ([("application/json", "T")], nil, "T", "T", "T"),
            ([("application/json", "T")], "application/json", "T", "T", "T"),
            ([("application/json", "T")], "application/json; charset=UTF-8", "T", "T", "T"),
            ([("application/json", "T")], "APPLICATION/JSON", "T", "T", "T"),
            ([("application/json", "T")], "application/xml", "pass", "415", "415"),
            ([("application/xml", "T")], nil, "pass", "415", "415"),
            ([("application/xml", "T")], "application/json", "pass", "415", "415"),
            ([("application/xml", "T")], "application/xml", "T", "T", "T"),
            ([("application/json", "J"), ("application/xml", "X")], "text/plain", "pass", "415", "415"),
            ([("application/json", "J"), ("application/xml", "X")], "application/xml", "X", "X", "X"),
            ([("$default", "D")], "text/plain", "D", "D", "D"),
            ([("$default", "D")], nil, "D", "D", "D"),
            ([("application/json", "J"), ("$default", "D")], "application/xml", "D", "D", "D"),
            ([("application/json", nil)], "application/json", "pass", "pass", "pass"),
            ([("application/json", nil)], "application/xml", "pass", "415", "415"),
            ([("text/*", "T")], "text/plain", "pass", "415", "415"),
        ] as [([(String, String?)], String?, String, String, String)]
    )
    func passThrough(
        templates: [(String, String?)],
        contentType: String?,
        noMatch: String,
        noTemplates: String,
        never: String,
    ) throws {
        for (behavior, expected) in zip(PassthroughBehavior.allCases, [noMatch, noTemplates, never]) {
            let exchange = try Exchanges.make(
                "POST",
                headers: contentType.map { ["Content-Type": $0] } ?? [:],
                body: "pass",
            )
            let stage = RequestStage(templates: try table(templates), passthroughBehavior: behavior)
            if expected == "415" {
                let failure = #expect(throws: GatewayFailure.self, "\(behavior)") { try exchange.run(stage) }
                #expect(failure?.status == 415)
                #expect(failure?.response().body.text == #"{"message":"Unsupported Media Type"}"#)
            } else {
                try exchange.run(stage)
                #expect(exchange.integrationRequest.body.text == expected, "\(behavior)")
            }
        }
    }

    @Test func parametersReachTheirPlaces() throws {
        let exchange = try Exchanges.make(
            "POST",
            query: "dryRun=1&tag=a&tag=b&x=9",
            headers: ["X-In": "in", "Content-Type": "text/plain"],
            body: #"{"total": {"amount": 12.5}}"#,
            pathParameters: [("shop", "ber%2Flin")],
            variables: [("env", "live")],
        )
        try exchange.run(
            RequestStage(
                parameters: try mappings([
                    ("integration.request.path.tenant", "method.request.path.shop"),
                    ("path.fromQuery", "method.request.querystring.tag"),
                    ("integration.request.querystring.dry", "method.request.querystring.dryRun"),
                    ("querystring.tag", "method.request.multivaluequerystring.tag"),
                    ("querystring.shop", "method.request.path.shop"),
                    ("querystring.fixed", "'a%20b+c'"),
                    ("integration.request.header.X-Caller", "context.identity.sourceIp"),
                    ("header.X-Env", "stageVariables.env"),
                    ("header.X-Total", "method.request.body.total.amount"),
                    ("header.X-None", "method.request.header.X-Missing"),
                    ("header.X-Fixed", "'fixed'"),
                ])
            )
        )
        let request = exchange.integrationRequest
        #expect(request.pathParameters.map { "\($0.name)=\($0.value)" } == ["tenant=ber%2Flin", "fromQuery=b"])
        #expect(request.query.encoded == "dry=1&tag=a&tag=b&shop=ber%2Flin&fixed=a%20b%20c")
        #expect(
            request.headers.fields.map { "\($0.name): \($0.value)" } == [
                "X-Caller: 203.0.113.9", "X-Env: live", "X-Total: 12.5", "X-Fixed: fixed", "Content-Type: text/plain",
                "Accept: application/json", "User-Agent: AmazonAPIGateway_a1b2c3", "X-Amzn-Apigateway-Api-Id: a1b2c3",
                "X-Amzn-Trace-Id: \(exchange.identifiers.traceID)",
            ]
        )
    }

    /// A value that is data stays one segment of the backend's path; a part of the client's path stays what it was.
    @Test(arguments: [
        ("method.request.querystring.q", "a%2Fb%3Fc%25"), ("method.request.path.proxy", "x/y%2Fz"), ("'a/b'", "a/b"),
        ("method.request.header.X-A", "..%2Fadmin"),
    ])
    func pathValues(source: String, expected: String) throws {
        let exchange = try Exchanges.make(
            query: "q=a/b%3Fc%25",
            headers: ["X-A": "../admin"],
            pathParameters: [("proxy", "x/y%2Fz")],
        )
        try exchange.run(RequestStage(parameters: try mappings([("path.p", source)])))
        #expect(exchange.integrationRequest.pathParameters.first?.value == expected)
    }

    @Test func lineBreaksDoNotMakeHeaders() throws {
        let exchange = try Exchanges.make(query: "q=a%0D%0AX-Evil:%201%00")
        try exchange.run(
            RequestStage(parameters: try mappings([("header.X-A", "method.request.querystring.q")]))
        )
        #expect(exchange.integrationRequest.headers.first("X-A") == "a  X-Evil: 1 ")
        #expect(!exchange.integrationRequest.headers.contains("X-Evil"))
    }

    @Test(arguments: ["Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "x-amzn-apigateway-api-id"])
    func refusedHeaders(name: String) throws {
        for backend in BackendKind.allCases {
            let exchange = try Exchanges.make()
            let stage = RequestStage(parameters: try mappings([("header." + name, "'0'")]), backend: backend)
            let failure = #expect(throws: GatewayFailure.self) { try exchange.run(stage) }
            #expect(failure?.status == 500)
            #expect(failure?.cause == "Execution failed due to configuration error: \(name) header already present")
            #expect(failure?.response().headers.first("x-amzn-ErrorType") == "InternalServerErrorException")
        }
    }

    @Test func headersWithRulesOfTheirOwn() throws {
        let names = ["Connection", "Expect", "Proxy-Authenticate", "TE", "Via"]
        for name in names {
            let http = try Exchanges.make()
            let parameters = try mappings([("header." + name, "'x'")])
            try http.run(RequestStage(parameters: parameters))
            #expect(!http.integrationRequest.headers.contains(name))
            let aws = RequestStage(parameters: parameters, backend: .aws)
            if name == "Via" {
                let exchange = try Exchanges.make()
                try exchange.run(aws)
                #expect(exchange.integrationRequest.headers.contains(name))
            } else {
                #expect(throws: GatewayFailure.self) { try Exchanges.make().run(aws) }
            }
        }
        #expect(throws: GatewayFailure.self) {
            try Exchanges.make().run(
                RequestStage(parameters: try mappings([("header.Authorization", "'x'")]), backend: .aws)
            )
        }
        for name in [
            "Authorization", "Content-MD5", "Date", "Host", "Max-Forwards", "Server", "Trailer", "Upgrade",
            "WWW-Authenticate",
        ] {
            let exchange = try Exchanges.make()
            try exchange.run(RequestStage(parameters: try mappings([("header." + name, "'x'")])))
            #expect(exchange.integrationRequest.headers.first(name) == "x")
        }
    }

    @Test func contentTypeIsCopied() throws {
        for (method, sent, expected) in [
            ("POST", "text/csv", "text/csv"), ("POST", nil, "application/json"), ("PUT", "a/b; c=d", "a/b; c=d"),
            ("GET", "text/csv", nil), ("HEAD", "text/csv", nil), ("OPTIONS", "text/csv", nil),
            ("DELETE", "text/csv", "text/csv"),
        ] as [(String, String?, String?)] {
            let exchange = try Exchanges.make(method, headers: sent.map { ["Content-Type": $0] } ?? [:])
            try exchange.run(RequestStage())
            #expect(exchange.integrationRequest.headers.first("Content-Type") == expected, "\(method)")
        }
        let mapped = try Exchanges.make("POST", headers: ["Content-Type": "text/csv"])
        try mapped.run(RequestStage(parameters: try mappings([("header.content-type", "'x/y'")])))
        #expect(mapped.integrationRequest.headers.all("Content-Type") == ["x/y"])
    }

    @Test func defaultsGiveWay() throws {
        let exchange = try Exchanges.make(headers: ["Accept": "text/html", "User-Agent": "client"])
        try exchange.run(
            RequestStage(
                parameters: try mappings([("header.accept", "'text/csv'"), ("header.User-Agent", "'Override-Agent'")])
            )
        )
        #expect(exchange.integrationRequest.headers.all("Accept") == ["text/csv"])
        #expect(exchange.integrationRequest.headers.all("User-Agent") == ["Override-Agent"])
        let plain = try Exchanges.make(headers: ["Accept": "text/html", "User-Agent": "client"])
        try plain.run(RequestStage())
        #expect(plain.integrationRequest.headers.first("Accept") == "application/json")
        #expect(plain.integrationRequest.headers.first("User-Agent") == "AmazonAPIGateway_a1b2c3")
    }

    @Test func mocksGetNoHeaders() throws {
        let exchange = try Exchanges.make("POST")
        try exchange.run(RequestStage(backend: .mock))
        #expect(exchange.integrationRequest.headers.isEmpty)
    }

    @Test func oneTargetInTwoSpellings() throws {
        let exchange = try Exchanges.make()
        try exchange.run(
            RequestStage(parameters: try mappings([("header.x-a", "'lower'"), ("header.X-A", "'upper'")]))
        )
        #expect(exchange.integrationRequest.headers.all("x-a") == ["lower"])
    }

    @Test func whatAStageBeforeSetStays() throws {
        let exchange = try Exchanges.make()
        exchange.integrationRequest.headers.addUnchecked("X-Script", "1")
        exchange.integrationRequest.headers.addUnchecked("X-A", "script")
        try exchange.run(RequestStage(parameters: try mappings([("header.x-a", "'mapped'")])))
        #expect(exchange.integrationRequest.headers.all("X-A") == ["mapped"])
        #expect(exchange.integrationRequest.headers.first("X-Script") == "1")
    }

    @Test func binaryBodies() throws {
        let png: [UInt8] = [0x89, 0x50, 0xFF]
        let api = APISettings(binaryMediaTypes: BinaryMediaTypes(["image/*"]))
        func run(_ type: String, _ handling: ContentHandling?, _ templates: TemplateTable = .none) throws -> [UInt8]? {
            let exchange = try Exchanges.make("POST", headers: ["Content-Type": type], bytes: png)
            try exchange.run(RequestStage(templates: templates, contentHandling: handling, api: api))
            return exchange.integrationRequest.body.bytes
        }
        #expect(try run("image/png", nil) == png)
        #expect(try run("image/png", .convertToText) == Array("iVD/".utf8))
        #expect(try run("text/plain", nil) == Array("\u{FFFD}P\u{FFFD}".utf8))
        let templates = try table([("image/png", "T"), ("text/plain", "T")])
        #expect(try run("image/png", .convertToText, templates) == Array("T".utf8))
        #expect(throws: GatewayFailure.self) { try run("image/png", nil, templates) }
        #expect(throws: GatewayFailure.self) { try run("text/plain", nil, templates) }
    }

    @Test func parametersAlone() throws {
        let exchange = try Exchanges.make("POST", body: "{wrong")
        let stage = RequestParameters(try mappings([("header.X-A", "method.request.body")]), backend: .httpProxy)
        #expect(stage.readsBody)
        #expect(throws: GatewayFailure.self) { try stage.apply(to: exchange) }
        #expect(!RequestParameters(try mappings([("header.X-A", "'x'")]), backend: .httpProxy).readsBody)
    }
}
