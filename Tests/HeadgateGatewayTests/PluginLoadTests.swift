import Foundation
import Headgate
import HeadgateGateway
import HeadgateTesting
import Testing

@Suite("Loading plugins")
struct PluginLoadTests {
    /// A plugin and a pipeline that uses it.
    private static let files = [
        "plugins/stamp/plugin.yaml": """
        manifest: 1
        name: stamp
        version: 1.0.0
        summary: Answers with a word.
        phases: [request]
        example: "stamp: {value: x}"
        config:
          value: {type: string, required: true, description: The value.}
        """,
        "plugins/stamp/init.lua": """
        local words = require("lib.words")
        local M = {}
        function M.request(ctx, config) return ctx:respond{ body = words.hello .. config.value } end
        return M
        """,
        "plugins/stamp/lib/words.lua": "return { hello = 'hello ' }\n",
        "plugins/stamp/tests/words_test.lua":
            "return { words = function() assert(require('lib.words').hello == 'hello ') end }\n",
        "pipelines/stamped.yaml":
            "name: stamped\nroute: GET /stamped\nstages:\n  - stamp: {value: one}\n  - mock: {status: 200}\n",
    ]

    /// Resident memory in KB.
    private func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4
    }

    @Test("A thousand loads of a plugin, each of which has served, leave the memory as it was")
    func memory() async throws {
        let scratch = try Folder(Self.files)
        let gateway = try Gateway(pipelines: scratch.path + "/pipelines")
        func load(_ times: Int) async throws {
            for _ in 0..<times {
                guard case .replaced = gateway.reload() else {
                    Issue.record("a reload failed")
                    return
                }
                let response = await gateway.handle(MethodRequest(method: "GET", path: "/stamped"))
                #expect(response.body.text == "hello one")
            }
        }
        try await load(200)
        let before = try resident()
        try await load(1000)
        let after = try resident()
        #expect(after - before < 8192, "from \(before) to \(after) KB")
        await gateway.stop()
    }

    @Test("What acceptReload finds keeps the old generation")
    func acceptance() async throws {
        let scratch = try Folder(Self.files)
        var options = GatewayOptions()
        let tests = PluginTestRunner(options: options)
        let pipelines = scratch.path + "/pipelines"
        #expect(await tests.findings(pluginsBeside: pipelines).isEmpty)
        options.acceptReload = { [Diagnostic(at: SourceLocation(file: "a_test.lua", line: 3), "the test fails")] }
        let gateway = try Gateway(pipelines: pipelines, options: options)
        guard case .kept(let error) = gateway.reload() else {
            Issue.record("it was replaced")
            return
        }
        #expect(String(describing: error).contains("a_test.lua:3"))
        #expect(gateway.current.value.number == 1)
        try scratch.write("plugins/stamp/lib/words.lua", "return { hello = 'good bye ' }\n")
        let findings = await tests.findings(pluginsBeside: pipelines)
        #expect(findings.map(\.location.line) == [1])
        #expect(findings.first?.message.hasPrefix("the test \"words\" fails") == true)
        await gateway.stop()
    }
}
