import Dispatch
import Headgate
import OrderedJSON
import Synchronization
import Testing

@testable import HeadgateLua

@Suite("host: services, permissions, isolation")
struct HostTests {
    private func bench(_ client: any SubrequestClient) -> Bench {
        var bench = Bench()
        bench.services[(any SubrequestClient).self] = client
        bench.services[LuaCache.self] = LuaCache()
        return bench
    }

    private static let permissions = ConfigurationNode.mapping([
        ("http", .list([.plain("https://api.example.com/v1/*"), .plain("http://127.0.0.1:9000")])),
        ("secrets", .list([.plain("api-*")])), ("cache", .plain("64KiB")),
    ])

    // MARK: Isolation

    @Test("What a module keeps in local variables is gone with the request")
    func modulesAreFresh() async throws {
        let bench = Bench()
        let stage = try bench.stage(
            """
            local M, count, list = {}, 0, {}
            function M.init(config) return { started = true, list = { 1, 2 } } end
            function M.request(ctx, config, state)
              count = count + 1
              list[#list + 1] = count
              assert(state.started and #state.list == 2)
              return ctx:respond{ json = { count, #list } }
            end
            return M
            """
        )
        for _ in 0..<3 {
            let exchange = await bench.run(bench.pipeline(before: stage))
            #expect(exchange.failure.map(Bench.line) == nil)
            #expect(exchange.response.body.text == "[1,1]")
        }
    }

