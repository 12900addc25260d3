import Headgate
import Testing

@testable import HeadgateStages

@Suite struct URITemplateTests {
    private func resolve(
        _ text: String,
        _ values: [(name: String, value: String)] = [],
        variables: [(name: String, value: String)] = [],
    ) throws -> String {
        let exchange = try Exchanges.make(variables: variables)
        exchange.integrationRequest.pathParameters = values
        let uri = try URITemplate(parsing: text).resolve(exchange)
        return uri.endpoint.origin + uri.path + (uri.query.isEmpty ? "" : "?" + uri.query.encoded)
    }

    @Test(arguments: [
        ("http://b.test", "http://b.test/"),
        ("HTTP://b.test/a", "http://b.test/a"),
        ("https://b.test:8443/a%20b/c?x=1&y", "https://b.test:8443/a%20b/c?x=1&y"),
        ("http://127.0.0.1:9000/?q", "http://127.0.0.1:9000/?q"),
        ("http://[::1]:9000?q=1", "http://[::1]:9000/?q=1"),
    ])
    func fixed(text: String, expected: String) throws {
        #expect(try resolve(text) == expected)
        #expect(try URITemplate(parsing: text).placeholders.isEmpty)
    }

    @Test(arguments: [
        ("7", "7"),
        ("a%20b", "a%20b"),
        ("a%2Fb", "a%2Fb"),
        ("a/b", "a/b"),
        ("a b", "a%20b"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("50%", "50%25"),
        ("%zz", "%25zz"),
        ("a\r\nHost: evil", "a%0D%0AHost:%20evil"),
        ("a\\b", "a%5Cb"),
        ("ü", "%C3%BC"),
        ("{x}", "%7Bx%7D"),
        ("..a", "..a"),
        ("a..", "a.."),
        ("...", "..."),
        ("@user:pw", "@user:pw"),
    ])
    func pathValue(value: String, expected: String) throws {
        #expect(try resolve("http://b.test/o/{id}/end", [("id", value)]) == "http://b.test/o/\(expected)/end")
    }

    @Test(arguments: [
        "..", ".", "../x", "a/../b", "a/..", "%2e%2e", "%2E.", ".%2e/x", "..;x", "..;", "..%2fadmin", "a%5c..%5cb",
        "a\\..\\b", "%2e",
    ])
    func dotSegments(value: String) throws {
        let failure = #expect(throws: GatewayFailure.self) { try resolve("http://b.test/o/{id}", [("id", value)]) }
        #expect(failure?.status == 400)
        #expect(failure?.message?.contains(value) == false)
    }

    @Test func dotSegmentsMadeOfTwoValues() throws {
        #expect(throws: GatewayFailure.self) { try resolve("http://b.test/.{a}/x", [("a", ".")]) }
        #expect(throws: GatewayFailure.self) { try resolve("http://b.test/{a}{b}", [("a", "."), ("b", ".")]) }
        // What the operator wrote is the operator's business.
        #expect(try resolve("http://b.test/x/../{a}", [("a", "1")]) == "http://b.test/x/../1")
    }

    @Test func queryValues() throws {
        #expect(
            try resolve("http://b.test/?a={v}&b=2", [("v", "x&admin=1;y=2+3#z")])
                == "http://b.test/?a=x%26admin%3D1%3By%3D2%2B3%23z&b=2"
        )
        #expect(try resolve("http://b.test/?a={v}", [("v", "a%20b/c")]) == "http://b.test/?a=a%20b/c")
    }

