import Headgate
import OrderedJSON

/// Unit tests of a plugin: a file `tests/NAME_test.lua` returns a table of functions, each of which is a test by the
/// name of its key. `require` finds the plugin's `init` and what is in `lib`; a function that raises has failed.
public struct PluginUnitTests: Sendable {
    /// What became of one test.
    public struct Result: Sendable {
        /// The key of the test in its file's table.
        public let name: String
        /// Where it failed, as far as that is in the plugin; else the file of the test.
        public let location: SourceLocation
        /// What went wrong; nil for a test that passed.
        public let failure: String?
    }

    /// How the files are called.
    public static let ending = "_test.lua"

    private let plugin: LuaPlugin
    private let source: LuaSource
    private static let module = "test"
    /// Tests may compare much more than a request may cost.
    private static let limits = LuaLimits(cpuMicroseconds: 5_000_000)

    /// The script that runs in place of a stage's: it lists the tests, or runs the one in `config`.
    private static let runner = """
        local tests = require("test")
        if type(tests) ~= "table" then error("the file must return a table of functions, got a " .. type(tests), 0) end
        if config.name then
          tests[config.name](ctx)
          return
        end
        local names = {}
        for name, test in pairs(tests) do
          if type(name) ~= "string" or type(test) ~= "function" then
            error("the file must return a table of functions by name, got [" .. tostring(name) .. "] = a " .. type(test), 0)
          end
          names[#names + 1] = name
        end
        table.sort(names)
        return ctx:respond{ json = host.json.array(names) }
        """

    /// - Parameter file: its name in the folder `tests`.
    /// - Throws: ``InvalidValue`` where it cannot be read.
    public init(_ plugin: LuaPlugin, file: String) throws(InvalidValue) {
        self.plugin = plugin
        source = try LuaFile.read("tests/" + file, in: plugin.folder)
    }

    /// Runs the tests in the order of their names, each in a run of its own.
    /// - Parameter filter: only those whose name contains this.
    public func run(_ services: StageServices, filter: String? = nil) async -> [Result] {
        do throws(LuaSyntaxError) {
            try LuaCheck.compile(source)
        } catch {
            return [Result(name: "(the file)", location: error.location, failure: error.message)]
        }
        let listed = await run(name: nil, services)
        if let failure = listed.failure { return [result("(the file)", failure)] }
        guard case .bytes(let bytes) = listed.response.body, let names = (try? JSONValue(parsing: bytes))?.array else {
            return []
        }
        var results: [Result] = []
        for name in names.compactMap(\.string) where filter.map(name.contains) ?? true {
            results.append(result(name, await run(name: name, services).failure))
        }
        return results
    }

    private func result(_ name: String, _ failure: GatewayFailure?) -> Result {
        let whole = SourceLocation(file: source.file, line: 1)
        guard let failure else { return Result(name: name, location: whole, failure: nil) }
        let isInPlugin = failure.location.map { $0.file.hasPrefix(plugin.folder) } ?? false
        return Result(name: name, location: isInPlugin ? failure.location ?? whole : whole, failure: failure.cause)
    }

    private func run(name: String?, _ services: StageServices) async -> Exchange {
        var modules = plugin.modules
        modules["init"] = plugin.source
        modules[Self.module] = source
        let config = JSONObject(name.map { [("name", .string($0))] } ?? [])
        let script = LuaScript(
            name: plugin.manifest.name,
            source: LuaSource(text: Self.runner, file: "headgate"),
            modules: modules,
            style: .statements,
            config: Array(JSONWriter.string(.object(config)).utf8),
            limits: Self.limits,
        )
        let stage = LuaStage(script: script, onError: .fail, readsPayload: true, services: services)
        let built = BuiltStage(stage, explanation: "a unit test")
        let pipeline = Pipeline(
            name: plugin.manifest.name,
            routes: [],
            stages: [
                PipelineStage(label: plugin.manifest.name, kind: plugin.manifest.name, phase: .any, built: built)
            ],
        )
        let lane = Lane(name: "headgate.tests")
        return await withCheckedContinuation { continuation in
            Executor.start(
                Exchange(
                    pipeline: pipeline,
                    request: MethodRequest(method: "GET", path: "/"),
                    deployment: Deployment(),
                    lane: lane,
                    receivedAtMilliseconds: lane.clock.epochMilliseconds(),
                    random: RandomSource(seed: 1),
                ) { continuation.resume(returning: $0) }
            )
        }
    }
}
