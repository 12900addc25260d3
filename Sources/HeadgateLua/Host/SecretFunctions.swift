import CLua
import Headgate

/// `host.secret(name)`: a value that scripts can use and cannot read. Joined with text it gives another
/// secret; printed, it is `[secret]`.
enum SecretFunctions {
    static let all: [HostLibrary.Function] = [HostLibrary.Function(nil, "secret", secret)]

    static let view = ContextViews.Class(
        kind: .secret,
        name: "[secret]",
        members: [.method("reveal", reveal)],
        join: join,
    )

    /// As many as the number of one in a view can tell apart.
    private static let most = 255

    private static let secret: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let name = try call.text(1)
            guard let stage = call.execution.stage, stage.script.permissions.allowsSecret(name) else {
                throw .message("the secret '\(name)' is not permitted: write permissions: {secrets: [\(name)]}")
            }
            guard let bytes = stage.host?.secret(name) else { return call.failed("there is no secret '\(name)'") }
            return try push(call, bytes)
        }
    }

    /// Pushes an opaque value; traces leave its text out from now on.
    static func push(_ call: LuaCall, _ bytes: [UInt8]) throws(LuaRaise) -> Int32 {
        let execution = call.execution
        guard execution.holdings.secrets.count < most else {
            throw .message("a script may have \(most) secrets in one run")
        }
        execution.holdings.secrets.append(bytes)
        execution.exchange.trace?.conceal(String(decoding: bytes, as: UTF8.self))
        hg_push_view(execution.thread, ContextClass.secret.rawValue, UInt32(execution.holdings.secrets.count - 1))
        return 1
    }

    /// The bytes of a secret at an index; nil where there is none.
    static func bytes(_ call: LuaCall, at index: Int32) -> [UInt8]? {
        var kind: UInt32 = 0
        var number: UInt32 = 0
        guard hg_view_at(call.L, index, &kind, &number), kind == ContextClass.secret.rawValue,
            Int(number) < call.execution.holdings.secrets.count
        else { return nil }
        return call.execution.holdings.secrets[Int(number)]
    }

    private static let join: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            var joined: [UInt8] = []
            for index: Int32 in [1, 2] {
                guard let bytes = bytes(call, at: index) ?? call.stack.bytes(at: index) else {
                    throw .message("attempt to concatenate a \(call.stack.typeName(at: index)) value with a secret")
                }
                joined += bytes
            }
            return try push(call, joined)
        }
    }

    private static let reveal: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard call.execution.stage?.script.permissions.revealsSecrets == true else {
                throw .message("secrets cannot be revealed: that needs permissions: {reveal: true}")
            }
            call.stack.push(bytes(call, at: 1) ?? [])
            return 1
        }
    }
}

extension LuaCall {
    /// A string, or the text of a secret.
    func secretOrBytes(_ index: Int32) throws(LuaRaise) -> [UInt8] {
        if let secret = SecretFunctions.bytes(self, at: index) { return secret }
        guard let bytes = stack.bytes(at: index) else { throw mismatch(index, "string or secret") }
        return bytes
    }

    /// The text of a string, a number or a secret; nil for everything else.
    func secretOrText(at index: Int32) -> String? {
        if let text = stack.text(at: index) { return text }
        return SecretFunctions.bytes(self, at: index).map { String(decoding: $0, as: UTF8.self) }
    }
}
