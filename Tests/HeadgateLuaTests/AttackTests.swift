import Dispatch
import Headgate
import Synchronization
import Testing

@testable import HeadgateLua

/// What scripts could do to stock Lua: each ends in an error within its budget, on a thread of Dispatch with
/// its small stack, and the next request finds everything as it was.
@Suite("Attacks on the sandbox", .serialized)
struct AttackTests {
    struct Attack: CustomTestStringConvertible {
        let name: String
        let script: String
        /// A part of the failure, or nil where the script must come through.
        let expected: String?
        /// The limit of CPU time, where another limit is to be the first that is passed on any machine.
        let cpu: String?

        var testDescription: String { name }

        init(_ name: String, _ script: String, _ expected: String?, cpu: String? = nil) {
            self.name = name
            self.script = script
            self.expected = expected
            self.cpu = cpu
        }
    }

    /// The budget, or, in what cannot be interrupted, the time that it may keep the lane: both are 50 ms.
    static let cpu = "stopped after using 50 ms of CPU time|without a turn for other requests"
    static let memory = "stopped after allocating"

    static let endless: [Attack] = [
        Attack("a loop", "while true do end", cpu),
        Attack("a loop with goto", "::again:: goto again", cpu),
        Attack(
            "a loop under pcall, for ever",
            "local function f() while true do end end while true do pcall(f) end",
            cpu,
        ),
        Attack(
            "a loop as message handler",
            "local function f() while true do end end while true do xpcall(f, f) end",
            cpu,
        ),
        Attack("a loop in a handler", "xpcall(error, function() while true do end end, 'x')", cpu),
        Attack(
            "a loop in __index",
            "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
            cpu,
        ),
        Attack(
            "a loop in __index from C",
            "local t = setmetatable({}, {__index = function() while true do end end}) while true do pcall(table.concat, t, '', 1, 2) end",
            cpu,
        ),
        Attack("a loop in a comparator", "table.sort({3, 2, 1}, function() while true do end end)", cpu),
        Attack(
            "a loop under pcall in __lt of a sort",
            """
            local mt = {}
            mt.__lt = function() while true do pcall(function() while true do end end) end end
            local list = {}
            for i = 1, 10 do list[i] = setmetatable({}, mt) end
            while true do pcall(table.sort, list) end
            """,
            cpu,
        ),
        Attack("a loop in a gsub callback", "('aaa'):gsub('a', function() while true do end end)", cpu),
        Attack(
            "a loop in __tostring",
            "local t = setmetatable({}, {__tostring = function() while true do end end}) while true do pcall(tostring, t) end",
            cpu,
        ),
        Attack(
            "a loop in __concat",
            "local t = setmetatable({}, {__concat = function() while true do end end}) return t .. 'x'",
            cpu,
        ),
        Attack(
            "sorting for ever",
            "local t = {} for i = 1, 3e5 do t[i] = -i end while true do table.sort(t) end",
            cpu,
        ),
        Attack("an endless iterator", "for _ in function() return 1 end do end", cpu),
        Attack("an endless gmatch", "while true do for _ in ('x'):rep(100000):gmatch('.') do end end", cpu),
        Attack(
            "a lie about the length",
            "table.insert(setmetatable({}, {__len = function() return 1 << 50 end}), 1, 1)",
            "table is too long",
        ),
        Attack(
            "moving for ever",
            "table.move({}, 1, 1 << 50, 2, {})",
            cpu,
        ),
        Attack(
            "moving into C for ever",
            "table.move({1}, 1, 1 << 50, 1, setmetatable({}, {__newindex = type}))",
            cpu,
        ),
        Attack(
            "joining nothing for ever",
            "table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 50)",
            cpu,
        ),
        Attack(
            "a long comparison",
            "local a, b = ('x'):rep(16e6), ('x'):rep(16e6) while true do local _ = a < b end",
            cpu,
        ),
        Attack(
            "a long library call, often",
            "local a = ('x'):rep(16e6) while true do utf8.len(a) end",
            cpu,
        ),
        Attack("plain search, often", "local a = ('x'):rep(8e6) while true do a:find('yx', 1, true) end", cpu),
        Attack(
            "inserting in front",
            "local t = {} for i = 1, 2e5 do t[i] = i end while true do table.insert(t, 1, 0) end",
            cpu,
        ),
        Attack(
            "patterns with much work at each place",
            "local a = ('a'):rep(1e6) while true do a:find('.-b') end",
            "complex|CPU",
        ),
        Attack("instructions", "local n = 0 for i = 1, 1e12 do n = n + i end", cpu),
        Attack(
            "closing in a for loop",
            """
            local mt = {}
            local guard = setmetatable({}, mt)
            mt.__close = function() while true do end end
            for _ in function() return 1 end, nil, nil, guard do while true do end end
            """,
            cpu,
        ),
        Attack(
            "closing after a comparator was stopped",
            """
            local mt = {}
            local guard = setmetatable({}, mt)
            mt.__close = function() while true do pcall(function() while true do end end) end end
            for _ in function() return 1 end, nil, nil, guard do table.sort({2, 1}, function() while true do end end) end
            """,
            cpu,
        ),
    ]

