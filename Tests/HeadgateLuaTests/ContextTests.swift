import Headgate
import OrderedJSON
import Testing

@testable import HeadgateLua

@Suite("ctx: the four views of an exchange")
struct ContextTests {
    let bench = Bench()

    @Test(
        "Members of the request",
        arguments: [
            ("ctx.request.method", #""POST""#),
            ("ctx.request.path", #""/orders/4 2""#),
            ("ctx.request.raw_path", #""/orders/4%202""#),
            ("ctx.request.raw_query", #""a=1&b=x%20y&a=2""#),
            ("ctx.request.params.id", #""4 2""#),
            ("ctx.request.host", #""api.example.com""#),
            ("ctx.request.scheme", #""http""#),
            ("ctx.request.client_ip", #""192.0.2.7""#),
            ("ctx.request.protocol", #""HTTP/1.1""#),
            ("#ctx.request.id", "36"),
            ("ctx.request.headers['x-TAG']", #""one""#),
            ("ctx.request.headers:get('X-Tag')", #""one""#),
            ("ctx.request.headers:all('X-Tag')", #"["one","two"]"#),
            ("ctx.request.headers:get('X-None')", "null"),
            ("ctx.request.query.b", #""x y""#),
            ("ctx.request.query:all('a')", #"["1","2"]"#),
            ("ctx.request.body:size()", "62"),
            ("ctx.request.body:json().a.y", #""é""#),
            ("ctx.request.body:json()", #"{"b":[1,2.5,null],"a":{"z":1,"y":"é"},"big":9007199254740993}"#),
            ("ctx.integration.request.method", #""GET""#),
            ("ctx.integration.request.timeout", "29000"),
            ("ctx.pipeline", #""orders""#),
            ("ctx.stage", #""before""#),
            ("ctx.phase", #""request""#),
            ("ctx:remaining_ms() > 28000", "true"),
            ("ctx.deadline > 1600000000", "true"),
            ("ctx.identity", "null"),
            ("tostring(ctx.request)", #""ctx.request""#),
        ],
    )
    func members(expression: String, expected: String) async throws {
        #expect(try await bench.value(expression) == expected)
    }

    @Test("Pairs keep the order of headers and query")
    func pairs() async throws {
        let names = try await bench.value(
            "out",
            preamble: "local out = {} for n, v in pairs(ctx.request.headers) do out[#out + 1] = n .. '=' .. v end",
        )
        #expect(names == #"["Host=api.example.com","Content-Type=application/json","X-Tag=one","x-tag=two"]"#)
        let items = try await bench.value(
            "out",
            preamble: "local out = {} for n, v in pairs(ctx.request.query) do out[#out + 1] = n .. '=' .. v end",
        )
        #expect(items == #"["a=1","b=x y","a=2"]"#)
    }

    @Test("What a script sets goes to the backend")
    func integrationRequest() async throws {
        let exchange = try await bench.request(
            """
            local request = ctx.integration.request
            request.method = "PUT"
            request.url = "https://backend.example.com:8443/base?x=1"
            request.query:add("y", "a b")
            request.query.z = "3"
            request.query.x = nil
            request.headers:set("X-One", "1")
            request.headers:add("X-One", 2)
            request.headers["X-List"] = {"a", "b"}
            request.headers["X-Gone"] = "1"
            request.headers["X-Gone"] = nil
            request.body:set_json({ hello = "world" })
            request.timeout = 500
            """
        )
        #expect(exchange.failure == nil)
        let request = exchange.integrationRequest
        #expect(request.method == "PUT")
        #expect(request.url == "https://backend.example.com:8443/base?y=a%20b&z=3")
        #expect(request.headers.all("x-one") == ["1", "2"])
        #expect(request.headers.all("X-List") == ["a", "b"])
        #expect(!request.headers.contains("X-Gone"))
        #expect(request.headers.first("Content-Type") == "application/json")
        #expect(request.body.text == #"{"hello":"world"}"#)
        #expect(request.timeoutMilliseconds == 500)
    }

    @Test("Behind the backend, the response is read and changed")
    func response() async throws {
        let exchange = try await bench.response(
            """
            local answer = ctx.integration.response
            assert(answer.status == 200 and answer.headers["x-backend"] == "one" and answer.attempts == 1)
            local value = ctx.response.body:json()
            value.extra = ctx.phase
            ctx.response.status = 201
            ctx.response.headers["X-New"] = "yes"
            ctx.response.body:set_json(value)
            """
        )
        #expect(exchange.failure == nil)
        #expect(exchange.response.status == 201)
        #expect(exchange.response.headers.first("X-New") == "yes")
        #expect(exchange.response.body.text == #"{"id":42,"name":"Ada","extra":"response"}"#)
    }

    @Test("Outcomes: respond leaves out the rest, skip goes on at the backend")
    func outcomes() async throws {
        let respond = try bench.stage(
            "return ctx:respond{status = 418, headers = {['X-A'] = 'b', ['X-L'] = {'1', '2'}}, body = 'short'}"
        )
        var exchange = await bench.run(bench.pipeline(before: respond, answer: Bench.answer))
        #expect(exchange.response.status == 418)
        #expect(exchange.response.headers.all("X-L") == ["1", "2"])
        #expect(exchange.response.body.text == "short")
        #expect(exchange.integrationResponse == nil)

        let skip = try bench.stage("return ctx:skip()")
        let never = try bench.stage("error('left out')")
        let stages = [
            PipelineStage(label: "skip", kind: "script", phase: .any, built: skip),
            PipelineStage(label: "never", kind: "script", phase: .any, built: never),
            PipelineStage(
                label: "backend",
                kind: "http",
                phase: .dispatch,
                built: BuiltStage(Backend(response: Bench.answer), explanation: ""),
            ),
            PipelineStage(label: "skip 2", kind: "script", phase: .any, built: skip),
            PipelineStage(label: "never 2", kind: "script", phase: .any, built: never),
        ]
        exchange = await bench.run(Pipeline(name: "orders", routes: [], stages: stages))
        #expect(exchange.failure == nil)
        #expect(exchange.response.status == 200)
    }

    @Test("Variables and identity are shared with the stages behind")
    func variables() async throws {
        let first = try bench.stage(
            "ctx.vars.list = {1, 2, {three = 3}} ctx.vars.gone = 1 ctx.vars.gone = nil ctx.identity = {principalId = 'ada'}"
        )
        let second = try bench.stage(
            """
            local names = {}
            for name in pairs(ctx.vars) do names[#names + 1] = name end
            ctx.response.body:set_json({ ctx.vars.list[3].three, names, ctx.vars.none == nil, ctx.identity.principalId })
            """
        )
        let exchange = await bench.run(bench.pipeline(before: first, after: second))
        #expect(exchange.failure == nil)
        #expect(exchange.response.body.text == #"[3,["list"],true,"ada"]"#)
        #expect(exchange.contextMembers.first?.name == "authorizer")
    }

    @Test("config is given as a read-only table, and as the second value of `...`")
    func config() async throws {
        let node = ConfigurationNode.mapping([
            ("name", .plain("Ada")), ("count", .plain("12")), ("ratio", .plain("0.5")), ("on", .plain("true")),
            ("code", .plain("012")), ("list", .list([.plain("a"), .plain("b")])), ("nothing", .plain("null")),
        ])
        let stage = try bench.stage(
            """
            local _, same = ...
            assert(same == config)
            local out = {}
            for key, value in pairs(config) do out[#out + 1] = key end
            table.sort(out)
            return ctx:respond{json = {config, #config.list, config.list[2], out, config.nothing == host.json.null}}
            """,
            config: node,
        )
        let exchange = await bench.run(bench.pipeline(before: stage))
        #expect(exchange.failure.map(Bench.line) == nil)
        #expect(
            exchange.response.body.text
                == #"[{"name":"Ada","count":12,"ratio":0.5,"on":true,"code":"012","list":["a","b"],"nothing":null},"#
                + #"2,"b",["code","count","list","name","nothing","on","ratio"],true]"#
        )
        let change = try bench.stage("config.list[1] = 'changed'", config: node)
        let failed = await bench.run(bench.pipeline(before: change))
        #expect(failed.failure.map(Bench.line) == "pipelines/orders.yaml:10: the table is read-only")
    }
}
