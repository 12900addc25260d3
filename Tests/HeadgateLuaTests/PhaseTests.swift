import Headgate
import Testing

@testable import HeadgateLua

/// Every member of the four views in every phase: what the table of owners says, and nothing else.
@Suite("Members by phase")
struct PhaseTests {
    struct Use: CustomTestStringConvertible, Sendable {
        let owner: ContextOwner
        let code: String
        let changes: Bool

        var testDescription: String { code }
    }

    static let uses: [Use] = {
        let owners: [(ContextOwner, ContextViews.Class)] = [
            (.request, RequestView.view), (.integrationRequest, IntegrationRequestView.view),
            (.integrationResponse, IntegrationResponseView.view), (.response, ResponseView.view),
        ]
        let values = [
            "method": "'PUT'", "url": "'https://example.com/'", "path": "'/x'", "timeout": "5", "status": "201",
            "target": "'/x'",
        ]
        let arguments = [
            "headers:get": "'X'", "headers:all": "'X'", "headers:set": "'X', '1'", "headers:add": "'X', '1'",
            "headers:remove": "'X'",
            "query:get": "'x'", "query:all": "'x'", "query:set": "'x', '1'", "query:add": "'x', '1'",
            "query:remove": "'x'",
            "body:set": "'{}'", "body:set_json": "{ 1 }",
        ]
        var uses: [Use] = []
        for (owner, view) in owners {
            for member in view.members {
                switch member {
                case .property(let name, _):
                    uses.append(Use(owner: owner, code: "local _ = \(owner.path).\(name)", changes: false))
                    let isWritable = owner == .integrationRequest ? name.description != "target" : owner == .response
                    if isWritable, let value = values[name.description] {
                        uses.append(Use(owner: owner, code: "\(owner.path).\(name) = \(value)", changes: true))
                    }
                case .child(let name, let kind, _):
                    guard let child = ContextViews.classes.first(where: { $0.kind == kind }) else { continue }
                    for case .method(let method, _) in child.members {
                        let call = "\(name):\(method)"
                        let changes = ["set", "add", "remove", "set_json"].contains(method.description)
                        uses.append(
                            Use(
                                owner: owner,
                                code: "local _ = \(owner.path).\(call)(\(arguments[call] ?? ""))",
                                changes: changes,
                            )
                        )
                    }
                case .method: break
                }
            }
        }
        return uses
    }()

    /// What ctx itself has: where it may be used.
    static let rootUses: [(code: String, phases: [ContextPhase])] = [
        ("local _ = ctx.pipeline", ContextPhase.allCases), ("local _ = ctx.stage", ContextPhase.allCases),
        ("local _ = ctx.phase", ContextPhase.allCases), ("local _ = ctx.deadline", ContextPhase.allCases),
        ("local _ = ctx.identity", ContextPhase.allCases), ("local _ = ctx.vars.x", ContextPhase.allCases),
        ("ctx.vars.x = 1", ContextPhase.allCases), ("local _ = ctx:remaining_ms()", ContextPhase.allCases),
        ("ctx.identity = { principalId = 'a' }", ContextRoot.identityPhases),
        ("local _ = ctx.error", ContextRoot.errorPhases),
        ("do return ctx:respond{ status = 201 } end", ContextRoot.outcomePhases),
        ("do return ctx:skip() end", ContextRoot.outcomePhases),
    ]