    static let memoryEaters: [Attack] = [
        Attack("a huge string", "return #('x'):rep(1 << 40)", "resulting string too large"),
        Attack("a string of a gigabyte", "return #('x'):rep(1 << 30)", "resulting string too large"),
        Attack("a string of a gigabyte, often", "while true do pcall(string.rep, 'x', 1 << 30) end", "CPU|allocating"),
        Attack("doubling", "local s = 'x' while true do s = s .. s end", "allocating|not enough memory"),
        Attack(
            "doubling under pcall",
            "local s = 'x' while true do pcall(function() s = s .. s end) end",
            "CPU|allocating",
        ),
        Attack("a table that grows", "local t = {} while true do t[#t + 1] = {} end", "CPU|allocating"),
        Attack("strings of 8 MB", "while true do local s = ('x'):rep(8 << 20) end", memory, cpu: "10s"),
        Attack(
            "joining doubles",
            "local t = {('x'):rep(1e6)} while true do t = {table.concat({t[1], t[1]})} end",
            memory,
            cpu: "10s",
        ),
        Attack(
            "gsub that grows",
            "local s = ('x'):rep(1e5) while true do s = s:gsub('x', 'xx'):sub(1, 5e5) end",
            "CPU|allocating",
        ),
        Attack(
            "format that grows",
            "local s = 'x' while true do s = string.format('%s%s', s, s) end",
            "allocating|memory|CPU",
        ),
        Attack("closures", "local t while true do local u = t t = function() return u end end", "CPU|allocating"),
        Attack("unpacking", "return table.unpack({}, 1, 1e8)", "too many results to unpack"),
        Attack(
            "JSON",
            "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(1e4) end return #host.json.encode(t)",
            "CPU|allocating|memory",
        ),
    ]

    static let deep: [Attack] = [
        Attack("recursion", "local function f() return 1 + f() end return f()", "stack overflow|CPU"),
        Attack("recursion under pcall", "local function f() pcall(f) f() end f()", "stack overflow|CPU|allocating"),
        Attack(
            "nested pcall",
            "local function f(n) if n == 0 then return 'deep' end return select(2, pcall(f, n - 1)) end return f(1e4)",
            "stack overflow|returned",
        ),
        Attack(
            "nested xpcall",
            "local function f() return xpcall(f, f) end while true do f() end",
            cpu,
        ),
        Attack(
            "nested gsub",
            "local function f(s) return (s:gsub('.', f)) end return f('x')",
            "stack overflow",
        ),
        Attack("nested sort", "local function f() table.sort({2, 1}, f) end f()", "stack overflow"),
        Attack(
            "nested tostring",
            "local mt = {} mt.__tostring = function(t) return tostring(t) end return tostring(setmetatable({}, mt))",
            "stack overflow",
        ),
        Attack(
            "nested format",
            "local mt = {} mt.__tostring = function(t) return ('%s'):format(t) end return tostring(setmetatable({}, mt))",
            "stack overflow",
        ),
        Attack(
            "nested concat",
            "local mt = {} mt.__index = function(t) return table.concat(t, '', 1, 2) end return table.concat(setmetatable({}, mt), '', 1, 2)",
            "stack overflow",
        ),
        Attack(
            "nested __index",
            "local mt = {} mt.__index = function(t, k) return t[k + 1] end return setmetatable({}, mt)[1]",
            "stack overflow",
        ),
        Attack(
            "nested __eq, __lt and __concat",
            """
            local mt = {}
            mt.__concat = function(a, b) return a < b end
            mt.__lt = function(a, b) return a == b end
            mt.__eq = function(a, b) return a .. b end
            local a, b = setmetatable({}, mt), setmetatable({}, mt)
            return a .. b
            """,
            "stack overflow",
        ),
        Attack(
            "a chain of __index",
            "local t = {} for i = 1, 1e4 do t = setmetatable({}, {__index = t}) end return t.x",
            "possible loop",
        ),
        Attack("nested captures", "return ('x'):rep(300):find(('(x'):rep(40) .. (')'):rep(40))", "too many captures"),
        Attack("a nested pattern", "return ('x'):rep(1e5):find(('x?'):rep(1e3) .. 'y')", "too complex"),
        Attack("deep JSON", "assert(host.json.decode(('['):rep(1e5)))", "fewer levels"),
        Attack("a table inside itself", "local t = {} t.t = t return host.json.encode(t)", "inside itself"),
    ]

