import CLua
import Headgate

/// `headers` of a message: names without case, several values a name, in order.
enum HeadersView {
    static let view = ContextViews.Class(
        kind: .headers,
        name: "headers",
        members: [
            .method("get", get), .method("all", all), .method("set", set), .method("add", add),
            .method("remove", remove),
        ],
        set: assign,
        missing: read,
        entry: entry,
    )

    // MARK: Reading

    private static func headers(_ call: LuaCall, _ member: String) throws(LuaRaise) -> Headers {
        let exchange = call.exchange
        switch call.owner {
        case .request: return exchange.request.headers
        case .integrationRequest: return exchange.integrationRequest.headers
        case .integrationResponse:
            if let response = exchange.integrationResponse { return response.headers }
        case .response:
            if call.execution.phase != .request { return exchange.response.headers }
        }
        try call.owner.checkReadable("headers." + member, in: call.execution.phase)
        return [:]
    }

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.pushOptional(try headers(call, "get").first(try call.text(2)))
        }
    }

    /// `headers["X-Id"]`.
    private static let read: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard let name = call.stack.text(at: 2) else {
                throw .message("headers are indexed by names, not by a \(call.stack.typeName(at: 2))")
            }
            return call.pushOptional(try headers(call, "get").first(name))
        }
    }

    private static let all: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let values = try headers(call, "all").all(try call.text(2))
            hg_push_table(call.L, Int32(clamping: values.count), 0)
            for (index, value) in values.enumerated() {
                call.stack.push(value)
                hg_set_element(call.L, -2, Int64(index + 1))
            }
            return 1
        }
    }

    private static let entry: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let fields = try headers(call, "get").fields
            let index = (call.stack.integer(at: 2) ?? 1) - 1
            guard fields.indices.contains(index) else { return 0 }
            call.stack.push(fields[index].name)
            call.stack.push(fields[index].value)
            return 2
        }
    }

    // MARK: Changing

    /// Checks that the headers may be changed now, and changes them.
    private static func change(
        _ call: LuaCall,
        _ member: String,
        _ body: (inout Headers) throws(InvalidHeader) -> Void,
    ) throws(LuaRaise) -> Int32 {
        try call.owner.checkWritable("headers." + member, in: call.execution.phase)
        do throws(InvalidHeader) {
            if call.owner == .response {
                try body(&call.exchange.response.headers)
            } else {
                try body(&call.exchange.integrationRequest.headers)
            }
        } catch {
            throw .message(error.description)
        }
        return 0
    }

    private static let set: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(2)
            let values = try values(call, at: 3)
            return try change(call, "set") { headers throws(InvalidHeader) in try replace(name, values, in: &headers) }
        }
    }

    private static let add: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(2)
            guard let value = call.secretOrText(at: 3) else { throw call.mismatch(3, "string") }
            return try change(call, "add") { headers throws(InvalidHeader) in try headers.add(name, value) }
        }
    }

    private static let remove: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(2)
            return try change(call, "remove") { headers throws(InvalidHeader) in headers.remove(name) }
        }
    }

    /// `headers["X-Id"] = value`; nil removes.
    private static let assign: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard let name = call.stack.text(at: 2) else {
                throw .message("headers are indexed by names, not by a \(call.stack.typeName(at: 2))")
            }
            let values = call.stack.isAbsent(at: 3) ? [] : try values(call, at: 3)
            return try change(call, "set") { headers throws(InvalidHeader) in try replace(name, values, in: &headers) }
        }
    }

    private static func replace(_ name: String, _ values: [String], in headers: inout Headers) throws(InvalidHeader) {
        guard let first = values.first else {
            headers.remove(name)
            return
        }
        guard values.count > 1 else { return try headers.set(name, first) }
        // All are checked before the first takes effect: nothing is left half done.
        for value in values {
            var scratch = Headers()
            try scratch.add(name, value)
        }
        try headers.set(name, first)
        for value in values.dropFirst() { try headers.add(name, value) }
    }

    /// One value, or a list of values.
    private static func values(_ call: LuaCall, at index: Int32) throws(LuaRaise) -> [String] {
        if let text = call.secretOrText(at: index) { return [text] }
        guard call.stack.type(at: index) == HG_TABLE else { throw call.mismatch(index, "string or list of strings") }
        hg_thaw_in_place(call.L, index)
        var values: [String] = []
        let count = min(hg_length(call.L, index), 1000)
        for element in 0..<count {
            hg_get_element(call.L, index, Int64(element + 1))
            defer { hg_set_top(call.L, call.stack.count - 1) }
            guard let text = call.secretOrText(at: -1) else {
                throw .argument(index, "the list must hold strings, found a \(call.stack.typeName(at: -1))")
            }
            values.append(text)
        }
        return values
    }

    /// Reads a table of names and values (or lists of values) into headers; nil reads as none.
    static func read(_ call: LuaCall, at index: Int32, into headers: inout Headers) throws(LuaRaise) {
        if call.stack.isAbsent(at: index) { return }
        guard call.stack.type(at: index) == HG_TABLE else { throw .argument(2, "headers must be a table") }
        hg_thaw_in_place(call.L, index)
        var found: [(String, [String])] = []
        hg_push_nil(call.L)
        while hg_next(call.L, index) {
            guard call.stack.type(at: -2) == HG_STRING, let name = call.stack.text(at: -2) else {
                throw .argument(2, "headers must be a table of names and values")
            }
            found.append((name, try values(call, at: call.stack.count)))
            hg_set_top(call.L, call.stack.count - 1)
        }
        // A table has no order; sorted names make the same response each time.
        do throws(InvalidHeader) {
            for (name, values) in found.sorted(by: { $0.0 < $1.0 }) {
                for value in values { try headers.add(name, value) }
            }
        } catch {
            throw .message(error.description)
        }
    }
}