    @Test(
        "state holds no functions, and cannot be changed",
        arguments: [
            ("return { f = function() end }", "init returned a value that cannot be kept"),
            ("return { { setmetatable({}, { __index = print }) } }", "init returned a value that cannot be kept"),
            ("return setmetatable({}, { __index = function() end })", "init returned a value that cannot be kept"),
            ("return nil, 'no good'", "init returned an error: no good"),
        ],
    )
    func state(text: String, message: String) throws {
        let error = #expect(throws: Bench.Refused.self) {
            try Bench().stage("local M = {} function M.init() \(text) end function M.request() end return M")
        }
        #expect(error?.findings.first?.message.hasPrefix(message) == true, "\(error?.findings.first?.message ?? "")")
    }

    @Test("A bomb of shared tables as state is kept in linear time")
    func sharedTables() async throws {
        let bench = Bench()
        let stage = try bench.stage(
            """
            local M = {}
            function M.init()
              local t = {}
              for _ = 1, 150 do t = { t, t } end
              return t
            end
            function M.request(ctx, config, state) assert(#state == 2) end
            return M
            """
        )
        #expect(await bench.run(bench.pipeline(before: stage)).failure.map(Bench.line) == nil)
    }

    // MARK: Permissions

    @Test(
        "Requests go where they are permitted, and nowhere else",
        arguments: [
            ("https://api.example.com/v1/items", true), ("https://api.example.com/v1/", true),
            ("https://API.example.com:443/v1/x?y=1", true), ("http://127.0.0.1:9000/anything", true),
            ("https://api.example.com/v2/items", false), ("https://api.example.com/v1/../v2/items", false),
            ("https://api.example.com/v1/%2e%2E/v2", false), ("https://api.example.com:8443/v1/x", false),
            ("http://api.example.com/v1/x", false), ("https://api.example.com.evil.example/v1/x", false),
            ("https://evil.example/v1/x", false), ("http://127.0.0.1:9001/", false), ("http://localhost:9000/", false),
        ],
    )
    func targets(url: String, isPermitted: Bool) async throws {
        let client = RecordingClient()
        let bench = bench(client)
        let stage = try bench.stage(
            "local answer, problem = host.http.get('\(url)') assert(answer, problem)",
            permissions: Self.permissions,
        )
        let exchange = await bench.run(bench.pipeline(before: stage))
        #expect(client.received.count == (isPermitted ? 1 : 0))
        if isPermitted {
            #expect(exchange.failure.map(Bench.line) == nil)
            #expect(client.received.first?.addressPolicy != .any)
        } else {
            let failure = try #require(exchange.failure)
            #expect(failure.cause.contains("is not permitted") || failure.cause.contains("URL"), "\(failure.cause)")
        }
    }

    @Test(
        "Nothing is permitted by default",
        arguments: [
            ("host.http.get('https://api.example.com/')", "a request to https://api.example.com/ is not permitted"),
            ("host.secret('api-token')", "the secret 'api-token' is not permitted"),
            ("host.cache.get('x')", "host.cache is not permitted"),
            ("host.cache.fetch('x', nil, function() end)", "host.cache is not permitted"),
        ],
    )
    func defaults(text: String, message: String) async throws {
        let bench = bench(RecordingClient())
        let failure = try #require(try await bench.request("local x = \(text)").failure)
        #expect(Bench.line(failure).hasPrefix("pipelines/orders.yaml:10: \(message)"), "\(Bench.line(failure))")
    }

    @Test(
        "Addresses",
        arguments: [
            ("93.184.216.34", true), ("2606:2800:220:1::1", true), ("127.0.0.1", false), ("10.1.2.3", false),
            ("169.254.169.254", false), ("192.168.0.1", false), ("172.31.255.255", false), ("172.32.0.0", true),
            ("100.64.0.1", false), ("0.0.0.0", false), ("255.255.255.255", false), ("224.0.0.1", false),
            ("::1", false),
            ("::", false), ("::ffff:127.0.0.1", false), ("::ffff:93.184.216.34", true), ("fe80::1", false),
            ("fd12:3456::1", false), ("64:ff9b::10.0.0.1", false), ("64:ff9b::93.184.216.34", true),
            ("2002:7f00:1::", false), ("::127.0.0.1", false), ("ff02::1", false),
        ],
    )
    func addresses(text: String, isPublic: Bool) throws {
        let address = try #require(InternetAddress(text))
        #expect(AddressPolicy.publicOnly(allowing: []).allows(address) == isPublic)
        #expect(AddressPolicy.any.allows(address))
        let range = try #require(AddressRange("10.0.0.0/8"))
        #expect(AddressPolicy.publicOnly(allowing: [range]).allows(address) == (isPublic || text.hasPrefix("10.")))
    }

    @Test(
        "Texts that are no address",
        arguments: [
            "", "1.2.3", "1.2.3.256", "01.2.3.4", "1::2::3", "12345::", ":", "1:2:3:4:5:6:7:8:9", "g::", "+1::",
        ],
    )
    func noAddresses(text: String) {
        #expect(InternetAddress(text) == nil)
    }

    // MARK: Secrets

    @Test(
        "A secret shows in no log, no trace, no error and no response, whatever a script does",
        arguments: [
            "host.log.info('the token is ' .. tostring(host.secret('api-token')))",
            "print(host.secret('api-token'))",
            "error(host.secret('api-token'))",
            "error({ message = host.secret('api-token') })",
            "return nil, host.secret('api-token')",
            "local t = host.secret('api-token') .. 'x' error(tostring(t))",
            "ctx.integration.request.headers['Authorization'] = 'Bearer ' .. host.secret('api-token')",
            "host.trace.note('x', tostring(host.base64.encode(host.secret('api-token'))))",
            "return ctx:respond{ json = { t = host.secret('api-token') } }",
            "string.format('%s', host.secret('api-token')):upper()",
            "local s = host.secret('api-token') return s:reveal()",
            "local s = host.secret('api-token') return #s",
            "local x = host.crypto.hmac('sha256', host.secret('api-token'), 'x') .. nil",
        ],
    )
    func secrets(text: String) async throws {
        let bench = bench(RecordingClient())
        let stage = try bench.stage("local _ = ctx.phase " + text, permissions: Self.permissions)
        let trace = Trace()
        let exchange = await bench.run(bench.pipeline(before: stage), trace: trace)
        var seen = exchange.failure?.cause ?? ""
        seen += exchange.response.body.text + bench.log.all.map { "\($0.message) \($0.fields)" }.joined()
        seen += trace.steps.flatMap(\.notes).map(\.text).joined()
        #expect(!seen.contains("canary"), "\(seen)")
        #expect(trace.concealed.first == "canary-4711")
    }

    // MARK: Waiting

    @Test("A value of the cache is made once, however many ask, and again when its maker fails or is stopped")
    func singleFlight() async throws {
        let client = RecordingClient(milliseconds: 30)
        let bench = bench(client)
        let stage = try bench.stage(
            """
            local value, why = host.cache.fetch("key", { ttl = 60 }, function()
              local answer = host.http.get("https://api.example.com/v1/value")
              return answer.body .. "!"
            end)
            return ctx:respond{ json = { value, why } }
            """,
            permissions: Self.permissions,
        )
        let pipeline = bench.pipeline(before: stage)
        let bodies = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { await bench.run(pipeline).response.body.text } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(bodies == [#"["answer!"]"#])
        #expect(client.received.count == 1)

        let failing = try bench.stage(
            """
            host.cache.fetch("other", nil, function()
              host.http.get("https://api.example.com/v1/value")
              error("no value")
            end)
            """,
            permissions: Self.permissions,
        )
        let failures = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<5 { group.addTask { await bench.run(bench.pipeline(before: failing)).failure?.cause } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(failures.count == 5 && failures.allSatisfy { $0?.hasPrefix("no value") == true })
        #expect(client.received.count == 6)
    }

    @Test("Several requests are under way at the same time, and a lane serves others meanwhile")
    func parallel() async throws {
        let client = RecordingClient(milliseconds: 50)
        let bench = bench(client)
        let stage = try bench.stage(
            """
            local list = {}
            for i = 1, 8 do list[i] = { url = "https://api.example.com/v1/" .. i } end
            local answers = host.http.all(list)
            return ctx:respond{ json = { #answers, answers[8].status } }
            """,
            permissions: Self.permissions,
        )
        let exchange = await bench.run(bench.pipeline(before: stage))
        #expect(exchange.failure.map(Bench.line) == nil)
        #expect(exchange.response.body.text == "[8,200]")
        #expect(client.mostAtOnce == 8)
        let more = try bench.stage(
            "for i = 1, 9 do host.http.get('https://api.example.com/v1/x') end",
            permissions: Self.permissions,
        )
        let failure = await bench.run(bench.pipeline(before: more)).failure
        #expect(failure?.cause.hasPrefix("host.http.get: a script may make 8 requests") == true)
    }

    @Test("A hundred scripts that sleep share one lane")
    func sleepers() async throws {
        let bench = Bench()
        let pipeline = bench.pipeline(
            before: try bench.stage("host.time.sleep(0.2) return ctx:respond{ status = 204 }")
        )
        let took = await ContinuousClock().measure {
            await withTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { await bench.run(pipeline).response.status } }
                for await status in group { #expect(status == 204) }
            }
        }
        // One behind the other they would take 20 seconds.
        #expect(took < .seconds(10), "took \(took)")
    }

    @Test("Ten thousand runs leave the memory of the lane as it was")
    func memory() async throws {
        let bench = Bench()
        let stage = try bench.stage(
            """
            local M = {}
            function M.request(ctx)
              local value = ctx.request.body:json()
              value.list = {}
              for i = 1, 20 do value.list[i] = "item " .. i end
              ctx.integration.request.body:set_json(value)
              ctx.vars.last = value.list
            end
            return M
            """
        )
        let pipeline = bench.pipeline(before: stage)
        func live(after runs: Int) async -> Int {
            for _ in 0..<runs { #expect(await bench.run(pipeline).failure == nil) }
            return await withCheckedContinuation { continuation in
                bench.lane.queue.async {
                    let lane = LuaLane.of(bench.lane)
                    lane.collect()
                    continuation.resume(returning: lane.liveBytes)
                }
            }
        }
        let before = await live(after: 500)
        let after = await live(after: 10_000)
        #expect(after - before < 16_384, "from \(before) to \(after) bytes")
    }

    // MARK: Measuring

    @Test("Metrics and spans")
    func metrics() async throws {
        let bench = Bench()
        try await bench.request(
            """
            host.metrics.increment("orders_total", 2, { kind = "new" })
            host.metrics.set("depth", 7)
            host.metrics.observe("size", 1.5)
            assert(not pcall(host.metrics.increment, "Bad Name"))
            assert(not pcall(host.metrics.increment, "ok", -1))
            """
        )
        let measured = bench.log.measurements
        #expect(measured.map(\.name) == ["orders_total", "depth", "size"])
        #expect(measured.map(\.value) == [2, 7, 1.5])
        #expect(measured.first?.labels.first?.value == "new")
        #expect(measured.first?.pipeline == "orders")
    }
}

/// Answers after a while, on a thread of its own, and remembers.
final class RecordingClient: SubrequestClient {
    private let milliseconds: Int
    private let state = Mutex<(received: [IntegrationRequest], underWay: Int, most: Int)>(([], 0, 0))

    init(milliseconds: Int = 0) {
        self.milliseconds = milliseconds
    }

    var received: [IntegrationRequest] { state.withLock { $0.received } }
    var mostAtOnce: Int { state.withLock { $0.most } }

    func send(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) -> (@Sendable () -> Void)? {
        state.withLock {
            $0.received.append(request)
            $0.underWay += 1
            $0.most = max($0.most, $0.underWay)
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
            self.state.withLock { $0.underWay -= 1 }
            completion(.success(IntegrationResponse(status: 200, body: Body("answer"))))
        }
        return nil
    }
}
