import Headgate
import OrderedJSON
import Testing

@testable import HeadgateStages

@Suite struct ParameterTests {
    private func exchange() throws -> Exchange {
        let exchange = try Exchanges.make(
            "POST",
            "/p/a%20b",
            query: "q=one&multi=a&multi=b&empty=&sp=x%20y%2Bz",
            headers: [
                "X-H": "head", "X-Multi": "v1", "X-multi": "other", "User-Agent": "UA/1", "Connection": "close",
                "Host": "api.example.test:8080",
            ],
            body:
                #"{"pets": [{"type": "Dog"}, {"type": "Cat"}], "n": 12.50, "t": true, "null": null, "o": {"b": [1, 2]}}"#,
            pathParameters: [("id", "a%20b"), ("proxy", "x/y%2Fz")],
            route: "POST /p/{id}",
            variables: [("color", "blue"), ("empty", "")],
        )
        exchange.request.headers.addUnchecked("X-Multi", "v2")
        exchange.contextMembers = [
            ("authorizer", ["principalId": "me", "n": 7, "ok": true, "claims": ["sub": "s", "cognito:groups": "g"]]),
            ("identity", ["apiKey": "k1"]),
        ]
        return exchange
    }

    private func value(_ expression: String, _ exchange: Exchange? = nil) throws -> String? {
        let exchange = try exchange ?? self.exchange()
        let source = try ParameterSource(parsing: expression, for: .request)
        return try source.value(exchange, PayloadReader(exchange.request.body.bytes ?? [], side: .request))?.joined
    }

    @Test(
        arguments: [
            ("method.request.path.id", "a%20b"),
            ("method.request.path.proxy", "x/y%2Fz"),
            ("method.request.path.none", nil),
            ("method.request.querystring.q", "one"),
            ("method.request.querystring.multi", "b"),
            ("method.request.querystring.Q", nil),
            ("method.request.querystring.empty", nil),
            ("method.request.querystring.sp", "x y+z"),
            ("method.request.multivaluequerystring.multi", "a,b"),
            ("method.request.multivaluequerystring.q", "one"),
            ("method.request.multivaluequerystring.none", nil),
            ("method.request.header.X-H", "head"),
            ("method.request.header.x-h", nil),
            ("method.request.header.X-Multi", "v2"),
            ("method.request.header.Connection", nil),
            ("method.request.header.X-Forwarded-For", "203.0.113.9"),
            ("method.request.multivalueheader.X-Multi", "v1,v2"),
            ("method.request.body.pets[1].type", "Cat"),
            ("method.request.body.n", "12.50"),
            ("method.request.body.t", "true"),
            ("method.request.body.null", nil),
            ("method.request.body.none", nil),
            ("method.request.body.o", #"{"b":[1,2]}"#),
            ("method.request.body.o.b", "[1,2]"),
            ("stageVariables.color", "blue"),
            ("stageVariables.empty", nil),
            ("stageVariables.none", nil),
            ("'text'", "text"),
            ("'it's'", "it's"),
            ("'${stageVariables.color}'", "${stageVariables.color}"),
            ("''", nil),
            ("context.httpMethod", "POST"),
            ("context.stage", "prod"),
            ("context.path", "/prod/p/a%20b"),
            ("context.resourcePath", "/p/{id}"),
            ("context.requestTime", "14/Nov/2023:22:13:20 +0000"),
            ("context.requestTimeEpoch", "1700000000123"),
            ("context.domainName", "api.example.test"),
            ("context.domainPrefix", "api"),
            ("context.apiId", "a1b2c3"),
            ("context.accountId", "000000000000"),
            ("context.protocol", "HTTP/1.1"),
            ("context.identity.sourceIp", "203.0.113.9"),
            ("context.identity.userAgent", "UA/1"),
            ("context.identity.apiKey", "k1"),
            ("context.identity.user", nil),
            ("context.identity.nothing", nil),
            ("context.authorizer.principalId", "me"),
            ("context.authorizer.n", "7"),
            ("context.authorizer.ok", "true"),
            ("context.authorizer.claims", nil),
            ("context.authorizer.claims.sub", "s"),
            ("context.authorizer.claims.cognito:groups", "g"),
            ("context.nothing", nil),
            ("context.nothing.at.all", nil),
        ] as [(String, String?)]
    )
    func requestSource(expression: String, expected: String?) throws {
        #expect(try value(expression) == expected)
        #expect(try ParameterSource(parsing: expression, for: .request).description == expression)
    }

    @Test func identifiersInContext() throws {
        let exchange = try exchange()
        #expect(try value("context.requestId", exchange) == exchange.identifiers.requestID)
        #expect(try value("context.extendedRequestId", exchange) == exchange.identifiers.extendedRequestID)
        #expect(try value("context.resourceId", exchange)?.count == 6)
        #expect(try value("context.deploymentId", exchange)?.count == 6)
    }

    @Test func wholeBodies() throws {
        #expect(try value("method.request.body", try Exchanges.make(body: "<a/>")) == "<a/>")
        #expect(try value("method.request.body", try Exchanges.make()) == "{}")
        #expect(try value("method.request.body.a", try Exchanges.make()) == nil)
        #expect(try value("method.request.body.a", try Exchanges.make(body: "text")) == nil)
        #expect(try value("method.request.body[1]", try Exchanges.make(body: "[1, \"x\"]")) == "x")
        for expression in ["method.request.body", "method.request.body.a"] {
            let failure = #expect(throws: GatewayFailure.self) {
                try value(expression, try Exchanges.make(body: "{wrongjson"))
            }
            #expect(failure?.status == 400)
            #expect(failure?.response().body.text == #"{"message": "Invalid JSON in request body"}"#)
        }
    }

