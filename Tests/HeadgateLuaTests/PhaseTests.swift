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
            "method": "'PUT'", "url": "'https://example.com/'", "path": "'/x'", "timeout": "5", "status": "201", "target": "'/x'",
        ]
        let arguments = [
            "headers:get": "'X'", "headers:all": "'X'", "headers:set": "'X', '1'", "headers:add": "'X', '1'", "headers:remove": "'X'",
            "query:get": "'x'", "query:all": "'x'", "query:set": "'x', '1'", "query:add": "'x', '1'", "query:remove": "'x'",
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
                            Use(owner: owner, code: "local _ = \(owner.path).\(call)(\(arguments[call] ?? ""))", changes: changes))
                    }
                case .method: break
                }
            }
        }
        return uses
    }()

    @Test("Each use in each phase", arguments: uses)
    func use(_ use: Use) async throws {
        let bench = Bench()
        let answer = IntegrationResponse(status: 200, headers: ["Content-Type": "application/json"], body: Body("{}"))
        for phase in ContextPhase.allCases {
            let stage = try bench.stage(use.code)
            let exchange =
                phase == .request
                ? await bench.run(bench.pipeline(before: stage))
                : await bench.run(bench.pipeline(before: nil, after: stage, answer: answer))
            let phases = use.changes ? use.owner.writable : use.owner.readable
            if phases.contains(phase) {
                #expect(exchange.failure.map(Bench.line) == nil, "\(phase)")
            } else {
                let failure = try #require(exchange.failure, "\(phase)")
                #expect(failure.cause.contains("is not available"), "\(phase): \(failure.cause)")
                #expect(failure.location?.line == 10)
            }
        }
    }

    @Test("There are uses of every view")
    func count() {
        #expect(Self.uses.count > 60)
    }

    @Test("Every function of host works in both phases", arguments: ReferenceTests.examples.filter { $0.0.hasPrefix("host.") })
    func host(name: String, text: String) async throws {
        var bench = Bench()
        bench.services[(any SubrequestClient).self] = FixedClient()
        // What goes to the backend cannot be changed behind it.
        let code = text.replacing("ctx.integration.request.headers[\"Authorization\"] =", "local _ =")
        let stage = try bench.stage(
            code,
            permissions: .mapping([
                ("http", .list([.plain("https://api.example.com")])), ("secrets", .list([.plain("api-token")])),
                ("cache", .plain("1MiB")),
            ]))
        for exchange in [
            await bench.run(bench.pipeline(before: stage)),
            await bench.run(bench.pipeline(before: nil, after: stage, answer: Bench.answer)),
        ] {
            #expect(exchange.failure.map(Bench.line) == nil)
        }
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