    @Test func hostValues() throws {
        #expect(try resolve("https://{tenant}.b.test/x", [("tenant", "acme")]) == "https://acme.b.test/x")
        #expect(try resolve("https://{host}/x", [("host", "b.test")]) == "https://b.test/x")
        #expect(
            try resolve("https://{host}:{port}/x", [("host", "b.test"), ("port", "81")]) == "https://b.test:81/x"
        )
        for value in ["a.b", "evil.test/", "evil.test?", "evil@x", "a:80", "", "a b", "ü"] {
            #expect(throws: GatewayFailure.self, "\(value)") {
                try resolve("https://{tenant}.b.test/x", [("tenant", value)])
            }
        }
        #expect(throws: GatewayFailure.self) { try resolve("https://b.test:{port}/x", [("port", "99999")]) }
    }

    @Test func missingValue() throws {
        let failure = #expect(throws: GatewayFailure.self) { try resolve("https://b.test/{missing}") }
        #expect(failure?.status == 500)
        #expect(failure?.message == "Internal server error")
        #expect(
            failure?.cause == "Execution failed due to configuration error: Illegal character in path at index 15: "
                + "https://b.test/{missing}: nothing maps integration.request.path.missing"
        )
    }

    @Test func stageVariables() throws {
        let text = "http://${stageVariables.host}/${stageVariables.path}?${stageVariables.query}"
        let variables = [("host", "b.test:81"), ("path", "v1/x"), ("query", "k=v")].map { (name: $0, value: $1) }
        #expect(try resolve(text, variables: variables) == "http://b.test:81/v1/x?k=v")
        #expect(
            try resolve("http://b.test/${stageVariables.none}/x", variables: variables) == "http://b.test//x"
        )
        #expect(
            try resolve("http://b.test/${stageVariables.path}/{id}", [("id", "a b")], variables: variables)
                == "http://b.test/v1/x/a%20b"
        )
        #expect(try URITemplate(parsing: text).stageVariables == ["host", "path", "query"])
    }

    @Test func stageVariablesThatMakeNoURL() throws {
        for value in ["", "a b", "x{y", "u@h", "h#"] {
            let failure = #expect(throws: GatewayFailure.self, "\(value)") {
                try resolve("http://${stageVariables.host}/x", variables: [("host", value)])
            }
            #expect(failure?.status == 500)
            #expect(failure?.cause.contains("Invalid endpoint address") == true)
        }
    }

    @Test func oneTemplateServesManyDeploymentStages() throws {
        let template = try URITemplate(parsing: "http://${stageVariables.host}/")
        for round in 0..<3 {
            for host in (0..<20).map({ "h\($0).test" }) {
                let exchange = try Exchanges.make(variables: [("host", host)])
                #expect(try template.resolve(exchange).endpoint.host == host, "round \(round)")
            }
        }
    }

    @Test(
        arguments: [
            ("arn:aws:s3:x", "Invalid HTTP endpoint specified for URI", "AWS", nil),
            ("ftp://b.test", "Invalid HTTP endpoint specified for URI", nil, nil),
            ("b.test/x", "Invalid HTTP endpoint specified for URI", "http://b.test/x", nil),
            (
                "${stageVariables.url}/x", "Invalid HTTP endpoint specified for URI", "https://${stageVariables.url}/x",
                nil,
            ),
            ("http://b.test/{proxy+}", "{proxy+} is written without the plus", "write {proxy}", 15),
            ("http://b.test/{a b}", "no valid name", nil, 15),
            ("http://b.test/{", "\"{\" is not closed", "%7B", 15),
            ("http://b.test/}", "\"}\" has no \"{\"", "%7D", 15),
            ("http://b.test/${HOST}", "${HOST} is not filled in", "${stageVariables.HOST}", 15),
            ("http://b.test/a b", "must be percent-encoded", nil, nil),
            ("http://b.test/#a", "fragment", nil, nil),
            ("http://u@b.test/", "user information", nil, nil),
            ("http:///x", "host is missing", nil, nil),
            ("http://${stageVariables.h}/a b", "must be percent-encoded", nil, nil),
            ("", "Invalid HTTP endpoint specified for URI", nil, nil),
        ] as [(String, String, String?, Int?)]
    )
    func refused(text: String, message: String, suggestion: String?, column: Int?) throws {
        let error = #expect(throws: InvalidURITemplate.self) { try URITemplate(parsing: text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        if let suggestion { #expect(error?.suggestion?.contains(suggestion) == true, "\(error?.suggestion ?? "")") }
        #expect(error?.offset == column)
    }

    @Test func locatedInTheFile() throws {
        let diagnostics = Diagnostics()
        let context = DecodingContext(diagnostics: diagnostics, directory: nil, services: StageServices())
        let place = Headgate.SourceLocation(file: "p.yaml", line: 4, column: 10)
        let node = ConfigurationNode(
            .scalar(.init(text: "http://b.test/{proxy+}", isPlain: true, contentLocation: place)),
            at: place,
        )
        #expect(FieldType.backendURI.decode(node, context) == nil)
        #expect(diagnostics.all.first?.location.description == "p.yaml:4:24")
    }

    @Test func appendingQueries() {
        let own = Query(parsing: "testVar=foobar&testQs=1")
        let mapped = Query(parsing: "testVar=bar&z=%20")
        #expect(own.appending(mapped).all("testVar") == ["foobar", "bar"])
        #expect(own.appending(Query()).encoded == "testVar=foobar&testQs=1")
        #expect(Query().appending(mapped).encoded == "testVar=bar&z=%20")
    }
}