    @Test(
        arguments: [
            ("integration.response.header.X-One", "1"),
            ("integration.response.header.x-one", nil),
            ("integration.response.header.X-Two", "b"),
            ("integration.response.multivalueheader.X-Two", "a,b"),
            ("integration.response.body.a.b", "deep"),
            ("integration.response.body.errorMessage.trace.function", "f"),
            ("integration.response.body.errorMessage.trace.none", nil),
            ("context.stage", "prod"),
            ("stageVariables.v", "val"),
            ("'text'", "text"),
        ] as [(String, String?)]
    )
    func responseSource(expression: String, expected: String?) throws {
        let exchange = try Exchanges.make(variables: [("v", "val")])
        exchange.integrationResponse = IntegrationResponse(
            status: 200,
            headers: Headers(parsed: [.init("X-One", "1"), .init("X-Two", "a"), .init("X-Two", "b")]),
            body: Body(#"{"a": {"b": "deep"}, "errorMessage": "{\"trace\": {\"function\": \"f\"}}"}"#),
        )
        let source = try ParameterSource(parsing: expression, for: .response)
        let reader = PayloadReader(exchange.integrationResponse?.body.bytes ?? [], side: .response)
        #expect(try source.value(exchange, reader)?.joined == expected)
        #expect(source.description == expression)
    }

    @Test(arguments: [
        ("true", "a fixed text stands in single quotes: \"'true'\""),
        ("application/json", "a fixed text stands in single quotes: \"'application/json'\""),
        ("method.request.querystrings.q", "did you mean \"method.request.querystring.q\"?"),
        ("method.request.headers.X-A", "did you mean \"method.request.header.X-A\"?"),
        ("method.requst.path.id", "did you mean \"method.request.path.id\"?"),
        ("stageVariable.x", "did you mean \"stageVariables.x\"?"),
        ("integration.response.header.X", "a request has no backend's response yet; it can map method.request.…"),
    ])
    func refusedSource(expression: String, suggestion: String) {
        let error = #expect(throws: InvalidMapping.self) { try ParameterSource(parsing: expression, for: .request) }
        #expect(error?.message == "Invalid mapping expression specified: \(expression)")
        #expect(error?.suggestion == suggestion)
    }

    @Test(arguments: [
        "", "'", "method.request.header.", "method.request.header.a b", "method.request.path.{id}",
        "method.request.bodyx",
        "context.", "context.a..b", "stageVariables.", "method.request.header", "integration.response.statusCode",
    ])
    func refusedSources(expression: String) {
        #expect(throws: InvalidMapping.self) { try ParameterSource(parsing: expression, for: .request) }
        #expect(throws: InvalidMapping.self) { try ParameterSource(parsing: expression, for: .response) }
    }

    @Test func responsesDoNotReadRequests() {
        let error = #expect(throws: InvalidMapping.self) {
            try ParameterSource(parsing: "method.request.querystring.q", for: .response)
        }
        #expect(error?.suggestion?.contains("$input.params('NAME')") == true)
    }

