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

    /// `host.crypto.jwt_sign(claims, key[, {alg = "RS256", header = {…}}])`. The key is a shared one for HS*, or a
    /// private one: PEM or a JWK as text, or a JWK as a table.
    private static let sign: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            guard call.stack.type(at: 1) == HG_TABLE else { throw call.mismatch(1, "table") }
            let claims = try call.stack.json(at: 1)
            let key = try signingKey(call)
            let (wanted, header) = try signingOptions(call)
            let algorithm = wanted ?? key.usual
            guard key.fits(algorithm) else {
                throw .argument(2, "the key does not fit alg \"\(algorithm.rawValue)\": it is \(key.description)")
            }
            var fields: [(String, JSONValue)] = [("alg", .string(algorithm.rawValue)), ("typ", .string("JWT"))]
            if let identifier = key.identifier, header["kid"] == nil { fields.append(("kid", .string(identifier))) }
            for (name, value) in header where name != "alg" && name != "typ" { fields.append((name, value)) }
            var text = Base64.encode(Array(JSONWriter.string(.object(JSONObject(fields))).utf8), isForURLs: true)
            text.append(UInt8(ascii: "."))
            text += Base64.encode(claims, isForURLs: true)
            CryptoFunctions.charge(call, bytes: text.count + key.work)
            guard let signature = key.signature(of: text, algorithm) else { throw .argument(2, unusable) }
            text.append(UInt8(ascii: "."))
            text += Base64.encode(signature, isForURLs: true)
            call.stack.push(text)
            return 1
        }
    }

    private static let unusable =
        "the private key cannot be used: expected RSA, P-256 or P-384 as PEM without a password, or as a JWK with its "
        + "private members"

    private enum Key {
        case shared([UInt8])
        case own(TokenSigningKey)

        var usual: TokenAlgorithm { if case .own(let key) = self { key.algorithm } else { .hs256 } }
        var identifier: String? { if case .own(let key) = self { key.identifier } else { nil } }
        var description: String {
            if case .own(let key) = self { "for \(key.algorithm.rawValue)" } else { "a shared key" }
        }
        /// About what a signature takes, in instructions.
        var work: Int { if case .own = self { 200_000 } else { 0 } }

        func fits(_ algorithm: TokenAlgorithm) -> Bool {
            if case .own(let key) = self { key.fits(algorithm) } else { algorithm.isShared }
        }

        func signature(of text: [UInt8], _ algorithm: TokenAlgorithm) -> [UInt8]? {
            switch self {
            case .shared(let key): HMAC.code(algorithm.hash, key: key, text)
            case .own(let key): key.signature(of: text, algorithm)
            }
        }
    }

    private static func signingKey(_ call: LuaCall) throws(LuaRaise) -> Key {
        if call.stack.type(at: 2) == HG_TABLE {
            guard let key = TokenSigningKey(jwk: try VariablesView.value(call, at: 2)) else {
                throw .argument(2, unusable)
            }
            return .own(key)
        }
        let text = try call.secretOrBytes(2)
        guard TokenSigningKey.isOne(text) else { return .shared(text) }
        CryptoFunctions.charge(call, bytes: text.count)
        guard let key = TokenSigningKey(text) else { throw .argument(2, unusable) }
        return .own(key)
    }

    private static func signingOptions(_ call: LuaCall) throws(LuaRaise) -> (TokenAlgorithm?, JSONObject) {
        if call.stack.isAbsent(at: 3) { return (nil, JSONObject([])) }
        try call.table(3)
        try ContextRoot.checkKeys(call, at: 3, ["alg", "header"])
        let name = try call.stack.field("alg", of: 3) { value throws(LuaRaise) in call.stack.text(at: value) }
        let algorithm = name.flatMap(TokenAlgorithm.init(rawValue:))
        guard name == nil || algorithm != nil else {
            throw .argument(
                3,
                "alg is one of " + TokenAlgorithm.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "),
            )
        }
        let header = try call.stack.field("header", of: 3) { value throws(LuaRaise) -> JSONObject in
            if call.stack.isAbsent(at: value) { return JSONObject([]) }
            guard case .object(let given) = try VariablesView.value(call, at: value) else {
                throw .argument(3, "header must be a table")
            }
            return given
        }
        return (algorithm, header)
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
            guard !suitable.isEmpty else {
                return call.failed("no key fits the token (alg \(algorithm.rawValue), kid \(token.keyID ?? "none"))")
            }
            // About what a verification of the slowest kind takes, in instructions.
            if !algorithm.isShared {
                hg_thread_charge(call.execution.thread, 50_000 * UInt32(min(suitable.count, mostKeys)))
            }
            guard suitable.prefix(mostKeys).contains(where: { $0.verifies(token.signature, token.signed, algorithm) })
            else {
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
                guard let moment = claim.double, moment.isFinite else { return "the token's \(name) is no number" }
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
        if let leeway = try call.stack.field(
            "leeway",
            of: 3,
            { value throws(LuaRaise) in call.stack.number(at: value) },
        ) {
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
