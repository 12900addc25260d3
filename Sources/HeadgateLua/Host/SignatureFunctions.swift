import CLua
import Headgate
import SigV4

/// `host.crypto.sigv4`: AWS Signature Version 4 for a request of the script's own.
enum SignatureFunctions {
    static let all: [HostLibrary.Function] = [HostLibrary.Function("crypto", "sigv4", sign)]

    /// Signing keys hold for a day, whichever script asks.
    private static let keys = SigningKeyCache()
    private static let optionNames = [
        "service", "region", "access_key", "secret_key", "session_token", "unsigned_payload", "time",
    ]

    /// `host.crypto.sigv4(request, options)`: the headers that the signed request has, for `host.http.request`.
    private static let sign: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let request = try HTTPFunctions.read(call, at: 1)
            try call.table(2)
            try ContextRoot.checkKeys(call, at: 2, optionNames)
            let options = try options(call)
            guard case .bytes(let body) = request.body else { return 0 }
            CryptoFunctions.charge(call, bytes: body.count + 4096)
            // Requests of scripts always go out with the host of their URL.
            var fields = [(name: "Host", value: request.endpoint?.authority ?? "")]
            for field in request.headers.fields where !field.name.equalsIgnoringASCIICase("Host") {
                fields.append((name: field.name, value: field.value))
            }
            let target = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let signable = SignableRequest(
                method: request.method,
                path: String(target[0]),
                query: target.count > 1 ? String(target[1]) : nil,
                headers: fields,
            )
            let signer = RequestSigner(service: options.service, region: options.region, keys: keys)
            let signature = signer.sign(
                signable,
                payload: options.signsPayload ? .bytes(body) : .unsigned,
                options.credentials,
                at: SigningTime(epochSeconds: options.seconds),
            )
            try push(call, signature, options)
            return 1
        }
    }

    // MARK: Options

    private struct Options {
        var service = ""
        var region = ""
        var credentials = Credentials(accessKeyID: "", secretAccessKey: "")
        var hidesKeyID = false
        var hidesToken = false
        var signsPayload = true
        var seconds: Int64 = 0
    }

    private static func options(_ call: LuaCall) throws(LuaRaise) -> Options {
        var options = Options()
        options.service = try required(call, "service").text
        options.region = try required(call, "region").text
        let keyID = try required(call, "access_key")
        let secret = try required(call, "secret_key")
        let token = try optional(call, "session_token")
        options.credentials = Credentials(
            accessKeyID: keyID.text,
            secretAccessKey: secret.text,
            sessionToken: token?.text,
        )
        options.hidesKeyID = keyID.isSecret
        options.hidesToken = token?.isSecret ?? false
        options.signsPayload = try call.stack.field("unsigned_payload", of: 2) { value throws(LuaRaise) in
            !hg_boolean(call.L, value)
        }
        options.seconds = try call.stack.field("time", of: 2) { value throws(LuaRaise) -> Int64 in
            if call.stack.isAbsent(at: value) { return call.exchange.lane.clock.epochMilliseconds() / 1000 }
            guard let time = call.stack.number(at: value), (0...253_402_300_799).contains(time) else {
                throw .argument(2, "time must be seconds since 1970")
            }
            return Int64(time)
        }
        return options
    }

    private static func required(_ call: LuaCall, _ name: String) throws(LuaRaise) -> (text: String, isSecret: Bool) {
        guard let found = try optional(call, name), !found.text.isEmpty else {
            throw .argument(2, "\(name) must be a string or a secret")
        }
        return found
    }

    private static func optional(_ call: LuaCall, _ name: String) throws(LuaRaise) -> (text: String, isSecret: Bool)? {
        try call.stack.field(name, of: 2) { value throws(LuaRaise) -> (text: String, isSecret: Bool)? in
            if call.stack.isAbsent(at: value) { return nil }
            guard let text = call.secretOrText(at: value) else {
                throw .argument(2, "\(name) must be a string or a secret")
            }
            return (text, call.stack.type(at: value) == HG_USERDATA)
        }
    }

    // MARK: Results

    /// A table of the request's headers as they were given, secrets still being secrets, and of those that sign it.
    private static func push(
        _ call: LuaCall,
        _ signature: RequestSigner.Signature,
        _ options: Options,
    ) throws(LuaRaise) {
        hg_push_table(call.L, 0, 8)
        let table = call.stack.count
        hg_get_field(call.L, 1, "headers")
        let given = call.stack.count
        if call.stack.type(at: given) == HG_TABLE {
            hg_thaw_in_place(call.L, given)
            hg_push_nil(call.L)
            while hg_next(call.L, given) {
                if let name = call.stack.text(at: -2),
                    !signature.headers.contains(where: { $0.name.equalsIgnoringASCIICase(name) })
                {
                    hg_set_field(call.L, table, name)
                } else {
                    hg_set_top(call.L, call.stack.count - 1)
                }
            }
        }
        hg_set_top(call.L, table)
        for header in signature.headers {
            let isSecret =
                options.hidesKeyID && header.name == "Authorization"
                || options.hidesToken && header.name == "X-Amz-Security-Token"
            if isSecret {
                _ = try SecretFunctions.push(call, Array(header.value.utf8))
            } else {
                call.stack.push(header.value)
            }
            hg_set_field(call.L, table, header.name)
        }
    }
}