    @Test func targets() throws {
        #expect(try ParameterTarget(parsing: "integration.request.path.a.b", for: .request) == .path("a.b"))
        #expect(try ParameterTarget(parsing: "querystring.q", for: .request) == .query("q"))
        #expect(try ParameterTarget(parsing: "header.X-A", for: .request) == .header("X-A"))
        #expect(try ParameterTarget(parsing: "method.response.header.X-A", for: .response) == .header("X-A"))
        #expect(
            try ParameterTarget(parsing: "header.X-A", for: .response).text(.response) == "method.response.header.X-A"
        )
        for text in ["integration.request.body", "body.x", "header", "header.", "header.a b", "path.{id}", ""] {
            let error = #expect(throws: InvalidMapping.self) { try ParameterTarget(parsing: text, for: .request) }
            #expect(error?.message == "Invalid mapping expression parameter specified: \(text)")
        }
        for text in ["path.x", "querystring.x", "integration.request.header.X", "method.response.status"] {
            #expect(throws: InvalidMapping.self) { try ParameterTarget(parsing: text, for: .response) }
        }
        let slip = #expect(throws: InvalidMapping.self) { try ParameterTarget(parsing: "query.q", for: .request) }
        #expect(slip?.expected?.contains("integration.request.querystring.NAME") == true)
        let near = #expect(throws: InvalidMapping.self) { try ParameterTarget(parsing: "headers.X", for: .request) }
        #expect(near?.suggestion == "did you mean \"header.X\"?")
    }

    @Test func misspeltContextNamesGetAWarning() throws {
        func warning(_ text: String) -> String? {
            let diagnostics = Diagnostics()
            let place = Headgate.SourceLocation(file: "p.yaml", line: 3, column: 7)
            let node = ConfigurationNode(.scalar(.init(text: text, isPlain: true, contentLocation: place)), at: place)
            let context = DecodingContext(diagnostics: diagnostics, directory: nil, services: StageServices())
            #expect(FieldType<ParameterSource>.mappingExpression(.request).decode(node, context) != nil)
            #expect(!diagnostics.hasErrors)
            return diagnostics.all.first?.suggestion
        }
        #expect(warning("context.identity.sourceIP") == "did you mean \"context.identity.sourceIp\"?")
        #expect(warning("context.requestid") == "did you mean \"context.requestId\"?")
        #expect(warning("context.authorizer.tenant") == nil)
        #expect(warning("context.requestId") == nil)
        #expect(warning("context.identity.userArn") == nil)
    }

    @Test func requestTimes() {
        #expect(RequestTime.text(milliseconds: 0) == "01/Jan/1970:00:00:00 +0000")
        #expect(RequestTime.text(milliseconds: 1_428_582_896_000) == "09/Apr/2015:12:34:56 +0000")
        #expect(RequestTime.text(milliseconds: 951_827_696_999) == "29/Feb/2000:12:34:56 +0000")
        #expect(RequestTime.text(milliseconds: -1) == "31/Dec/1969:23:59:59 +0000")
        #expect(RequestTime.text(milliseconds: 4_102_444_799_000) == "31/Dec/2099:23:59:59 +0000")
    }

    @Test func resourcePathsOfSeveralRoutes() throws {
        let routes = try ["GET /pets/{id}", "GET /pets/{name}/toys", "ANY /{proxy+}", "GET /"].map(Route.init(parsing:))
        func path(_ method: String, _ path: String, _ names: [String]) -> String {
            Exchange(
                pipeline: Pipeline(name: "p", routes: routes, stages: []),
                request: MethodRequest(method: method, path: path),
                pathParameters: names.map { ($0, "x") },
                deployment: Deployment(),
                lane: Exchanges.lane,
                receivedAtMilliseconds: 0,
                random: RandomSource(seed: 1),
                completion: { _ in },
            ).resourcePath
        }
        #expect(path("GET", "/pets/1", ["id"]) == "/pets/{id}")
        #expect(path("GET", "/pets/1/toys", ["name"]) == "/pets/{name}/toys")
        #expect(path("POST", "/pets/1", ["proxy"]) == "/{proxy+}")
        #expect(path("GET", "/", []) == "/")
    }
}
