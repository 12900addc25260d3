import CLua
import Headgate
import OrderedJSON

/// Turns an error of a script into a failure: its place, two lines of source, and the calls that led there,
/// without those of the host.
struct LuaFailureReport {
    private let execution: LuaExecution
    private let stop: hg_stop?

    /// - Parameter stopped: a limit ended the run; else an error value is on top of its stack.
    init(of execution: LuaExecution, stopped: Bool) {
        self.execution = execution
        stop = stopped ? execution.thread.pointee.stop : nil
    }

    func failure() -> GatewayFailure {
        let frames = Self.frames(of: execution)
        if let stop {
            let place = frames.first?.location
            return Self.make(stopText(stop), reason: "lua-limit", place, frames, execution)
        }
        let stack = execution.stack
        if stack.type(at: -1) == HG_TABLE {
            let index = stack.count
            hg_thaw_in_place(execution.L, index)
            return Self.typed(execution, index, frames)
        }
        let text = Self.describe(stack, -1)
        let (place, message) = split(text)
        return Self.make(message, reason: "lua-error", place ?? frames.first?.location, frames, execution)
    }

    /// `return nil, err`: a failure that the script reports.
    static func returned(by execution: LuaExecution, at index: Int32) -> GatewayFailure {
        let stack = execution.stack
        if stack.type(at: index) == HG_TABLE {
            hg_thaw_in_place(execution.L, index)
            return typed(execution, index, [])
        }
        let source = execution.stage?.script.source
        return .internalError(
            describe(stack, index),
            reason: "lua-failure",
            location: source.map { $0.location(line: $0.firstLine) },
        )
    }

    // MARK: Errors as tables

    /// `error{code=…, status=…, message=…, details=…}`: the client gets the status and the message.
    private static func typed(_ execution: LuaExecution, _ index: Int32, _ frames: [Frame]) -> GatewayFailure {
        let stack = execution.stack
        func text(_ name: String) -> String? {
            hg_get_field(execution.L, index, name)
            defer { hg_set_top(execution.L, stack.count - 1) }
            return stack.text(at: -1).map { limited($0, to: 500) }
        }
        hg_get_field(execution.L, index, "status")
        let status = stack.integer(at: -1).flatMap { (400...599).contains($0) ? $0 : nil }
        hg_set_top(execution.L, stack.count - 1)
        let message = text("message")
        var cause = message ?? "the script failed without a message"
        if let code = text("code") { cause = "\(code): \(cause)" }
        if hg_get_field(execution.L, index, "details").rawValue > HG_NIL.rawValue,
            let details = try? stack.json(at: -1)
        {
            cause += " " + limited(String(decoding: details, as: UTF8.self), to: 1000)
        }
        hg_set_top(execution.L, stack.count - 1)
        let source = execution.stage?.script.source
        let place = frames.first?.location ?? source.map { $0.location(line: $0.firstLine) }
        var failure = make(cause, reason: "lua-failure", place, frames, execution)
        if let status {
            failure.status = status
            failure.type = status < 500 ? .default4XX : .default5XX
            failure.message = message
        }
        return failure
    }

    // MARK: Text

    private func stopText(_ stop: hg_stop) -> String {
        guard let limits = execution.stage?.script.limits else { return "stopped" }
        switch stop {
        case HG_STOPPED_CPU:
            let cpu = limits.cpuMicroseconds
            return "stopped after using \(cpu % 1000 == 0 ? "\(cpu / 1000) ms" : "\(cpu) µs") of CPU time (limits.cpu)"
        case HG_STOPPED_INSTRUCTIONS:
            return "stopped after \(limits.instructions) instructions (limits.instructions)"
        case HG_STOPPED_ALLOCATED:
            return "stopped after allocating more than \(limits.memory) bytes (limits.memory)"
        case HG_STOPPED_UNINTERRUPTED:
            return
                "stopped after 50 ms of CPU time without a turn for other requests, in a call that cannot be interrupted "
                + "(a metamethod or a function that a library function calls, or one call on a very large value)"
        default:
            return "stopped: the request was given up"
        }
    }

    /// Takes the place off a message that starts with one of this script: `orders/enrich.lua:12: …`.
    private func split(_ text: String) -> (place: SourceLocation?, message: String) {
        guard let script = execution.stage?.script else { return (nil, text) }
        for source in [script.source] + script.modules.values where text.hasPrefix(source.chunkName + ":") {
            let rest = text.dropFirst(source.chunkName.count + 1)
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let line = Int(digits), rest.dropFirst(digits.count).hasPrefix(": ") else { continue }
            return (source.location(line: line), String(rest.dropFirst(digits.count + 2)))
        }
        return (nil, text)
    }

    /// A value in a few words, on one line. Never calls `__tostring`.
    static func describe(_ stack: LuaStack, _ index: Int32) -> String {
        if let text = stack.text(at: index) { return limited(text, to: 1000) }
        switch stack.type(at: index) {
        case HG_NIL, HG_NONE: return "nil"
        case HG_BOOLEAN: return hg_boolean(stack.L, index) ? "true" : "false"
        default: return "a \(stack.typeName(at: index)) value"
        }
    }

    private static func limited(_ text: String, to count: Int) -> String {
        var out = ""
        var left = count
        for scalar in text.unicodeScalars {
            if left == 0 { return out + "…" }
            left -= 1
            switch scalar {
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: out += "\\x" + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    // MARK: Calls

    struct Frame {
        let function: String?
        let location: SourceLocation
    }

    /// The calls of the script itself, innermost first; at most twenty.
    private static func frames(of execution: LuaExecution) -> [Frame] {
        var frames: [Frame] = []
        var frame = hg_frame()
        var level: Int32 = 0
        while frames.count < 20, level < 250, hg_thread_frame(execution.thread, level, &frame) {
            level += 1
            guard !frame.is_host, frame.line > 0 else { continue }
            guard let source = execution.stage?.script.source(ofChunk: text(frame.chunk)) else { continue }
            let name = text(frame.function)
            frames.append(Frame(function: name.isEmpty ? nil : name, location: source.location(line: Int(frame.line))))
        }
        return frames
    }

    /// The text in a field of a frame.
    static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func make(
        _ message: String,
        reason: StaticString,
        _ location: SourceLocation?,
        _ frames: [Frame],
        _ execution: LuaExecution,
    ) -> GatewayFailure {
        var cause = message
        if let script = execution.stage?.script {
            if let function = frames.first?.function { cause += " (in function '\(function)')" }
            if let location, let source = script.source(inFile: location.file) {
                cause += LuaExcerpt.text(source, line: location.line)
            }
            for frame in frames.dropFirst() {
                cause += "\n  called from \(frame.location)"
                if let function = frame.function { cause += " in function '\(function)'" }
            }
        }
        return .internalError(cause, reason: reason, location: location)
    }
}

/// Two lines of source: the one in question and the one before it.
enum LuaExcerpt {
    static func text(_ source: LuaSource, line: Int) -> String {
        guard source.hasLines else { return "" }
        var text = ""
        for number in [line - 1, line] {
            guard let content = source.line(number) else { continue }
            let digits = String(number)
            let margin = String(repeating: " ", count: max(0, 6 - digits.utf8.count))
            let shown = content.count > 110 ? content.prefix(110) + "…" : content
            text += "\n\(margin)\(digits) | \(shown)"
        }
        return text
    }
}
