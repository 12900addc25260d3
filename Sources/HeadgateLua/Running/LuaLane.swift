import CLua
import Headgate

/// The Lua side of a lane: its state, made at first use.
///
/// Confined to the lane, which owns it; it knows nothing of the lane, so that either may end first.
final class LuaLane: @unchecked Sendable {
    private var vm: LuaVM?

    private static func known(on lane: Lane) -> LuaLane? {
        lane.storage[ObjectIdentifier(LuaLane.self)] as? LuaLane
    }

    /// The Lua side of a lane. Called on it.
    static func of(_ lane: Lane) -> LuaLane {
        if let known = known(on: lane) { return known }
        let fresh = LuaLane()
        lane.storage[ObjectIdentifier(LuaLane.self)] = fresh
        return fresh
    }

    /// The state that executions start in.
    func state() throws(GatewayFailure) -> LuaVM {
        if let vm { return vm }
        guard let fresh = LuaVM() else {
            throw .internalError("there is no memory for a Lua state", reason: "lua-memory")
        }
        vm = fresh
        return fresh
    }

    /// Gives up a state whose memory is used up by what scripts keep; executions that wait in it finish there.
    func replaceIfWornOut(_ used: LuaVM) {
        if vm === used, used.isWornOut() { vm = nil }
    }

    /// Drops what a script was compiled to on `lane`; its generation is gone. Called from anywhere.
    static func forget(_ script: Int, on lane: Lane) {
        lane.takeTurn { known(on: lane)?.vm?.forget(script) }
    }

    /// Bytes that the values of the state take; 0 before its first use.
    var liveBytes: Int { vm?.liveBytes ?? 0 }

    /// Collects garbage, for measurements.
    func collect() {
        if let vm { hg_vm_collect(vm.raw) }
    }
}
