import CLua
import Headgate

/// `host.trace`: what a script wants to be seen in `headgate invoke`. Costs next to nothing when nobody looks.
enum TraceFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("trace", "note", note),
        HostLibrary.Function("trace", "begin", begin),
        HostLibrary.Function("trace", "finish", finish),
    ]

    /// `host.trace.note(name, value)`: texts as they are, other values as JSON.
    private static let note: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(1)
            guard let trace = call.exchange.trace else { return 0 }
            let text: String
            if let given = call.stack.text(at: 2) {
                text = given
            } else {
                text = String(decoding: try call.stack.json(at: 2), as: UTF8.self)
            }
            trace.note(String(name.prefix(100)), String(text.prefix(8192)))
            return 0
        }
    }

    /// `host.trace.span(name, function, …)`, of which the prelude calls the function. Gives name and moment.
    private static let begin: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(1)
            guard call.stack.type(at: 2) == HG_FUNCTION else { throw call.mismatch(2, "function") }
            let now = call.exchange.lane.clock.monotonicMicroseconds()
            call.stack.push("\(now) \(name.prefix(100))")
            return 1
        }
    }

    /// Passes on what the function returned.
    private static let finish: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            if let trace = call.exchange.trace {
                let parts = try call.text(1).split(separator: " ", maxSplits: 1)
                let took = call.exchange.lane.clock.monotonicMicroseconds() - (parts.first.flatMap { Int64($0) } ?? 0)
                trace.note("span", "\(parts.count > 1 ? parts[1] : "") \(took) µs")
            }
            return call.stack.count - 1
        }
    }
}
