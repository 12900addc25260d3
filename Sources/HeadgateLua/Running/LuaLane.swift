import CLua
import Headgate

/// The Lua side of a lane: its state, made at first use.
///
/// Confined to the lane; only ``forget(_:)`` may be called from anywhere.
final class LuaLane: @unchecked Sendable {
    private unowned let lane: Lane
    private var vm: LuaVM?

    private init(_ lane: Lane) {
        self.lane = lane
    }

    /// The Lua side of a lane. Called on it.
    static func of(_ lane: Lane) -> LuaLane {
        let key = ObjectIdentifier(LuaLane.self)
        if let known = lane.storage[key] as? LuaLane { return known }
        let fresh = LuaLane(lane)
        lane.storage[key] = fresh
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

    /// Drops what a script was compiled to; its generation is gone.
    func forget(_ script: Int) {
        lane.takeTurn { [self] in vm?.forget(script) }
    }

    /// Bytes that the values of the state take; 0 before its first use.
    var liveBytes: Int { vm?.liveBytes ?? 0 }

    /// Collects garbage, for measurements.
    func collect() {
        if let vm { hg_vm_collect(vm.raw) }
    }
}
