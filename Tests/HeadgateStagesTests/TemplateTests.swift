import Headgate
import OrderedJSON
import Testing

@testable import HeadgateStages

@Suite struct TemplateTests {
    private func render(_ template: String, _ exchange: Exchange? = nil, payload: String = "{}") throws -> String {
        String(
            decoding: try LocatedTemplate(template).render(exchange ?? Exchanges.make(), Array(payload.utf8)),
            as: UTF8.self,
        )
    }

    private func exchange() throws -> Exchange {
        let exchange = try Exchanges.make(
            "POST",
            "/pets/a%20b",
            query: "q=1&q=2&who=query",
            headers: [
                "X-H": "h", "who": "header", "Host": "api.test", "Connection": "close", "User-Agent": "ua",
            ],
            pathParameters: [("id", "a%20b"), ("who2", "path")],
            route: "POST /pets/{id}",
            variables: [("color", "blue")],
        )
        exchange.contextMembers = [("authorizer", ["principalId": "me", "claims": ["sub": "s"]]), ("mine", [1, 2])]
        return exchange
    }

    @Test(arguments: [
        ("$input.params('id')|$input.params('q')|$input.params('X-H')|$input.params('none')", "a%20b|2|h|"),
        ("$input.params('who')", "query"),
        ("$input.params().header.get('Connection')|$input.params().header.X-H", "|h"),
        ("$input.params().path.id $input.params().querystring.q", "a%20b 2"),
        ("$input.params().header.X-Forwarded-For", "203.0.113.9"),
        (
            "$context.httpMethod $context.stage $context.resourcePath $context.path",
            "POST prod /pets/{id} /prod/pets/a%20b",
        ),
        ("$context.identity.sourceIp $context.identity.userAgent|$context.identity.user|", "203.0.113.9 ua||"),
        ("$context.authorizer.principalId $context.authorizer.claims.sub [$context.authorizer.claims]", "me s []"),
        ("$context.requestTimeEpoch $context.requestTime", "1700000000123 14/Nov/2023:22:13:20 +0000"),
        ("$context.mine", "[1,2]"),
        ("[$context.nothing][$context.identity]", "[][]"),
        ("$stageVariables.color ${stageVariables['color']} [$stageVariables.none]", "blue blue []"),
    ])
    func bindings(template: String, expected: String) throws {
        let rendered = try render(template, exchange())
        #expect(rendered == expected)
    }

