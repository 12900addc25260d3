import CLua
import Headgate

/// A call from a script into the host: its arguments and its execution.
struct LuaCall {
    let stack: LuaStack
    let execution: LuaExecution
    /// The owner of the view that was called upon, and the number of the member above it.
    let detail: UInt32

    var L: OpaquePointer { stack.L }
    var exchange: Exchange { execution.exchange }
    var owner: ContextOwner { ContextOwner(rawValue: detail & 0xFF) ?? .request }
    var member: UInt32 { detail >> 8 }

    /// Runs `body` as a callback of CLua: gives its results, or the error that Lua is to raise once this
    /// frame is gone.
    @inline(__always)
    static func answer(
        _ L: OpaquePointer?,
        _ context: UnsafeMutableRawPointer?,
        _ detail: UInt32,
        _ body: (LuaCall) throws(LuaRaise) -> Int32,
    ) -> Int32 {
        guard let L, let context else { return 0 }
        return Unmanaged<LuaExecution>.fromOpaque(context)._withUnsafeGuaranteedRef { execution in
            do throws(LuaRaise) {
                return try body(LuaCall(stack: LuaStack(L), execution: execution, detail: detail))
            } catch {
                switch error {
                case .message(let message):
                    LuaStack(L).push(message)
                    return Int32(HG_RAISE)
                case .argument(let index, let message):
                    LuaStack(L).push(message)
                    execution.thread.pointee.argument = index
                    return Int32(HG_ARGUMENT)
                }
            }
        }
    }

    // MARK: Arguments

    func mismatch(_ index: Int32, _ expected: String) -> LuaRaise {
        .argument(index, "\(expected) expected, got \(stack.typeName(at: index))")
    }

    func text(_ index: Int32) throws(LuaRaise) -> String {
        guard let text = stack.text(at: index) else { throw mismatch(index, "string") }
        return text
    }

    func optionalText(_ index: Int32) throws(LuaRaise) -> String? {
        stack.isAbsent(at: index) ? nil : try text(index)
    }

    func bytes(_ index: Int32) throws(LuaRaise) -> [UInt8] {
        guard let bytes = stack.bytes(at: index) else { throw mismatch(index, "string") }
        return bytes
    }

    func number(_ index: Int32) throws(LuaRaise) -> Double {
        guard let number = stack.number(at: index) else { throw mismatch(index, "number") }
        return number
    }

    func integer(_ index: Int32) throws(LuaRaise) -> Int {
        guard let integer = stack.integer(at: index) else { throw mismatch(index, "integer") }
        return integer
    }

    func table(_ index: Int32) throws(LuaRaise) {
        guard stack.type(at: index) == HG_TABLE else { throw mismatch(index, "table") }
        hg_thaw_in_place(L, index)
    }

    // MARK: Results

    /// `nil, message`: a failure that a script may expect.
    func failed(_ message: String) -> Int32 {
        stack.pushNil()
        stack.push(message)
        return 2
    }

    func pushOptional(_ text: String?) -> Int32 {
        if let text { stack.push(text) } else { stack.pushNil() }
        return 1
    }
}
