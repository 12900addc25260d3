import CLua
import Headgate

/// `host.metrics`: counters, gauges and histograms, beside those of the gateway.
enum MetricFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("metrics", "increment", increment),
        HostLibrary.Function("metrics", "set", set),
        HostLibrary.Function("metrics", "observe", observe),
    ]

    private static let mostLabels = 8
    private static let longestLabel = 128

    /// `host.metrics.increment(name[, by[, labels]])`.
    private static let increment: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let by = call.stack.isAbsent(at: 2) ? 1 : try call.number(2)
            guard by >= 0 else { throw .argument(2, "a counter does not go back") }
            return try record(call, .count, by)
        }
    }

    private static let set: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in try record(call, .gauge, try call.number(2)) }
    }

    private static let observe: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try record(call, .observation, try call.number(2))
        }
    }

    private static func record(_ call: LuaCall, _ kind: LuaMeasurement.Kind, _ value: Double) throws(LuaRaise) -> Int32
    {
        let name = try call.text(1)
        guard isName(name) else {
            throw .argument(1, "a metric's name has lower-case letters, digits and _, up to 64")
        }
        guard value.isFinite else { throw .argument(2, "the number is not finite") }
        let labels = call.stack.isAbsent(at: 3) ? [] : try labels(call)
        call.execution.stage?.host?.record(
            LuaMeasurement(
                kind: kind,
                name: name,
                value: value,
                labels: labels,
                pipeline: call.exchange.pipeline.name,
                stage: call.execution.stageLabel,
            )
        )
        call.exchange.trace?.note(
            "metric",
            "\(name)\(labels.map { " \($0.name)=\($0.value)" }.joined()) \(kind == .count ? "+" : "")\(value)",
        )
        return 0
    }

    private static func labels(_ call: LuaCall) throws(LuaRaise) -> [(name: String, value: String)] {
        try call.table(3)
        var labels: [(name: String, value: String)] = []
        hg_push_nil(call.L)
        while hg_next(call.L, 3) {
            guard call.stack.type(at: -2) == HG_STRING, let name = call.stack.text(at: -2), isName(name),
                let value = call.stack.text(at: -1)
            else { throw .argument(3, "labels must be a table of names and texts") }
            labels.append((name, String(value.prefix(longestLabel))))
            hg_set_top(call.L, call.stack.count - 1)
        }
        guard labels.count <= mostLabels else { throw .argument(3, "a metric has \(mostLabels) labels at most") }
        return labels.sorted { $0.name < $1.name }
    }

    private static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= 64, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
