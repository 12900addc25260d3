import CLua
import Headgate

/// Finds out at load time whether a script can run: compiles it, and loads it if it is a module.
struct LuaCheck {
    let script: LuaScript
    let readsPayload: Bool
    let explanation: String
    let details: [(name: String, text: String)]

    static func run(
        _ source: LuaSource,
        config: [UInt8]?,
        limits: LuaLimits,
        _ services: StageServices,
    ) throws(LuaSyntaxError) -> LuaCheck {
        let scan = LuaScan(source.text)
        guard let vm = LuaVM() else { throw LuaSyntaxError("there is no memory for a Lua state", in: source) }
        hg_release(vm.raw, try vm.compile(source, isNew: true))
        if let refusal = scan.refusal { throw LuaSyntaxError(line: refusal.line, refusal.message, in: source) }
        let script = LuaScript(source: source, style: LuaScriptStyle(scan), config: config, limits: limits)
        var explanation = "runs \(source.file)"
        if source.firstLine > 1 { explanation += ":\(source.firstLine)" }
        if script.style == .module {
            explanation += " (" + (try load(script, in: vm, services)).joined(separator: ", ") + ")"
        }
        return LuaCheck(
            script: script,
            readsPayload: scan.mentionsBody,
            explanation: explanation,
            details: [
                ("script", "\(source.file):\(source.firstLine)"),
                ("style", script.style == .module ? "module" : "statements"),
                ("cpu", "\(limits.cpuMicroseconds) µs"),
                ("memory", "\(limits.memory) bytes"),
                ("instructions", String(limits.instructions)),
                ("time", "\(limits.milliseconds) ms"),
            ],
        )
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