    /// Runs code in a phase; gives the failure that the operator reads, nil for none.
    private static func run(
        _ code: String,
        in phase: ContextPhase,
        _ given: Bench = Bench(),
        permissions: ConfigurationNode? = nil,
    ) async throws -> String? {
        let bench = given
        let answer = IntegrationResponse(status: 200, headers: ["Content-Type": "application/json"], body: Body("{}"))
        let name = phase == .log ? "log" : "error"
        let text = phase.isLate ? "local M = {} function M.\(name)(ctx) \(code)\nend return M" : code
        let stage = try bench.stage(text, limits: [("cpu", "5s")], permissions: permissions)
        let exchange: Exchange
        switch phase {
        case .request: exchange = await bench.run(bench.pipeline(before: stage))
        case .response: exchange = await bench.run(bench.pipeline(before: nil, after: stage, answer: answer))
        case .log:
            exchange = await bench.run(bench.pipeline(before: nil, after: stage, answer: answer), trace: Trace())
        case .error:
            let failing = try bench.stage("error('the failure')")
            exchange = await bench.run(bench.pipeline(before: failing, after: stage, answer: answer), trace: Trace())
            #expect(exchange.failure?.cause.hasPrefix("the failure") == true)
        }
        if phase.isLate {
            let entry = bench.log.all.first { $0.level == .error && $0.stage == "after" }
            return entry.map { ($0.location.map { "\($0): " } ?? "") + $0.message }
        }
        return exchange.failure.map(Bench.line)
    }

    @Test("Each use in each phase", arguments: uses)
    func use(_ use: Use) async throws {
        for phase in ContextPhase.allCases {
            let failure = try await Self.run(use.code, in: phase)
            let phases = use.changes ? use.owner.writable : use.owner.readable
            if phases.contains(phase) {
                #expect(failure == nil, "\(phase)")
            } else {
                #expect(failure?.contains("is not available") == true, "\(phase): \(failure ?? "allowed")")
                #expect(failure?.hasPrefix("pipelines/orders.yaml:10: ") == true, "\(phase): \(failure ?? "")")
            }
        }
    }

    @Test("Each use of ctx itself in each phase", arguments: rootUses)
    func root(code: String, phases: [ContextPhase]) async throws {
        for phase in ContextPhase.allCases {
            let failure = try await Self.run(code, in: phase)
            if phases.contains(phase) {
                #expect(failure == nil, "\(phase)")
            } else {
                let expected =
                    "is not available in phase \(phase.rawValue) (available in: \(phases.map(\.rawValue).joined(separator: ", ")))"
                #expect(failure?.contains(expected) == true, "\(phase): \(failure ?? "allowed")")
            }
        }
    }

    @Test("There are uses of every view, and of everything that ctx has")
    func count() {
        #expect(Self.uses.count > 60)
        for member in ContextRoot.view.members {
            guard !["request", "integration", "response"].contains(member.name.description) else { continue }
            #expect(Self.rootUses.contains { $0.code.contains(member.name.description) }, "\(member.name)")
        }
    }

    @Test(
        "Every function of host works in every phase",
        arguments: ReferenceTests.examples.filter { $0.0.hasPrefix("host.") },
    )
    func host(name: String, text: String) async throws {
        // What goes to the backend cannot be changed behind it.
        let code = text.replacing("ctx.integration.request.headers[\"Authorization\"] =", "local _ =")
        for phase in ContextPhase.allCases {
            var bench = Bench()
            bench.services[(any SubrequestClient).self] = FixedClient()
            let failure = try await Self.run(
                code,
                in: phase,
                bench,
                permissions: .mapping([
                    ("http", .list([.plain("https://api.example.com")])), ("secrets", .list([.plain("api-token")])),
                    ("cache", .plain("1MiB")),
                ]),
            )
            #expect(failure == nil, "\(phase)")
        }
    }