    static let patterns: [Attack] = [
        Attack("a pattern bomb", "return ('a'):rep(20000):find('a*a*a*a*b')", "pattern is too complex"),
        Attack("a lazy pattern bomb", "return ('a'):rep(20000):find('.-.-.-.-b')", "pattern is too complex"),
        Attack("brackets without end", "return ('('):rep(2e5):find('%b()')", "CPU|complex"),
        Attack("a pattern bomb under pcall", "while true do pcall(string.find, ('a'):rep(2e4), 'a*a*a*a*b') end", cpu),
        Attack("a long subject", "return ('a'):rep(2e6):find('b+')", "too long for a pattern"),
        Attack("a long pattern", "return ('a'):find(('[a-z]'):rep(1e4))", "too long"),
        Attack("back-references", "return ('a'):rep(5e4):find('(a*)%1%1b')", "CPU|complex"),
        Attack("a regex bomb", "return host.re.test(('a'):rep(3e4), '(a|aa)+(a|aa)+$b')", "CPU|step|work|returned"),
    ]

    static let escapes: [Attack] = [
        Attack(
            "a finalizer",
            "setmetatable({}, {__gc = function() while true do end end})",
            "'__gc' is not available",
        ),
        Attack("a closing value", "setmetatable({}, {__close = print})", "'__close' is not available"),
        Attack("an attribute", "local x <close> = nil", "<close> is not available"),
        Attack("the environment", "_ENV = {}", "_ENV is not available"),
        Attack("a new global", "oops = 1", "global 'oops' cannot be set"),
        Attack("a global of the library", "string = nil", "global 'string' cannot be set"),
        Attack("a function of a library", "string.upper = nil", "'upper' cannot be set"),
        Attack("raw access to a library", "rawset(string, 'upper', 1)", "read-only"),
        Attack("the methods of strings", "getmetatable('').__index.upper = 1", "attempt to index a boolean value"),
        Attack("the real library through pairs", "local f, t = pairs(string) rawset(t, 'upper', 1)", "read-only"),
        Attack("the host", "host.json.null = 1", "'null' cannot be set"),
        Attack("another metatable for a library", "setmetatable(host, {})", "protected metatable"),
        Attack("a metatable of ctx", "getmetatable(ctx).__index = 1", "attempt to index a boolean value"),
        Attack("table functions on a library", "table.insert(host.json, 1)", "read-only"),
        Attack("os.exit", "os.exit(1)", "attempt to call a nil value (field 'exit')"),
        Attack("os.execute", "os.execute('true')", "attempt to call a nil value (field 'execute')"),
        Attack("io", "io.open('/etc/passwd')", "attempt to index a nil value (global 'io')"),
        Attack("package", "package.loadlib('x', 'y')", "attempt to index a nil value (global 'package')"),
        Attack("require", "require 'x'", "module 'x' cannot be required"),
        Attack("debug", "debug.getregistry()", "attempt to index a nil value (global 'debug')"),
        Attack("load", "load('return 1')", "attempt to call a nil value (global 'load')"),
        Attack("bytecode", "string.dump(function() end)", "attempt to call a nil value (field 'dump')"),
        Attack("dofile", "dofile('x')", "attempt to call a nil value (global 'dofile')"),
        Attack("coroutines", "coroutine.wrap(print)", "attempt to index a nil value (global 'coroutine')"),
        Attack("garbage", "collectgarbage('stop')", "attempt to call a nil value (global 'collectgarbage')"),
        Attack("the table of globals", "return _G.x", "attempt to index a nil value (global '_G')"),
        Attack("a method without its object", "ctx.request.headers.get('X')", "'get' needs its object"),
        Attack(
            "a method of another object",
            "ctx.request.headers.get(ctx.request.body, 'X')",
            "'get' needs its object",
        ),
    ]

