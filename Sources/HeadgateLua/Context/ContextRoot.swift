import CLua
import Headgate
import OrderedJSON

/// `ctx`.
enum ContextRoot {
    private enum Property: UInt32 {
        case pipeline, stage, phase, deadline, identity, error
    }

    static let view = ContextViews.Class(
        kind: .context,
        name: "ctx",
        members: [
            .child("request", .request, .request),
            .child("integration", .integration),
            .child("response", .response, .response),
            .child("vars", .variables),
            .property("pipeline", Property.pipeline.rawValue),
            .property("stage", Property.stage.rawValue),
            .property("phase", Property.phase.rawValue),
            .property("deadline", Property.deadline.rawValue),
            .property("identity", Property.identity.rawValue),
            .property("error", Property.error.rawValue),
            .method("remaining_ms", remainingMilliseconds),
            .method("respond", respond),
            .method("skip", skip),
        ],
        get: get,
        set: set,
    )

    /// The member of `$context` that holds what an authorizer found out.
    private static let identityMember = "authorizer"

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            switch Property(rawValue: call.member) {
            case .pipeline: call.stack.push(call.exchange.pipeline.name)
            case .stage: call.stack.push(call.execution.stageLabel)
            case .phase: call.stack.push(call.execution.phase.rawValue)
            case .deadline:
                let now = call.exchange.lane.clock.epochMilliseconds()
                call.stack.push(Double(now + Int64(call.execution.remainingMilliseconds)) / 1000)
            case .identity:
                if let identity = call.exchange.contextMembers.last(where: { $0.name == identityMember }) {
                    try call.stack.push(identity.value)
                } else {
                    call.stack.pushNil()
                }
            case .error: try pushError(call)
            case nil: call.stack.pushNil()
            }
            return 1
        }
    }

    /// The phases in which `ctx.error` can be read, `ctx.identity` be set, and an outcome be returned.
    static let errorPhases: [ContextPhase] = [.error, .log]
    static let identityPhases: [ContextPhase] = [.request]
    static let outcomePhases: [ContextPhase] = [.request, .response, .error]

    private static func check(_ member: String, _ call: LuaCall, _ phases: [ContextPhase]) throws(LuaRaise) {
        guard !phases.contains(call.execution.phase) else { return }
        throw ContextOwner.unavailable("ctx" + member, in: call.execution.phase, available: phases)
    }

    /// What went wrong, for operators; nil where nothing did.
    private static func pushError(_ call: LuaCall) throws(LuaRaise) {
        try check(".error", call, errorPhases)
        guard let failure = call.exchange.failure else { return call.stack.pushNil() }
        var members: [(String, JSONValue)] = [
            ("type", .string(failure.type.name)), ("reason", .string(failure.reason.description)),
            ("status", .number(JSONNumber(failure.status))), ("cause", .string(failure.cause)),
        ]
        if let message = failure.message { members.append(("message", .string(message))) }
        if let stage = failure.stage { members.append(("stage", .string(stage))) }
        if let location = failure.location {
            members.append(("file", .string(location.file)))
            members.append(("line", .number(JSONNumber(location.line))))
        }
        try call.stack.push(.object(JSONObject(members)))
    }

    /// `ctx.identity = {principalId = …}`: what templates see as `$context.authorizer`.
    private static let set: hg_callback = { L, context, detail in
        guard detail >> 8 == Property.identity.rawValue else {
            return ContextViews.refuseAssignment(L, context, detail)
        }
        return LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try check(".identity = …", call, identityPhases)
            let exchange = call.exchange
            exchange.contextMembers.removeAll { $0.name == identityMember }
            if call.stack.isAbsent(at: 3) { return 0 }
            exchange.contextMembers.append((name: identityMember, value: try VariablesView.value(call, at: 3)))
            return 0
        }
    }

    private static let remainingMilliseconds: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(call.execution.remainingMilliseconds)
            return 1
        }
    }

    // MARK: Outcomes

    private static let respondKeys = ["status", "headers", "body", "json"]

    /// `ctx:respond{status=…, headers=…, body=… or json=…}`.
    private static let respond: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try check(":respond", call, outcomePhases)
            try call.table(2)
            try checkKeys(call, at: 2, respondKeys)
            var response = MethodResponse()
            try call.stack.field("status", of: 2) { index throws(LuaRaise) in
                if call.stack.isAbsent(at: index) { return }
                guard let status = call.stack.integer(at: index), (100...599).contains(status) else {
                    throw .argument(2, "status must be a number from 100 to 599")
                }
                response.status = status
            }
            try call.stack.field("headers", of: 2) { index throws(LuaRaise) in
                try HeadersView.read(call, at: index, into: &response.headers)
            }
            try call.stack.field("body", of: 2) { index throws(LuaRaise) in
                if call.stack.isAbsent(at: index) { return }
                guard let bytes = call.stack.bytes(at: index) else {
                    throw .argument(2, "body must be a string (use json = … for a value)")
                }
                response.body = .bytes(bytes)
            }
            try call.stack.field("json", of: 2) { index throws(LuaRaise) in
                if call.stack.isAbsent(at: index) { return }
                guard case .bytes(let given) = response.body, given.isEmpty else {
                    throw .argument(2, "body and json cannot both be given")
                }
                response.body = .bytes(try call.stack.json(at: index))
                if !response.headers.contains("Content-Type") {
                    response.headers.addUnchecked("Content-Type", "application/json")
                }
            }
            return outcome(call, response)
        }
    }

    private static let skip: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try check(":skip", call, outcomePhases)
            return outcome(call, nil)
        }
    }

    /// An object that the script is to return; it carries the number of the outcome.
    private static func outcome(_ call: LuaCall, _ response: MethodResponse?) -> Int32 {
        call.execution.outcomes += 1
        call.execution.response = response
        hg_push_view(call.execution.thread, ContextClass.outcome.rawValue, call.execution.outcomes & 0xFF)
        return 1
    }

    /// Complains about keys of an options table that mean nothing.
    static func checkKeys(_ call: LuaCall, at index: Int32, _ known: [String]) throws(LuaRaise) {
        var unknown: String?
        hg_push_nil(call.L)
        while hg_next(call.L, index) {
            if call.stack.type(at: -2) != HG_STRING {
                unknown = unknown ?? "[\(call.stack.typeName(at: -2))]"
            } else if let key = call.stack.text(at: -2), !known.contains(key) {
                unknown = unknown ?? key
            }
            hg_set_top(call.L, call.stack.count - 1)
        }
        guard let unknown else { return }
        let nearest = Names.nearest(to: unknown, among: known)
        let advice = nearest.map { "did you mean '\($0)'?" } ?? "known are: " + known.joined(separator: ", ")
        throw .argument(index, "unknown key '\(unknown)' (\(advice))")
    }
}
