import CLua
import Headgate

/// One Lua state with what was compiled in it. Confined to its lane, or to the thread that checks scripts.
final class LuaVM {
    /// `hg_vm`.
    let raw: OpaquePointer
    /// The prelude's function that runs a module: a reference.
    let runner: Int32
    /// What the scripts of this state were compiled to.
    private var compiled: [Int: CompiledScript] = [:]
    private var idle: [LuaExecution] = []
    /// Executions that wait or take turns; held here so that nothing else has to.
    private var suspended: [ObjectIdentifier: LuaExecution] = [:]

    /// Bytes that the values of one state may take.
    static let memoryCap = 128 << 20

    init?() {
        guard let raw = hg_vm_new(Self.memoryCap) else { return nil }
        self.raw = raw
        guard HostLibrary.define(in: raw), ContextViews.define(in: raw) else {
            hg_vm_close(raw)
            return nil
        }
        runner = LuaPrelude.run(in: raw)
        guard runner != 0, hg_vm_seal(raw) else {
            hg_vm_close(raw)
            return nil
        }
    }

    deinit {
        for execution in idle { hg_thread_drop(execution.thread) }
        hg_vm_close(raw)
    }

    /// The stack of the state itself, for values between calls.
    var stack: OpaquePointer { hg_vm_stack(raw) }
    var liveBytes: Int { hg_vm_live(raw) }
    var suspendedCount: Int { suspended.count }

    /// Whether memory ran out and stays short even without garbage: somebody keeps too much, and only a new
    /// state helps.
    func isWornOut() -> Bool {
        guard hg_vm_was_short(raw) else { return false }
        hg_vm_collect(raw)
        return liveBytes > Self.memoryCap / 2
    }

    // MARK: Scripts

    /// The script as it was compiled here, now or before.
    func compiled(_ script: LuaScript) throws(LuaSyntaxError) -> (CompiledScript, isNew: Bool) {
        if let known = compiled[script.identifier] { return (known, false) }
        let fresh = CompiledScript(
            chunk: try compile(script.source, isNew: false),
            config: keep(json: script.config),
        )
        compiled[script.identifier] = fresh
        return (fresh, true)
    }

    /// Compiles a text and returns the reference of the function.
    /// - Parameter isNew: nobody has compiled it yet, so that it must be checked to be a whole chunk.
    func compile(_ source: LuaSource, isNew: Bool) throws(LuaSyntaxError) -> Int32 {
        let firstLine = source.hasLines ? source.firstLine : 1
        var text = source.text
        let reference = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                hg_compile(
                    raw,
                    characters.baseAddress,
                    characters.count,
                    "=" + source.chunkName,
                    Int32(clamping: firstLine),
                    isNew,
                )
            }
        }
        guard reference == 0 else { return reference }
        let message = LuaStack(stack).text(at: -1) ?? "cannot be compiled"
        hg_set_top(stack, 0)
        throw LuaSyntaxError(message, in: source)
    }

    private func keep(json: [UInt8]?) -> Int32 {
        guard let json else { return 0 }
        defer { hg_set_top(stack, 0) }
        guard hg_json_decode(stack, json, json.count, 200) else { return 0 }
        return hg_keep_frozen(stack, raw)
    }

    func forget(_ identifier: Int) {
        guard let script = compiled.removeValue(forKey: identifier) else { return }
        for reference in [script.chunk, script.config, script.state] + script.modules.values {
            hg_release(raw, reference)
        }
    }

    // MARK: Executions

    func takeExecution() -> LuaExecution? {
        if let execution = idle.popLast() { return execution }
        guard let thread = hg_thread_new(raw) else { return nil }
        return LuaExecution(thread)
    }

    /// Takes back an execution that ended; one that did not finish loses its coroutine.
    func giveBack(_ execution: LuaExecution, finished: Bool) {
        if finished, idle.count < 128 {
            hg_thread_end(execution.thread)
            idle.append(execution)
        } else {
            hg_thread_drop(execution.thread)
        }
    }

    func suspend(_ execution: LuaExecution) {
        suspended[ObjectIdentifier(execution)] = execution
    }

    func wake(_ execution: LuaExecution) {
        suspended[ObjectIdentifier(execution)] = nil
    }
}

/// A script in one state: references to what it became there.
final class CompiledScript {
    let chunk: Int32
    let config: Int32
    /// The names of a module's functions, once it was loaded.
    var functions: [String] = []
    /// The chunks of what `require` was asked for.
    var modules: [String: Int32] = [:]
    /// What a module's `init` returned, frozen.
    var state: Int32 = 0
    var isLoaded = false

    init(chunk: Int32, config: Int32) {
        self.chunk = chunk
        self.config = config
    }
}
