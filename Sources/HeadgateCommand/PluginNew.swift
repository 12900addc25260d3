import ArgumentParser
import Headgate

/// `headgate plugin new`: a plugin to begin with.
struct PluginNew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Makes a plugin that works, with a manifest, a script and a test.",
        discussion: """
            Example:
              headgate plugin new stamp
              headgate plugin test plugins/stamp
            """,
    )

    @Argument(help: "The plugin's name: a lower-case letter, then letters, digits and -.")
    var name: String

    @Option(help: "The folder of plugins.")
    var plugins = "plugins"

    func validate() throws {
        let isName =
            (0x61...0x7A).contains(name.utf8.first ?? 0) && name.utf8.count <= 63
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
            }
        guard isName else {
            throw ValidationError(
                "\(name.quotedForMessage) is no name; use a lower-case letter, then letters, digits and -"
            )
        }
    }

    func run() async throws {
        let folder = "\(plugins)/\(name)"
        guard !FileBytes.exists(folder) else {
            Terminal.error("\(folder) is there already; choose another name")
            throw ExitCode.findings
        }
        guard FileBytes.makeDirectory(folder + "/tests") else {
            Terminal.error("\(folder): the directory cannot be made")
            throw ExitCode.machine
        }
        for (file, text) in PluginScaffold.files(name) {
            guard FileBytes.write(text, to: "\(folder)/\(file)", replacing: false) else {
                Terminal.error("\(folder)/\(file): cannot be written")
                throw ExitCode.machine
            }
        }
        Terminal.line(
            """
            wrote \(folder)

              headgate plugin check \(folder)
              headgate plugin test \(folder)
              headgate stages \(name)
            """
        )
    }
}

/// The files of a new plugin: it puts a header into the client's response.
enum PluginScaffold {
    static func files(_ name: String) -> [(file: String, text: String)] {
        [
            ("plugin.yaml", manifest(name)), ("init.lua", script), ("tests/\(name).yaml", test(name)),
            ("tests/\(unitName(name))_test.lua", unitTest),
            ("README.md", "# \(name)\n\nPuts a header into the client's response.\n"),
        ]
    }

    private static func manifest(_ name: String) -> String {
        """
        manifest: 1
        name: \(name)
        version: 0.1.0
        summary: Puts a header into the client's response.
        # The functions of init.lua that are called: authenticate, request, response, error, log.
        phases: [response]
        example: |
          \(name):
            value: hello
        # Keys of the stage; in Lua, members of config.
        config:
          header: {type: header_name, default: X-Stamp, description: "The header's name."}
          value: {type: string, required: true, description: "Its value."}
        # Nothing is permitted unless it stands here:
        # permissions:
        #   http: ["https://service.example.com/*"]
        #   secrets: ["{key}"]
        #   cache: 1MiB

        """
    }

    private static let script = """
        local M = {}

        -- Behind the backend call: ctx.integration.response is its answer, ctx.response what the client gets.
        function M.response(ctx, config)
          ctx.response.headers:set(config.header, config.value)
        end

        return M

        """

    private static func unitName(_ name: String) -> String {
        String(decoding: name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }

    private static let unitTest = """
        -- Unit tests: functions by name, which raise when they fail. require finds "init" and what is in lib.
        local plugin = require("init")

        return {
          ["the header gets the value of the setting"] = function()
            local seen = {}
            local headers = { set = function(_, name, value) seen[name] = value end }
            plugin.response({ response = { headers = headers } }, { header = "X-Stamp", value = "hello" })
            assert(seen["X-Stamp"] == "hello")
          end,
        }

        """

    private static func test(_ name: String) -> String {
        """
        # A pipeline that uses the plugin, and what must come of its requests.
        name: \(name)
        route: GET /\(name)
        stages:
          - http-proxy: {uri: https://backend.example.com/}
          - \(name): {value: hello}

        tests:
          - name: the header is there
            backend: {answers: {status: 200, json: {ok: true}}}
            response: {status: 200, headers: {X-Stamp: hello}, json: {ok: true}}

        """
    }
}
