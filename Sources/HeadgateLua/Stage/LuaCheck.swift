import CLua
import Headgate

/// Finds out at load time whether a script can run: compiles it, and loads it if it is a module.
struct LuaCheck {
    let script: LuaScript
    let functions: [String]
    let readsPayload: Bool
    let explanation: String
    let details: [(name: String, text: String)]

    static func run(
        _ source: LuaSource,
        config: [UInt8]?,
        limits: LuaLimits,
        permissions: LuaPermissions,
        plugin: LuaPlugin? = nil,
        _ services: StageServices,
    ) throws(LuaSyntaxError) -> LuaCheck {
        let scan = LuaScan(source.text)
        guard let vm = LuaVM() else { throw LuaSyntaxError("there is no memory for a Lua state", in: source) }
        try compile(source, scan, in: vm)
        var mentionsBody = scan.mentionsBody
        for module in plugin?.modules.values.sorted(by: { $0.file < $1.file }) ?? [] {
            let scan = LuaScan(module.text)
            try compile(module, scan, in: vm)
            mentionsBody = mentionsBody || scan.mentionsBody
        }
        let script = LuaScript(
            name: plugin?.manifest.name,
            source: source,
            modules: plugin?.modules ?? [:],
            style: plugin == nil ? LuaScriptStyle(scan) : .module,
            config: config,
            limits: limits,
            permissions: permissions,
        )
        var explanation =
            plugin.map { "runs plugin \($0.manifest.name) \($0.manifest.version)" } ?? "runs \(source.file)"
        if source.firstLine > 1 { explanation += ":\(source.firstLine)" }
        var functions: [String] = []
        if script.style == .module {
            functions = try load(script, in: vm, services)
            if let plugin { functions = try plugin.checked(functions) }
            explanation += " (" + functions.joined(separator: ", ") + ")"
        }
        return LuaCheck(
            script: script,
            functions: functions,
            readsPayload: mentionsBody,
            explanation: explanation,
            details: [
                ("script", "\(source.file):\(source.firstLine)"),
                ("style", script.style == .module ? "module" : "statements"),
                ("cpu", "\(limits.cpuMicroseconds) µs"),
                ("memory", "\(limits.memory) bytes"),
                ("instructions", String(limits.instructions)),
                ("time", "\(limits.milliseconds) ms"),
            ] + permissions.details,
        )
    }

    /// Compiles what a plugin consists of.
    static func compile(_ plugin: LuaPlugin) throws(LuaSyntaxError) {
        guard let vm = LuaVM() else { throw LuaSyntaxError("there is no memory for a Lua state", in: plugin.source) }
        for source in [plugin.source] + plugin.modules.values.sorted(by: { $0.file < $1.file }) {
            try compile(source, LuaScan(source.text), in: vm)
        }
    }

    /// Compiles one file.
    static func compile(_ source: LuaSource) throws(LuaSyntaxError) {
        guard let vm = LuaVM() else { throw LuaSyntaxError("there is no memory for a Lua state", in: source) }
        try compile(source, LuaScan(source.text), in: vm)
    }

    private static func compile(_ source: LuaSource, _ scan: LuaScan, in vm: LuaVM) throws(LuaSyntaxError) {
        hg_release(vm.raw, try vm.compile(source, isNew: true))
        if let refusal = scan.refusal { throw LuaSyntaxError(line: refusal.line, refusal.message, in: source) }
    }

    /// Runs the top level of a module once, in a state of its own.
    private static func load(
        _ script: LuaScript,
        in vm: LuaVM,
        _ services: StageServices,
    ) throws(LuaSyntaxError) -> [String] {
        let (compiled, _) = try vm.compiled(script)
        guard let execution = vm.takeExecution() else {
            throw LuaSyntaxError("there is no memory for a coroutine", in: script.source)
        }
        let stage = LuaStage(script: script, onError: .fail, readsPayload: false, services: services)
        do throws(GatewayFailure) {
            let functions = try execution.check(stage, compiled, in: vm)
            vm.giveBack(execution, finished: true)
            return functions
        } catch {
            vm.giveBack(execution, finished: false)
            let first = error.cause.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? error.cause
            throw LuaSyntaxError(first, at: error.location, in: script.source)
        }
    }
}
