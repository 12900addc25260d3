import Testing

@testable import Headgate

@Suite struct RouterTests {
    static func pipeline(_ name: String, _ routes: String...) throws -> Pipeline {
        Pipeline(name: name, routes: try routes.map { try Route(parsing: $0) }, stages: [])
    }

    /// The routes of the service's recorded precedence cases.
    static func router() throws -> Router {
        Router([
            try pipeline("greedy", "OPTIONS /{proxy+}", "GET /{proxy+}"),
            try pipeline("pet", "GET /pets/{id}"),
            try pipeline("dog", "GET /pets/dog"),
            try pipeline("test", "POST /test"),
            try pipeline("any", "ANY /test/any"),
            try pipeline("hard", "GET /part1/hardcoded"),
            try pipeline("root", "GET /"),
            try pipeline("getThing", "GET /things/{a}", "ANY /things/{b}"),
        ])
    }

    @Test(arguments: [
        ("GET", "/pets/dog", "dog"),
        ("GET", "/pets/cat", "pet"),
        ("GET", "/pets/cat/", "pet"),
        ("GET", "//pets/cat", "pet"),
        ("GET", "/Pets/cat", "greedy"),
        ("GET", "/part1/other", "greedy"),
        ("GET", "/part1/hardcoded", "hard"),
        ("OPTIONS", "/test", "greedy"),
        ("POST", "/test", "test"),
        ("OPTIONS", "/test/any", "any"),
        ("GET", "/", "root"),
        ("GET", "", "root"),
        ("GET", "/a//b", "greedy"),
        ("GET", "/pets/a%2Fb", "pet"),
    ])
    func precedence(method: String, path: String, expected: String) throws {
        #expect(try Self.router().match(method: method, path: path)?.pipeline.name == expected)
    }

    @Test(arguments: [
        ("POST", "/pets/dog"), ("HEAD", "/pets/dog"), ("OPTIONS", "/"), ("TRACE", "/test/any"), ("get", "/pets/dog"),
    ])
    func noMatch(method: String, path: String) throws {
        #expect(try Self.router().match(method: method, path: path) == nil)
    }

    @Test func eachMethodsRouteNamesItsOwnVariables() throws {
        let router = try Self.router()
        #expect(router.match(method: "GET", path: "/things/7")?.pathParameters.first?.name == "a")
        #expect(router.match(method: "PUT", path: "/things/7")?.pathParameters.first?.name == "b")
    }

    @Test func greedyKeepsSlashesAndEscapesAndDropsTheTrailingSlash() throws {
        let match = try #require(try Self.router().match(method: "GET", path: "/x/y%2Fz/w/"))
        #expect(match.pathParameters.map(\.value) == ["x/y%2Fz/w"])
    }

    @Test func aGreedyVariableDoesNotMatchItsParent() throws {
        let router = Router([try Self.pipeline("p", "GET /api/{proxy+}")])
        #expect(router.match(method: "GET", path: "/api") == nil)
        #expect(router.match(method: "GET", path: "/api/x") != nil)
    }

    @Test func pathsThatMakeManyBranchesFailAreBounded() throws {
        var pipelines: [Pipeline] = []
        for depth in 1...20 {
            pipelines.append(
                try Self.pipeline(
                    "p\(depth)",
                    "GET /" + (0..<depth).map { $0 == depth - 1 ? "end" : "{p\($0)}" }.joined(separator: "/"),
                )
            )
            pipelines.append(
                try Self.pipeline(
                    "q\(depth)",
                    "GET /" + (0..<depth).map { $0 == depth - 1 ? "stop" : "a" }.joined(separator: "/"),
                )
            )
        }
        let router = Router(pipelines)
        let path = "/" + Array(repeating: "a", count: 500).joined(separator: "/")
        let elapsed = ContinuousClock().measure { _ = router.match(method: "GET", path: path) }
        #expect(elapsed < .milliseconds(250))
    }
}

@Suite struct RouteTests {
    @Test(arguments: [
        ("GET", "\"GET\" is no route"),
        ("FETCH /x", "\"FETCH\" is no method of a route"),
        ("GET x", "the path \"x\" does not start with /"),
        ("GET /a{b}", "\"a{b}\" mixes text and braces"),
        ("GET /{}", "\"{}\" mixes text and braces"),
        ("GET /{a b}", "\"GET /{a b}\" is no route"),
        ("GET /{a}/{a}", "the variable {a} stands twice in one path"),
        ("GET /{a+}/b", "{a+} takes the rest of the path, but something follows it"),
    ])
    func refused(text: String, message: String) {
        do {
            _ = try Route(parsing: text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.message.hasPrefix(message), "\(error.message)")
        }
    }

    @Test func printsAsWritten() throws {
        #expect(try Route(parsing: "get /a/{b}/{c+}").description == "GET /a/{b}/{c+}")
        #expect(try Route(parsing: "ANY /").description == "ANY /")
    }

    @Test func suggestsTheMethodMeant() {
        #expect(throws: InvalidRoute.self) { try Route(parsing: "GTE /") }
        do {
            _ = try Route(parsing: "PSOT /x")
        } catch {
            #expect(error.suggestion == "did you mean \"POST\"?")
        }
    }
}
