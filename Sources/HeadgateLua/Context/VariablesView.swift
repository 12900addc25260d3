import CLua
import Headgate
import OrderedJSON

/// `ctx.vars`: values that the stages of one exchange share. What is read is a copy: assign the whole value
/// to change it.
enum VariablesView {
    static let view = ContextViews.Class(
        kind: .variables,
        name: "ctx.vars",
        members: [],
        set: assign,
        missing: read,
        entry: entry,
    )

    private static let read: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            if let value = call.exchange.variables[try name(call)] {
                try call.stack.push(value)
            } else {
                call.stack.pushNil()
            }
            return 1
        }
    }

    private static let assign: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try name(call)
            if call.stack.isAbsent(at: 3) {
                call.exchange.variables[name] = nil
                return 0
            }
            guard call.exchange.variables.count < 1000 || call.exchange.variables[name] != nil else {
                throw .message("ctx.vars has 1000 values already")
            }
            call.exchange.variables[name] = try value(call, at: 3)
            return 0
        }
    }

    private static let entry: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let names = call.exchange.variables.keys.sorted()
            let index = (call.stack.integer(at: 2) ?? 1) - 1
            guard names.indices.contains(index), let value = call.exchange.variables[names[index]] else { return 0 }
            call.stack.push(names[index])
            try call.stack.push(value)
            return 2
        }
    }

    private static func name(_ call: LuaCall) throws(LuaRaise) -> String {
        guard call.stack.type(at: 2) == HG_STRING, let name = call.stack.text(at: 2) else {
            throw .message("ctx.vars is indexed by names, not by a \(call.stack.typeName(at: 2))")
        }
        return name
    }

    /// A value of a script that is made of what JSON has.
    static func value(_ call: LuaCall, at index: Int32) throws(LuaRaise) -> JSONValue {
        let bytes = try call.stack.json(at: index)
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .message("the value cannot be kept: \(error)")
        }
    }
}