    @Test("The table of the reference is what happens: it is printed here")
    func table() async throws {
        let uses =
            Self.uses.map { (code: $0.code, row: $0.owner.path, changes: $0.changes) }
            + Self.rootUses.map { use in
                let row = LuaPhaseTable.rows.map(\.name).first { use.code.contains($0) } ?? "ctx"
                return (code: use.code, row: row, changes: use.code.hasPrefix("ctx."))
            }
        var observed: [String: [ContextPhase: Set<Character>]] = [:]
        for use in uses {
            for phase in ContextPhase.allCases where try await Self.run(use.code, in: phase) == nil {
                observed[use.row, default: [:]][phase, default: []].insert(use.changes ? "w" : "r")
            }
        }
        for row in LuaPhaseTable.rows where row.name.hasPrefix("ctx") {
            for phase in ContextPhase.allCases {
                var expected: Set<Character> = []
                if row.readable.contains(phase) { expected.insert("r") }
                if row.writable.contains(phase) { expected.insert("w") }
                #expect(observed[row.name]?[phase] ?? [] == expected, "\(row.name) in \(phase)")
            }
        }
        #expect(LuaReference.page.contains(LuaPhaseTable.markdown))
        print(LuaPhaseTable.markdown)
    }

    // MARK: What late phases do

    private static let late = """
        local M = {}
        function M.error(ctx)
          ctx.response.headers["X-Stage"] = ctx.error.stage
          return ctx:respond{ status = 502, json = { sorry = ctx.error.line, code = ctx.error.status } }
        end
        function M.log(ctx)
          host.log.info("over", { status = ctx.response.status, reason = ctx.error and ctx.error.reason or "none" })
        end
        return M
        """

    @Test("error makes another response of a failure, and log sees it", arguments: [true, false])
    func late(traced: Bool) async throws {
        let bench = Bench()
        let failing = try bench.stage("local x = ctx.vars.none\nreturn x.y")
        let stage = try bench.stage(Self.late)
        let exchange = await bench.run(
            bench.pipeline(before: failing, after: stage, answer: Bench.answer),
            trace: traced ? Trace() : nil,
        )
        #expect(exchange.response.status == 502)
        #expect(exchange.response.body.text == #"{"code":500,"sorry":11}"#)
        #expect(exchange.failure?.stage == "before")
        #expect(exchange.response.headers.first("x-amzn-RequestId") == exchange.identifiers.requestID)
        for _ in 0..<200 where bench.log.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let entry = try #require(bench.log.all.first)
        #expect(entry.message == "over")
        #expect(entry.fields.map { "\($0.name)=\($0.value)" }.sorted() == ["reason=lua-error", "status=502"])
        #expect(entry.requestID == exchange.identifiers.requestID)
        #expect(exchange.trace?.steps.map(\.label) ?? [] == (traced ? ["before", "after (error)", "after (log)"] : []))
    }

    @Test("Without a failure only log runs, and a failure of its own changes nothing")
    func logFails() async throws {
        let bench = Bench()
        let stage = try bench.stage(
            "local M = {} function M.error() host.log.info('wrong') end function M.log(ctx) error('no') end return M"
        )
        let exchange = await bench.run(
            bench.pipeline(before: nil, after: stage, answer: Bench.answer),
            trace: Trace(),
        )
        #expect(exchange.response.status == 200 && exchange.failure == nil)
        #expect(bench.log.all.map(\.message.isEmpty) == [false])
        #expect(bench.log.all.first?.level == .error)
    }

    @Test("A failing error function leaves the first failure's response, and the next one runs")
    func errorFails() async throws {
        let bench = Bench()
        let before = try bench.stage(
            "local M = {} function M.request() return nil, 'first' end function M.error() while true do end end return M"
        )
        let after = try bench.stage(
            "local M = {} function M.error(ctx) ctx.response.headers['X-Late'] = 'yes' end return M"
        )
        let exchange = await bench.run(bench.pipeline(before: before, after: after, answer: Bench.answer))
        #expect(exchange.failure?.cause.hasPrefix("first") == true)
        #expect(exchange.response.status == 500)
        #expect(exchange.response.headers.first("X-Late") == "yes")
        #expect(bench.log.all.contains { $0.message.contains("CPU time") })
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard !part.isEmpty else { return self }
        var out = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(part) {
                out += other
                rest = rest.dropFirst(part.count)
            } else if let first = rest.popFirst() {
                out.append(first)
            }
        }
        return out
    }
}
