import CLua

/// What a run has cost, for traces.
struct LuaCost: CustomStringConvertible {
    let instructions: UInt64
    let allocatedBytes: UInt64
    let pauses: UInt32
    let waits: UInt32
    let waitedMicroseconds: Int64

    init(of execution: LuaExecution) {
        let thread = execution.thread.pointee
        instructions = thread.instructions
        allocatedBytes = thread.allocated
        pauses = thread.pauses
        waits = thread.waits
        waitedMicroseconds = execution.waitedMicroseconds
    }

    /// `1234 instructions, 5.2 KB allocated, 1 yield, 2 waits (12.5 ms)`.
    var description: String {
        var text = "\(instructions) instructions, \(Self.size(allocatedBytes)) allocated"
        text += ", \(pauses) yield\(pauses == 1 ? "" : "s"), \(waits) wait\(waits == 1 ? "" : "s")"
        if waits > 0 { text += " (\(Self.tenths(UInt64(max(0, waitedMicroseconds)), of: 1000)) ms)" }
        return text
    }

    private static func size(_ bytes: UInt64) -> String {
        switch bytes {
        case ..<1024: "\(bytes) bytes"
        case ..<(1 << 20): tenths(bytes, of: 1024) + " KB"
        default: tenths(bytes, of: 1 << 20) + " MB"
        }
    }

    private static func tenths(_ value: UInt64, of unit: UInt64) -> String {
        let tenths = value.multipliedReportingOverflow(by: 10).partialValue / unit
        return "\(tenths / 10).\(tenths % 10)"
    }
}
