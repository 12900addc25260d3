import CLua
import Headgate

/// `query` of a request: decoded names (with case) and values, several a name, in order.
enum QueryView {
    static let view = ContextViews.Class(
        kind: .query,
        name: "query",
        members: [
            .method("get", get), .method("all", all), .method("set", set), .method("add", add),
            .method("remove", remove),
        ],
        set: assign,
        missing: read,
        entry: entry,
    )

    private static func query(_ call: LuaCall) -> Query {
        call.owner == .request ? call.exchange.query : call.exchange.integrationRequest.query
    }

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.pushOptional(query(call).first(try call.text(2)))
        }
    }

    /// `query.name`.
    private static let read: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard let name = call.stack.text(at: 2) else {
                throw .message("query parameters are indexed by names, not by a \(call.stack.typeName(at: 2))")
            }
            return call.pushOptional(query(call).first(name))
        }
    }

    private static let all: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let values = query(call).all(try call.text(2))
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
            let items = query(call).items
            let index = (call.stack.integer(at: 2) ?? 1) - 1
            guard items.indices.contains(index) else { return 0 }
            call.stack.push(items[index].name)
            call.stack.push(items[index].value)
            return 2
        }
    }

    private static func checkWritable(_ call: LuaCall, _ member: String) throws(LuaRaise) {
        try call.owner.checkWritable("query." + member, in: call.execution.phase)
    }

    private static let set: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try checkWritable(call, "set")
            call.exchange.integrationRequest.query.set(try call.text(2), try call.text(3))
            return 0
        }
    }

    private static let add: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try checkWritable(call, "add")
            call.exchange.integrationRequest.query.add(try call.text(2), try call.text(3))
            return 0
        }
    }

    private static let remove: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try checkWritable(call, "remove")
            call.exchange.integrationRequest.query.remove(try call.text(2))
            return 0
        }
    }

    /// `query.name = value`; nil removes.
    private static let assign: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try checkWritable(call, "set")
            let name = try call.text(2)
            if call.stack.isAbsent(at: 3) {
                call.exchange.integrationRequest.query.remove(name)
            } else {
                call.exchange.integrationRequest.query.set(name, try call.text(3))
            }
            return 0
        }
    }
}