    @Test func keys() throws {
        let none = try Exchanges.make()
        #expect(
            try render("#foreach($k in $context.keySet())$k #end", none)
                == "resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol stage "
                + "domainPrefix requestTimeEpoch requestId identity domainName deploymentId apiId requestOverride "
                + "responseOverride "
        )
        #expect(try render("[#foreach($k in $context.authorizer.keySet())$k#end]", none) == "[]")
        #expect(
            try render("#foreach($k in $context.identity.keySet())$k #end", none)
                == "cognitoIdentityPoolId accountId cognitoIdentityId caller sourceIp principalOrgId accessKey "
                + "cognitoAuthenticationType cognitoAuthenticationProvider userArn userAgent user "
        )
        #expect(try render("$context.keySet().contains('authorizer')", exchange()) == "true")
    }

    @Test func overridesReachTheExchange() throws {
        let exchange = try Exchanges.make()
        _ = try render(
            """
            #set($context.requestOverride.header.X-A = "1")
            #set($context.requestOverride.header.X-L = ["a", "b"])
            #set($context.requestOverride.querystring.n = 7)
            #set($context.requestOverride.path.id = "x/y")
            #set($context.responseOverride.status = 444)
            #set($context.responseOverride.header.foo = true)
            #set($context.responseOverride.custom = "kept")
            """,
            exchange,
        )
        let overrides = exchange.overrides
        #expect(overrides.requestHeaders.map { "\($0.name)=\($0.values)" } == [#"X-A=["1"]"#, #"X-L=["a", "b"]"#])
        #expect(overrides.requestQuery.map { "\($0.name)=\($0.values)" } == [#"n=["7"]"#])
        #expect(overrides.requestPath.map { "\($0.name)=\($0.value)" } == ["id=x/y"])
        #expect(overrides.responseHeaders.map { "\($0.name)=\($0.values)" } == [#"foo=["true"]"#])
        #expect(overrides.responseStatus == 444)
        // The exchange's next template sees what this one set.
        #expect(
            try render(
                "$context.responseOverride.custom $context.responseOverride.status $context.requestOverride.path.id",
                exchange,
            )
                == "kept 444 x/y"
        )
        #expect(exchange.overrides.responseStatus == 444)
    }

    @Test(
        arguments: [
            ("99", nil), ("600", nil), ("\"x\"", nil), ("4.5", nil), ("404", 404), ("\"404\"", 404), ("100", 100),
            ("599", 599),
        ]
            as [(String, Int?)]
    )
    func statusOverrides(value: String, expected: Int?) throws {
        let exchange = try Exchanges.make()
        _ = try render("#set($context.responseOverride.status = \(value))", exchange)
        #expect(exchange.overrides.responseStatus == expected)
    }

    @Test func overridesInBothDirections() throws {
        let exchange = try Exchanges.make(body: "{}")
        let template = """
            {}#set($context.requestOverride.header.X-A = "new")#set($context.requestOverride.header.Via = "v")
            #set($context.requestOverride.querystring.q = "o")#set($context.requestOverride.path.id = "o")
            #set($context.responseOverride.header.Date = "d")
            """
        let parameters = try [("header.x-a", "'mapped'"), ("querystring.q", "'mapped'"), ("path.id", "'mapped'")].map {
            ParameterMapping(
                try ParameterTarget(parsing: $0.0, for: .request),
                try ParameterSource(parsing: $0.1, for: .request),
            )
        }
        try exchange.run(
            RequestStage(
                parameters: parameters,
                templates: TemplateTable([("application/json", try LocatedTemplate(template))]),
            )
        )
        let request = exchange.integrationRequest
        #expect(request.headers.all("X-A") == ["new"])
        #expect(!request.headers.contains("Via"))
        #expect(request.query.encoded == "q=o")
        #expect(request.pathParameters.map(\.value) == ["o"])
        exchange.integrationResponse = IntegrationResponse(status: 200)
        try exchange.run(ResponseStage())
        #expect(exchange.response.headers.first("x-amzn-Remapped-Date") == "d")
    }

    @Test(arguments: ["Content-Length", "X-Amzn-Trace-Id"])
    func overridesOfForbiddenHeaders(name: String) throws {
        let template = "#set($context.requestOverride.header.\(name) = \"1\")"
        #expect(throws: GatewayFailure.self) {
            try Exchanges.make().run(
                RequestStage(templates: TemplateTable([("application/json", try LocatedTemplate(template))]))
            )
        }
    }

    @Test func overridesCannotInject() throws {
        let template =
            #"#set($context.requestOverride.header.X-A = $input.params('q'))#set($context.requestOverride.header["a b"] = "1")"#
        let exchange = try Exchanges.make(query: "q=a%0D%0Ab:c")
        let failure = #expect(throws: GatewayFailure.self) {
            try exchange.run(
                RequestStage(templates: TemplateTable([("application/json", try LocatedTemplate(template))]))
            )
        }
        #expect(failure?.status == 500)
        #expect(exchange.integrationRequest.headers.first("X-A") == "a  b:c")
    }

    @Test func failuresNameFileAndLine() throws {
        let start = Headgate.SourceLocation(file: "p.yaml", line: 10, column: 5)
        let scalar = ConfigurationNode.Scalar(
            text: "{\n\"a\": $util.parseJson('{x')\n}\n",
            isPlain: false,
            contentLocation: start,
            blockColumn: 9,
        )
        let failure = #expect(throws: GatewayFailure.self) {
            try LocatedTemplate(scalar).render(try Exchanges.make(), [])
        }
        #expect(failure?.location == Headgate.SourceLocation(file: "p.yaml", line: 11))
        #expect(failure?.message == "Internal server error")
        #expect(failure?.cause.hasPrefix("the template fails: ") == true)
        #expect(failure?.response().body.text == #"{"message": "Internal server error"}"#)
    }

    @Test func syntaxErrorsStandInTheFile() throws {
        let start = Headgate.SourceLocation(file: "p.yaml", line: 10, column: 9)
        let scalar = ConfigurationNode.Scalar(
            text: "{\n#if($a)\n  #set($x = )\n#end}\n",
            isPlain: false,
            contentLocation: start,
            blockColumn: 9,
        )
        let error = #expect(throws: InvalidValue.self) { try LocatedTemplate(scalar) }
        #expect(error?.location?.line == 12)
        #expect(error?.location?.column == 21)
        #expect(error?.message?.hasPrefix("the template cannot be read: found") == true)
        #expect(error?.expected?.hasPrefix("expected ") == true)
    }

    @Test func constantTemplatesCostNothing() throws {
        let template = try LocatedTemplate(#"{"statusCode": 200}"#)
        let exchange = try Exchanges.make()
        #expect(try template.render(exchange, []) == Array(#"{"statusCode": 200}"#.utf8))
        #expect(exchange.storage.isEmpty)
    }

    @Test func traceNotes() async throws {
        let stages: [(kind: String, phase: StagePhase, stage: any Stage)] = [
            (
                "request", .request,
                RequestStage(
                    parameters: [ParameterMapping(.header("X-A"), .query("a"))],
                    templates: TemplateTable([("application/json", try LocatedTemplate(#"{"statusCode": 404}"#))]),
                ),
            ),
            ("mock", .dispatch, MockStage()),
            ("select", .select, SelectStage([SelectionRule(pattern: try .init("4\\d\\d"), status: 400)])),
            (
                "response", .response,
                ResponseStage(
                    default: .init(
                        templates: TemplateTable([
                            (
                                "application/json",
                                try LocatedTemplate(
                                    "#set($context.responseOverride.status = 410)gone: $input.params('id')"
                                ),
                            )
                        ])
                    )
                ),
            ),
        ]
        let exchange = try await Exchanges.serve(
            stages,
            MethodRequest(method: "GET", path: "/7", rawQuery: "a=1"),
            pathParameters: [("id", "7")],
        )
        #expect(exchange.response.status == 410)
        #expect(exchange.response.body.text == "gone: 7")
        let notes = exchange.trace?.steps.map { step in step.notes.map { "\($0.name): \($0.text)" } } ?? []
        #expect(
            notes == [
                [#"parameters: header.X-A="1""#, "template: for application/json", #"rendered: {"statusCode": 404}"#],
                ["status: 404, from the request template"],
                [#"selection: "404" matches 4\d\d → 400"#],
                ["template: for application/json", "rendered: gone: 7", "overrides: status=410"],
            ]
        )
    }
}
