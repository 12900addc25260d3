import CLua
import Headgate
import OrderedJSON

/// What a script that finished has returned, and what that means.
struct LuaResult {
    private let execution: LuaExecution
    private let stack: LuaStack

    init(of execution: LuaExecution) {
        self.execution = execution
        stack = execution.stack
    }

    /// - Throws: a failure that the script returned, or that its result is none of the known ones.
    func outcome() throws(GatewayFailure) -> StageOutcome {
        if stack.isAbsent(at: 1) {
            if stack.isAbsent(at: 2) {
                guard execution.outcomes == 0 else { throw notReturned() }
                return .proceed
            }
            throw LuaFailureReport.returned(by: execution, at: 2)
        }
        var number: UInt32 = 0
        var ordinal: UInt32 = 0
        guard hg_view_at(execution.L, 1, &number, &ordinal), number == ContextClass.outcome.rawValue else {
            throw unknown()
        }
        guard ordinal == execution.outcomes & 0xFF else { throw notReturned() }
        guard let response = execution.response else { return .skip }
        execution.exchange.response = response
        return .respond
    }

    private func notReturned() -> GatewayFailure {
        .internalError(
            "ctx:respond or ctx:skip was called, but its result was not returned: write `return ctx:respond{…}`",
            reason: "lua-result",
            location: firstLine,
        )
    }

    private func unknown() -> GatewayFailure {
        .internalError(
            "the script returned \(LuaFailureReport.describe(stack, 1)); expected nothing, ctx:respond{…}, ctx:skip(), "
                + "or nil and an error",
            reason: "lua-result",
            location: firstLine,
        )
    }

    private var firstLine: SourceLocation? {
        execution.stage.map { $0.script.source.location(line: $0.script.source.firstLine) }
    }
}
