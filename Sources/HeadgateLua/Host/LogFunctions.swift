import CLua
import Headgate

/// `host.log.debug`, `info`, `warn`, `error`, and `print`: a message and a table of fields.
enum LogFunctions {
    private static let mostLines = 100
    private static let longestMessage = 8192
    private static let longestField = 2048

    static let all: [HostLibrary.Function] =
        [
            HostLibrary.Function("log", "debug", detail: 0, log),
            HostLibrary.Function("log", "info", detail: 1, log),
            HostLibrary.Function("log", "warn", detail: 2, log),
            HostLibrary.Function("log", "error", detail: 3, log),
            HostLibrary.Function("_G", "print", print),
        ]

    private static let log: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let message = try call.text(1)
            var fields: [(name: String, value: String)] = []
            if !call.stack.isAbsent(at: 2) {
                try call.table(2)
                fields = try read(call, at: 2)
            }
            write(call, LuaLogEntry.Level.allCases[Int(detail & 3)], message, fields)
            return 0
        }
    }

    /// As `host.log.info`, with all arguments as text.
    private static let print: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            var texts: [String] = []
            for index in 1...max(1, min(call.stack.count, 20)) where index <= call.stack.count {
                texts.append(LuaFailureReport.describe(call.stack, index))
            }
            write(call, .info, texts.joined(separator: " "), [])
            return 0
        }
    }

    private static func read(_ call: LuaCall, at index: Int32) throws(LuaRaise) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        hg_push_nil(call.L)
        while fields.count < 50, hg_next(call.L, index) {
            // Turned into text, a number as key would confuse the iteration.
            hg_push_value(call.L, -2)
            let name = call.stack.text(at: -1) ?? "?"
            hg_set_top(call.L, call.stack.count - 1)
            let value: String
            if let text = call.stack.text(at: -1) {
                value = text
            } else {
                value = String(decoding: try call.stack.json(at: call.stack.count), as: UTF8.self)
            }
            fields.append((String(name.prefix(100)), String(value.prefix(longestField))))
            hg_set_top(call.L, call.stack.count - 1)
        }
        hg_set_top(call.L, index)
        // Tables have no order; log lines have one.
        return fields.sorted { $0.name < $1.name }
    }

    private static func write(
        _ call: LuaCall,
        _ level: LuaLogEntry.Level,
        _ message: String,
        _ fields: [(name: String, value: String)],
    ) {
        let execution = call.execution
        execution.logLines += 1
        guard execution.logLines <= mostLines + 1 else { return }
        let isLast = execution.logLines == mostLines + 1
        let isLoading = execution.isLoading
        let entry = LuaLogEntry(
            level: isLast ? .warn : level,
            message: isLast
                ? "the script has logged \(mostLines) lines, the rest is left out"
                : String(message.prefix(longestMessage)),
            fields: isLast ? [] : fields,
            location: execution.currentLocation,
            pipeline: execution.exchange.pipeline.name,
            stage: isLoading ? nil : execution.stageLabel,
            requestID: isLoading ? nil : execution.exchange.identifiers.requestID,
        )
        execution.exchange.trace?.note(
            "log",
            "\(entry.level.rawValue): \(entry.message)" + entry.fields.map { " \($0.name)=\($0.value)" }.joined(),
        )
        execution.stage?.host?.log(entry)
    }
}
