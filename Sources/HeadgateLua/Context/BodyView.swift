import CLua
import Headgate

/// `body` of a message.
enum BodyView {
    static let view = ContextViews.Class(
        kind: .body,
        name: "body",
        members: [
            .method("bytes", bytes), .method("text", text), .method("json", json), .method("form", form),
            .method("size", size), .method("set", set), .method("set_json", setJSON),
        ],
    )

    // MARK: Reading

    private static func payload(_ call: LuaCall, _ member: String) throws(LuaRaise) -> [UInt8] {
        let exchange = call.exchange
        let body: Body
        switch call.owner {
        case .request: body = exchange.request.body
        case .integrationRequest: body = exchange.integrationRequest.body
        case .integrationResponse:
            try call.owner.checkReadable("body." + member, in: call.execution.phase)
            body = exchange.integrationResponse?.body ?? .empty
        case .response:
            try call.owner.checkReadable("body." + member, in: call.execution.phase)
            body = exchange.response.body
        }
        guard let bytes = body.bytes else {
            throw .message(
                "\(call.owner.path).body is streamed past this pipeline: a script that names 'body' keeps it from that"
            )
        }
        return bytes
    }

    private static let bytes: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(try payload(call, "bytes"))
            return 1
        }
    }

    /// As `bytes`, with U+FFFD for what is no UTF-8.
    private static let text: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(String(decoding: try payload(call, "text"), as: UTF8.self))
            return 1
        }
    }

    private static let size: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(try payload(call, "size").count)
            return 1
        }
    }

    private static let json: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let bytes = try payload(call, "json")
            if hg_json_decode(call.L, bytes, bytes.count, 200) { return 1 }
            let message = call.stack.text(at: -1) ?? "is no JSON"
            return call.failed(bytes.isEmpty ? "the body is empty" : message)
        }
    }

    /// The body as `application/x-www-form-urlencoded`: a table of names and first values.
    private static let form: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let items = Query(parsing: String(decoding: try payload(call, "form"), as: UTF8.self)).items
            guard items.count <= 1000 else { return call.failed("the form has more than 1000 fields") }
            hg_push_table(call.L, 0, Int32(clamping: items.count))
            // The first of several values counts, as with headers and query.
            for item in items.reversed() where !item.name.utf8.contains(0) {
                call.stack.push(item.value)
                hg_set_field(call.L, -2, item.name)
            }
            return 1
        }
    }

    // MARK: Changing

    private static let set: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try call.owner.checkWritable("body.set", in: call.execution.phase)
            let bytes = try call.secretOrBytes(2)
            let type = try call.optionalText(3)
            try replace(call, bytes, type: type)
            return 0
        }
    }

    /// Sets `Content-Type: application/json`, unless one that says JSON is there.
    private static let setJSON: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try call.owner.checkWritable("body.set_json", in: call.execution.phase)
            guard call.stack.type(at: 2) != HG_NONE else { throw call.mismatch(2, "value") }
            let bytes = try call.stack.json(at: 2)
            let headers =
                call.owner == .response ? call.exchange.response.headers : call.exchange.integrationRequest.headers
            let isJSON = headers.first("Content-Type").map(saysJSON) ?? false
            try replace(call, bytes, type: isJSON ? nil : "application/json")
            return 0
        }
    }

    /// Whether `json` stands in a media type, in whatever case.
    private static func saysJSON(_ type: String) -> Bool {
        var type = type
        return type.withUTF8 { bytes in
            guard bytes.count >= 4 else { return false }
            for start in 0...(bytes.count - 4) where bytes[start] | 0x20 == 0x6A {
                if bytes[start + 1] | 0x20 == 0x73, bytes[start + 2] | 0x20 == 0x6F, bytes[start + 3] | 0x20 == 0x6E {
                    return true
                }
            }
            return false
        }
    }

    private static func replace(_ call: LuaCall, _ bytes: [UInt8], type: String?) throws(LuaRaise) {
        do throws(InvalidHeader) {
            if call.owner == .response {
                if let type { try call.exchange.response.headers.set("Content-Type", type) }
                call.exchange.response.body = .bytes(bytes)
            } else {
                if let type { try call.exchange.integrationRequest.headers.set("Content-Type", type) }
                call.exchange.integrationRequest.body = .bytes(bytes)
            }
        } catch {
            throw .message(error.description)
        }
    }
}
