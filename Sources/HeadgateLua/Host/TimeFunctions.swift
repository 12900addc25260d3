import CLua
import Dispatch
import Headgate

/// `host.time`: moments are seconds since 1970, UTC, with fractions.
enum TimeFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("time", "now", now),
        HostLibrary.Function("time", "monotonic", monotonic),
        HostLibrary.Function("time", "format", format),
        HostLibrary.Function("time", "parse", parse),
        HostLibrary.Function("time", "sleep", sleep),
    ]

    private static let now: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(Double(call.exchange.lane.clock.epochMilliseconds()) / 1000)
            return 1
        }
    }

    private static let monotonic: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(Double(call.exchange.lane.clock.monotonicMicroseconds()) / 1_000_000)
            return 1
        }
    }

    /// `host.time.format(moment[, "iso" or "http"])`.
    private static let format: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let seconds = try call.number(1)
            guard let moment = CalendarTime(seconds: seconds) else {
                throw .argument(1, "the moment is outside of the years 0 to 9999")
            }
            switch try call.optionalText(2) ?? "iso" {
            case "iso": call.stack.push(moment.iso8601)
            case "http": call.stack.push(moment.httpDate)
            default: throw .argument(2, "the format is \"iso\" or \"http\"")
            }
            return 1
        }
    }

    private static let parse: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let text = try call.text(1)
            guard let moment = CalendarTime(parsing: text) else {
                return call.failed(
                    "\(text.quotedForMessage) is no moment (expected 2026-01-31T12:00:00Z or an HTTP date)"
                )
            }
            call.stack.push(moment.seconds)
            return 1
        }
    }

    /// `host.time.sleep(seconds)`: the script waits, its lane does not.
    private static let sleep: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let seconds = try call.number(1)
            guard seconds >= 0, seconds.isFinite else {
                throw .argument(1, "the number of seconds must not be negative")
            }
            let remaining = call.execution.remainingMilliseconds
            let milliseconds = Int(min(seconds * 1000, Double(remaining) + 1).rounded(.up))
            let isTooLong = milliseconds > remaining
            return try call.execution.wait(in: "host.time.sleep") { wake in
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
                    wake { _ throws(LuaRaise) in
                        if isTooLong { throw .message("host.time.sleep: the time of the script is up") }
                        return 0
                    }
                }
                return nil
            }
        }
    }
}
