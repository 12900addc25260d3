import Headgate
import Synchronization
import Testing

@testable import HeadgateLua

/// The reference is what a state has, and its examples work.
@Suite("Reference")
struct ReferenceTests {
    static let entries = LuaReference.sections.flatMap(\.entries)
    static let examples = entries.compactMap { entry in entry.example.map { (entry.name, $0) } }

    @Test("Every example runs", arguments: examples)
    func example(name: String, text: String) async throws {
        var bench = Bench()
        bench.services[(any SubrequestClient).self] = FixedClient()
        let stage = try bench.stage(
            text,
            // A debug build takes its time for signatures.
            limits: [("cpu", "5s")],
            permissions: .mapping([
                ("http", .list([.plain("https://api.example.com")])), ("secrets", .list([.plain("api-token")])),
                ("cache", .plain("1MiB")),
            ]),
        )
        let exchange = await bench.run(bench.pipeline(before: stage), trace: Trace())
        #expect(exchange.failure.map(Bench.line) == nil)
    }

    @Test("What the reference lists of host is what there is")
    func host() async throws {
        let bench = Bench()
        let names = try await bench.value(
            "names",
            preamble: """
                local names = {}
                for group, members in pairs(host) do
                  if type(members) == "table" then
                    for name in pairs(members) do names[#names + 1] = "host." .. group .. "." .. name end
                  else
                    names[#names + 1] = "host." .. group
                  end
                end
                table.sort(names)
                """,
        )
        let listed = Self.entries.map(\.name).filter { $0.hasPrefix("host.") }.sorted()
        #expect(names == "[" + listed.map { "\"\($0)\"" }.joined(separator: ",") + "]")
    }

    @Test("What the reference lists of ctx is what there is")
    func context() {
        let listed = Set(Self.entries.map(\.name))
        var members: Set<String> = []
        for view in ContextViews.classes where view.kind != .outcome {
            let owner = view.kind == .secret ? "secret" : view.name.description
            for member in view.members {
                let isMethod = if case .method = member { true } else { false }
                members.insert(owner + (isMethod ? ":" : ".") + member.name.description)
            }
        }
        #expect(members.subtracting(listed).sorted() == [])
        let extra = listed.subtracting(members).filter { !$0.hasPrefix("host.") && $0 != "print" && $0 != "require" }
        #expect(extra.sorted() == [])
    }

    @Test("The stubs are Lua, and define every function once")
    func stubs() throws {
        let vm = try #require(LuaVM())
        let source = LuaSource(text: LuaReference.stubs, file: "headgate.lua")
        _ = try vm.compile(source, isNew: true)
        let definitions = source.text.split(separator: "\n").filter { $0.hasPrefix("function ") }
        #expect(definitions.count == Self.entries.count { $0.parameters != nil })
        #expect(Set(definitions).count == definitions.count)
    }
}

/// Answers every request at once, with JSON.
struct FixedClient: SubrequestClient {
    func send(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) -> (@Sendable () -> Void)? {
        completion(
            .success(
                IntegrationResponse(status: 200, headers: ["Content-Type": "application/json"], body: Body("[7]"))
            )
        )
        return nil
    }
}
