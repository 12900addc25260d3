import CLua

/// What scripts see of an exchange: objects whose members read and change it in place. Nothing is copied
/// into tables until a script asks.
enum ContextViews {
    /// A member of a class of objects.
    enum Member {
        case property(StaticString, UInt32)
        case method(StaticString, hg_callback)
        case child(StaticString, ContextClass, ContextOwner = .request)

        var name: StaticString {
            switch self {
            case .property(let name, _), .method(let name, _), .child(let name, _, _): name
            }
        }

        fileprivate var raw: hg_member {
            switch self {
            case .property(let name, let number):
                hg_member(name: name.characters, kind: HG_PROPERTY, method: nil, number: number, owner: 0)
            case .method(let name, let callback):
                hg_member(name: name.characters, kind: HG_METHOD, method: callback, number: 0, owner: 0)
            case .child(let name, let kind, let owner):
                hg_member(
                    name: name.characters,
                    kind: HG_CHILD,
                    method: nil,
                    number: kind.rawValue,
                    owner: owner.rawValue,
                )
            }
        }
    }

    /// A class of objects: its members and what happens with names that are none.
    struct Class {
        let kind: ContextClass
        let name: StaticString
        let members: [Member]
        var get: hg_callback = ContextViews.noValue
        var set: hg_callback = ContextViews.refuseAssignment
        var missing: hg_callback = ContextViews.refuseName
        var entry: hg_callback?
        var join: hg_callback?
    }

    static let classes: [Class] = [
        ContextRoot.view, RequestView.view,
        Class(
            kind: .integration,
            name: "ctx.integration",
            members: [
                .child("request", .integrationRequest, .integrationRequest),
                .child("response", .integrationResponse, .integrationResponse),
            ],
        ),
        IntegrationRequestView.view, IntegrationResponseView.view, ResponseView.view,
        HeadersView.view, QueryView.view, BodyView.view, VariablesView.view, SecretFunctions.view,
        Class(kind: .outcome, name: "outcome", members: []),
    ]

    /// Defines all classes in a new state.
    static func define(in vm: OpaquePointer) -> Bool {
        classes.allSatisfy { view in
            let members = view.members.map(\.raw)
            return members.withUnsafeBufferPointer { members in
                var behaviour = hg_view_class(
                    name: view.name.characters,
                    members: members.baseAddress,
                    member_count: members.count,
                    get: view.get,
                    set: view.set,
                    missing: view.missing,
                    entry: view.entry,
                    join: view.join,
                )
                return hg_define_view(vm, view.kind.rawValue, &behaviour)
            }
        }
    }

    // MARK: Names that are no members

    private static let noValue: hg_callback = { _, _, _ in 0 }

    /// The class of the view at index 1.
    private static func classOfView(_ call: LuaCall) -> Class? {
        var number: UInt32 = 0
        var owner: UInt32 = 0
        guard hg_view_at(call.L, 1, &number, &owner) else { return nil }
        return classes.first { $0.kind.rawValue == number }
    }

    private static func name(_ call: LuaCall) -> String {
        call.stack.text(at: 2) ?? "[\(call.stack.typeName(at: 2))]"
    }

    private static let refuseName: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let view = classOfView(call)
            throw .message(unknown(name(call), in: view))
        }
    }

    static let refuseAssignment: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let view = classOfView(call)
            let name = name(call)
            guard let view, let member = view.members.first(where: { $0.name.description == name }) else {
                throw .message(unknown(name, in: view))
            }
            switch member {
            case .child(_, .body, _):
                throw .message("\(view.name).body cannot be assigned: write \(view.name).body:set(…) or :set_json(…)")
            case .child, .method:
                throw .message("\(view.name).\(name) cannot be assigned")
            case .property:
                throw .message("\(view.name).\(name) is read-only")
            }
        }
    }

    private static func unknown(_ name: String, in view: Class?) -> String {
        guard let view else { return "there is no '\(name)' here" }
        let names = view.members.map(\.name.description)
        var text = "\(view.name) has no member '\(name)'"
        if let nearest = Names.nearest(to: name, among: names) {
            text += " (did you mean '\(nearest)'?)"
        } else {
            text += " (it has: \(names.joined(separator: ", ")))"
        }
        return text
    }
}

extension StaticString {
    /// The NUL-terminated text, which lives as long as the program.
    var characters: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
