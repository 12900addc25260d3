import CLua
import Headgate

/// `require`: modules beside a plugin's `init.lua`, and below its folder only. Each run has modules of its
/// own, so that what they keep in local variables ends with the run.
enum ModuleFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("modules", "find", find),
        HostLibrary.Function("modules", "keep", keep),
    ]

    /// `true, value` for a module that has run; else `false` and its chunk.
    private static let find: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(1)
            let execution = call.execution
            if let kept = execution.holdings.modules[name] {
                if kept == 0 { throw .message("module '\(name)' requires itself, directly or by way of others") }
                call.stack.push(true)
                hg_push_kept(call.L, execution.thread.pointee.vm, kept)
                return 2
            }
            guard let source = execution.stage?.script.modules[name] else {
                throw .message(unknown(name, execution.stage?.script))
            }
            let chunk: Int32
            do throws(LuaSyntaxError) {
                chunk = try execution.chunk(ofModule: name, source)
            } catch {
                throw .message("\(error.location): \(error.message)")
            }
            execution.holdings.modules[name] = 0
            call.stack.push(false)
            hg_push_kept(call.L, execution.thread.pointee.vm, chunk)
            return 2
        }
    }

    private static let keep: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(1)
            hg_set_top(call.L, 2)
            call.execution.holdings.modules[name] = hg_keep(call.L, call.execution.thread.pointee.vm)
            return 0
        }
    }

    private static func unknown(_ name: String, _ script: LuaScript?) -> String {
        guard let script, !script.modules.isEmpty else {
            return "module '\(name)' cannot be required: only plugins have modules, in their folder lib"
        }
        let names = script.modules.keys.sorted()
        let advice = Names.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
        return "there is no module '\(name)' (\(advice ?? "there are: " + names.joined(separator: ", ")))"
    }
}
