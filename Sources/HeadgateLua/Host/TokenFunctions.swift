import CLua
import Cryptography
import Headgate
import JSONWebTokens
import OrderedJSON

/// `host.crypto.jwt_sign` and `jwt_verify`: JSON Web Tokens (RFC 7519).
enum TokenFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("crypto", "jwt_sign", sign),
        HostLibrary.Function("crypto", "jwt_verify", verify),
        HostLibrary.Function("crypto", "jwt_decode", decode),
    ]

    private static let longestToken = 16_384
    private static let mostKeys = 64

    // MARK: Signing

    /// `host.crypto.jwt_sign(claims, key[, {alg = "HS256", header = {…}}])`: with a shared key.
    private static let sign: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard call.stack.type(at: 1) == HG_TABLE else { throw call.mismatch(1, "table") }
            let claims = try call.stack.json(at: 1)
            let key = try call.secretOrBytes(2)
            var algorithm = TokenAlgorithm.hs256
            var header = JSONObject([])
            if !call.stack.isAbsent(at: 3) {
                try call.table(3)
                try ContextRoot.checkKeys(call, at: 3, ["alg", "header"])
                if let name = try call.stack.field("alg", of: 3, { value throws(LuaRaise) in call.stack.text(at: value) }) {
                    guard let known = TokenAlgorithm(rawValue: name), known.isShared else {
                        throw .argument(3, "alg is \"HS256\", \"HS384\" or \"HS512\"")
                    }
                    algorithm = known
                }
                try call.stack.field("header", of: 3) { value throws(LuaRaise) in
                    if call.stack.isAbsent(at: value) { return }
                    guard case .object(let given) = try VariablesView.value(call, at: value) else {
                        throw .argument(3, "header must be a table")
                    }
                    header = given
                }
            }
            var fields: [(String, JSONValue)] = [("alg", .string(algorithm.rawValue)), ("typ", .string("JWT"))]
            for (name, value) in header where name != "alg" && name != "typ" { fields.append((name, value)) }
            var text = Base64.encode(Array(JSONWriter.string(.object(JSONObject(fields))).utf8), isForURLs: true)
            text.append(UInt8(ascii: "."))
            text += Base64.encode(claims, isForURLs: true)
            CryptoFunctions.charge(call, bytes: text.count)
            let signature = HMAC.code(algorithm.hash, key: key, text)
            text.append(UInt8(ascii: "."))
            text += Base64.encode(signature, isForURLs: true)
            call.stack.push(text)
            return 1
        }
    }

    // MARK: Reading

    private static func token(_ call: LuaCall) throws(LuaRaise) -> JSONWebToken? {
        let text = try call.secretOrBytes(1)
        CryptoFunctions.charge(call, bytes: text.count)
        return text.count <= longestToken ? JSONWebToken(text) : nil
    }

    /// `host.crypto.jwt_decode(token)`: claims and header, of which nothing is verified.
    private static let decode: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard let token = try token(call) else { return call.failed("the text is no JSON Web Token") }
            try call.stack.push(json: token.claims)
            try call.stack.push(json: token.header)
            return 2
        }
    }

    // MARK: Verifying

    private static let optionNames = ["algorithms", "issuer", "audience", "leeway"]

    /// `host.crypto.jwt_verify(token, key[, options])`: the claims, or nil and why not. The key is a string or a
    /// secret for HS*, or a JWK, a list of them, or a JWK Set as a table.
    private static let verify: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let keys = try keys(call)
            let options = try options(call)
            guard let token = try token(call) else { return call.failed("the text is no JSON Web Token") }
            guard let algorithm = TokenAlgorithm(rawValue: token.algorithm),
                options.algorithms?.contains(token.algorithm) ?? true
            else { return call.failed("the token's algorithm \(token.algorithm.quotedForMessage) is not accepted") }
            let suitable = keys.filter { $0.fits(algorithm, keyID: token.keyID) }
            guard !suitable.isEmpty else { return call.failed("no key fits the token (alg \(algorithm.rawValue), kid \(token.keyID ?? "none"))") }
            // About what a verification of the slowest kind takes, in instructions.
            if !algorithm.isShared { hg_thread_charge(call.execution.thread, 50_000 * UInt32(min(suitable.count, mostKeys))) }
            guard suitable.prefix(mostKeys).contains(where: { $0.verifies(token.signature, token.signed, algorithm) }) else {
                return call.failed("the token's signature is wrong")
            }
            let now = Double(call.exchange.lane.clock.epochMilliseconds()) / 1000
            if let problem = options.problem(with: token.claims, now: now) { return call.failed(problem) }
            try call.stack.push(json: token.claims)
            try call.stack.push(json: token.header)
            return 2
        }
    }

    private static func keys(_ call: LuaCall) throws(LuaRaise) -> [TokenKey] {
        guard call.stack.type(at: 2) == HG_TABLE else { return [.shared(try call.secretOrBytes(2))] }
        let value = try VariablesView.value(call, at: 2)
        let list: [JSONValue]
        switch value {
        case .array(let keys): list = keys
        case .object(let object): list = object["keys"]?.array ?? [value]
        default: list = []
        }
        return list.prefix(mostKeys).compactMap { TokenKey(jwk: $0) }
    }

    private struct Options {
        var algorithms: [String]?
        var issuer: String?
        var audiences: [String] = []
        var leeway = 0.0

        /// What is wrong with the claims; nil for nothing (RFC 7519 section 4.1).
        func problem(with claims: [UInt8], now: Double) -> String? {
            guard let claims = (try? JSONValue(parsing: claims))?.object else { return "the token has no claims" }
            for name in ["exp", "nbf"] {
                guard let claim = claims[name] else { continue }
                guard let moment = claim.double else { return "the token's \(name) is no number" }
                if name == "exp", now >= moment + leeway { return "the token has expired" }
                if name == "nbf", now < moment - leeway { return "the token is not valid yet" }
            }
            if let issuer, claims["iss"]?.string != issuer { return "the token comes from another issuer" }
            if !audiences.isEmpty {
                let given = claims["aud"]?.array?.compactMap(\.string) ?? [claims["aud"]?.string].compactMap(\.self)
                if !given.contains(where: audiences.contains) { return "the token is for another audience" }
            }
            return nil
        }
    }

    private static func options(_ call: LuaCall) throws(LuaRaise) -> Options {
        var options = Options()
        if call.stack.isAbsent(at: 3) { return options }
        try call.table(3)
        try ContextRoot.checkKeys(call, at: 3, optionNames)
        options.algorithms = try texts(call, "algorithms")
        options.issuer = try texts(call, "issuer")?.first
        options.audiences = try texts(call, "audience") ?? []
        if let leeway = try call.stack.field("leeway", of: 3, { value throws(LuaRaise) in call.stack.number(at: value) }) {
            options.leeway = max(0, leeway)
        }
        return options
    }

    /// A text, or a list of texts.
    private static func texts(_ call: LuaCall, _ name: String) throws(LuaRaise) -> [String]? {
        try call.stack.field(name, of: 3) { value throws(LuaRaise) -> [String]? in
            if call.stack.isAbsent(at: value) { return nil }
            if let text = call.stack.text(at: value) { return [text] }
            guard case .array(let values) = try VariablesView.value(call, at: value) else {
                throw .argument(3, "\(name) must be a string or a list of strings")
            }
            return values.compactMap(\.string)
        }
    }
}