    @Test("Every attack ends in its error", arguments: endless + memoryEaters + deep + patterns + escapes)
    func attack(_ attack: Attack) async throws {
        let bench = Bench()
        let start = ContinuousClock.now
        let neighbours = try Neighbours(bench)
        let failure: String
        do {
            failure = try await bench.failure(attack.script, limits: attack.cpu.map { [("cpu", $0)] } ?? [])
        } catch let refused as Bench.Refused {
            failure = refused.findings.map(\.message).joined()
        }
        let elapsed = ContinuousClock.now - start
        // The budget is CPU time; this allows for a machine with other work to do.
        #expect(elapsed < .seconds(5), "took \(elapsed)")
        let others = await neighbours.stop()
        #expect(others.longest < .seconds(3), "another request on the lane took \(others.longest)")
        #expect(others.failed == 0)
        if let expected = attack.expected {
            let parts = expected.split(separator: "|")
            #expect(parts.contains { failure.contains($0) }, "\(failure)")
        }
        // The lane is as it was: the next request runs, and the library is whole.
        let after = try await bench.value("('ok'):upper() .. tostring(string.format('%d', 1)) .. #host.json.encode({})")
        #expect(after == "\"OK12\"")
    }

    @Test("While a script uses up a long budget, others have their turns, or it ends early", arguments: endless)
    func fairness(_ attack: Attack) async throws {
        let bench = Bench()
        // A mention of ctx, so that nothing runs when the script is checked.
        let stage = try bench.stage(
            "local _ = ctx\n" + attack.script,
            limits: [("cpu", "300ms"), ("memory", "128MiB")],
        )
        let neighbours = try Neighbours(bench)
        let start = ContinuousClock.now
        let exchange = await bench.run(bench.pipeline(before: stage))
        let elapsed = ContinuousClock.now - start
        let others = await neighbours.stop()
        let failure = try #require(exchange.failure?.cause)
        let endsEarly = failure.contains("without a turn for other requests") || !failure.contains("stopped")
        // In units of the attack's own time, which counts whatever else the machine does.
        #expect(
            endsEarly || others.count >= 10 && others.longest < elapsed / 2,
            "\(failure.prefix(80)): \(others) in \(elapsed)",
        )
        #expect(others.failed == 0)
    }

    @Test("What a stopped script has left behind, the next does not see, and two under way do not see each other")
    func leaks() async throws {
        let bench = Bench()
        let first = bench.pipeline(
            before: try bench.stage(
                """
                ctx.vars.mine = ctx.request.params.id
                local kept = { ctx = ctx, id = ctx.request.id }
                host.time.sleep(0.02)
                assert(kept.id == ctx.request.id and ctx.vars.mine == ctx.request.params.id)
                if not pcall(function() leaked = kept end) then return ctx:respond{ json = { ctx.request.id } } end
                """
            )
        )
        let ids = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { await bench.run(first).response.body.text } }
            return await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(ids.count == 50 && !ids.contains("") && ids.allSatisfy { $0.hasPrefix("[\"") })
        let names = ["leaked", "kept", "_G", "package"]
        for name in names {
            let failure = try await bench.failure("local _ = ctx return \(name).x")
            #expect(failure.contains("attempt to index a nil value (global '\(name)')"), "\(failure)")
        }
    }
}

/// Requests that share a lane with an attack: one after the other, each measured.
private final class Neighbours: Sendable {
    struct Seen: Sendable {
        var count = 0
        var failed = 0
        var longest = Duration.zero
    }

    private let isOver = Flag()
    private let task: Task<Seen, Never>

    init(_ bench: Bench) throws {
        let pipeline = bench.pipeline(before: try bench.stage("ctx.vars.seen = 1"))
        let isOver = isOver
        task = Task {
            var seen = Seen()
            repeat {
                let start = ContinuousClock.now
                if await bench.run(pipeline).failure != nil { seen.failed += 1 }
                seen.longest = max(seen.longest, ContinuousClock.now - start)
                seen.count += 1
            } while !isOver.isSet
            return seen
        }
    }

    func stop() async -> Seen {
        isOver.set()
        return await task.value
    }
}

/// Set once, from anywhere.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
