import Headgate
import JSONWebTokens
import JavaRegex
import OrderedJSON

/// Lets only requests with a valid token through: API Gateway's Cognito authorizer, for any OpenID Connect provider.
public struct JWTAuthorizerStage: SuspendingStage {
    private static let issuers = Field(
        required: "providerARNs",
        FieldType<[TokenIssuer]>.list(
            of: .scalar(.text(format: "issuer"), expectation: "a user pool's ARN or an issuer's URL") {
                scalar,
                _ throws(InvalidValue) in try TokenIssuer(scalar.text)
            }
        ),
        "Whose tokens are accepted: ARNs of Cognito user pools, or the URLs of other issuers, as their `iss` claim has them.",
    )
    private static let keys = Field(
        optional: "jwksUri",
        FieldType<BackendURL>.scalar(.text(format: "URL"), expectation: "a URL") { scalar, _ throws(InvalidValue) in
            try TokenIssuer.url(scalar.text)
        },
        "Where the issuers' public keys are (a JWK Set). The default is `/.well-known/jwks.json` below each issuer.",
    )
    private static let identitySource = Field(
        optional: "identitySource",
        IdentitySources.type("method.request.header.Authorization"),
        "Where the token stands, with or without `Bearer ` in front; the header `Authorization` by default.",
    )
    private static let validation = Field(
        optional: "identityValidationExpression",
        FieldType<Pattern>.selectionPattern,
        "A Java regular expression that the token's audience (`aud`, or `client_id`) must match as a whole.",
    )
    private static let scopes = Field(
        "authorizationScopes",
        FieldType<[String]>.list(of: .string),
        default: [],
        "With scopes, an access token is wanted whose claim `scope` has one of them; without, an ID token.",
    )

    /// `jwt-authorizer`: issuers, audiences and scopes, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "jwt-authorizer",
        phase: .authorize,
        summary:
            "Lets only requests with a valid JSON Web Token through: Cognito user pools and other OpenID Connect issuers.",
        documentation: """
            The token must be signed with one of the issuer's public keys (RS256, RS384, RS512, PS256, PS384, PS512, ES256 \
            or ES384), come from one of the issuers, and be neither expired nor not valid yet. Tokens of Cognito must say by \
            `token_use` that they are what is wanted: `access` with `authorizationScopes`, else `id`.

            The keys are fetched when they are first needed and kept for an hour; a token with an unknown key makes them be \
            fetched again, at most every 10 seconds.

            `$context.authorizer.claims.NAME` are the token's claims, as texts. Anything that is wrong with the token gives \
            401 `Unauthorized`, one that is too old `The incoming token has expired`; keys that cannot be fetched give 500.
            """,
        example: """
            jwt-authorizer:
              providerARNs: [arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEf]
              authorizationScopes: [orders/read]
            """,
        fields: [issuers, keys, identitySource, validation, scopes],
    ) { settings, build in
        let given = try settings[issuers]
        if given.isEmpty { throw InvalidValue("no issuer is given", at: settings.location(of: issuers)) }
        let url = try settings[keys]
        let stage = JWTAuthorizerStage(
            issuers: url.map { url in given.map { TokenIssuer($0, keys: url) } } ?? given,
            sources: try settings[identitySource] ?? IdentitySources("method.request.header.Authorization"),
            audience: try settings[validation],
            scopes: try settings[scopes],
            dispatcher: build.services[(any Dispatcher).self],
        )
        return BuiltStage(
            stage,
            explanation: "tokens of " + given.map(\.identifier).joined(separator: ", "),
            details: stage.scopes.map { ("scope", $0) },
        )
    }

    private let issuers: [(issuer: TokenIssuer, keys: KeySet)]
    private let sources: IdentitySources
    private let audience: Pattern?
    private let scopes: [String]
    /// Claims of tokens whose signature was found to be good: verifying costs more than looking up.
    private let verified = AuthorizerCache<JSONObject>()

    init(
        issuers: [TokenIssuer],
        sources: IdentitySources,
        audience: Pattern?,
        scopes: [String],
        dispatcher: (any Dispatcher)?,
    ) {
        self.issuers = issuers.map { ($0, KeySet(url: $0.keys, dispatcher: dispatcher)) }
        self.sources = sources
        self.audience = audience
        self.scopes = scopes
    }

    /// False: tokens stand in a header field or in the query.
    public var readsPayload: Bool { false }

    private static let longestToken = 16_384
    private static let verifiedLifetime: Int64 = 300_000_000

    /// Believes a token that it has verified before; otherwise waits for the issuer's keys where they are not there
    /// or too old.
    /// - Throws: 401 without a token that is valid and has one of the scopes, 500 where the keys cannot be fetched.
    public func start(_ exchange: Exchange, _ resumption: Resumption) throws -> StageOutcome? {
        let text = try token(exchange)
        let now = exchange.lane.clock.monotonicMicroseconds()
        if let claims = verified.value(CallerKey([text]), at: now) {
            try admit(claims, exchange)
            return .proceed
        }
        guard let token = JSONWebToken(Array(text.utf8)), let claims = (try? JSONValue(parsing: token.claims))?.object
        else {
            throw GatewayFailure.unauthorized("the token is no JSON Web Token")
        }
        guard let algorithm = TokenAlgorithm(rawValue: token.algorithm), !algorithm.isShared else {
            throw GatewayFailure.unauthorized(
                "the token's algorithm \(token.algorithm.prefix(40).description.quotedForMessage) is not accepted"
            )
        }
        guard let keys = issuers.first(where: { $0.issuer.identifier == claims["iss"]?.string })?.keys else {
            throw GatewayFailure.unauthorized("the token comes from another issuer")
        }
        if let known = keys.current(at: now), known.contains(where: { $0.fits(algorithm, keyID: token.keyID) }) {
            try verify(text, token, claims, known, exchange)
            return .proceed
        }
        keys.refresh(for: exchange) { fetched in
            resumption.resume(
                Result {
                    guard let fetched else {
                        throw GatewayFailure.authorizer(
                            .authorizerConfigurationError,
                            "the keys at \(keys.url.endpoint.origin)\(keys.url.path) cannot be fetched",
                        )
                    }
                    try verify(text, token, claims, fetched, exchange)
                    return .proceed
                }
            )
        }
        return nil
    }

    private func token(_ exchange: Exchange) throws(GatewayFailure) -> String {
        guard var text = sources.values(exchange)?.first else {
            throw .unauthorized("the request has no token at \(sources.expressions.joined(separator: ", "))")
        }
        if text.utf8.count > 7, text.prefix(7).equalsIgnoringASCIICase("Bearer ") { text.removeFirst(7) }
        guard text.utf8.count <= Self.longestToken else {
            throw .unauthorized("the token has more than \(Self.longestToken) bytes")
        }
        return text
    }

    private func verify(
        _ text: String,
        _ token: JSONWebToken,
        _ claims: JSONObject,
        _ keys: [TokenKey],
        _ exchange: Exchange,
    ) throws(GatewayFailure) {
        guard token.isSigned(byOneOf: keys) else { throw .unauthorized("no key of the issuer has signed the token") }
        verified.set(
            CallerKey([text]),
            claims,
            for: Self.verifiedLifetime,
            at: exchange.lane.clock.monotonicMicroseconds(),
        )
        try admit(claims, exchange)
    }

    // MARK: Claims

    private func admit(_ claims: JSONObject, _ exchange: Exchange) throws(GatewayFailure) {
        let now = Double(exchange.receivedAtMilliseconds) / 1000
        guard let expiry = claims["exp"]?.double, expiry.isFinite else {
            throw .unauthorized("the token has no expiry")
        }
        if now >= expiry { throw .unauthorized("the token has expired", message: "The incoming token has expired") }
        if let start = claims["nbf"] {
            guard let start = start.double, now >= start else { throw .unauthorized("the token is not valid yet") }
        }
        try checkUse(claims)
        if let audience {
            let given =
                claims["aud"]?.array?.compactMap(\.string) ?? [
                    claims["aud"]?.string ?? claims["client_id"]?.string ?? ""
                ]
            guard given.contains(where: { (try? audience.matches($0)) == true }) else {
                throw .unauthorized("the token is for another audience")
            }
        }
        if !scopes.isEmpty {
            let given = claims["scope"]?.string?.split(separator: " ") ?? []
            guard given.contains(where: { scopes.contains(String($0)) }) else {
                throw .unauthorized("the token has none of the scopes \(scopes.joined(separator: ", "))")
            }
        }
        exchange.contextMembers.removeAll { $0.name == "authorizer" }
        exchange.contextMembers.append(("authorizer", ["claims": .object(Self.texts(claims))]))
    }

    private func checkUse(_ claims: JSONObject) throws(GatewayFailure) {
        let isCognito = issuers.contains { $0.issuer.isCognito && $0.issuer.identifier == claims["iss"]?.string }
        guard isCognito || claims["token_use"] != nil else { return }
        let wanted = scopes.isEmpty ? "id" : "access"
        guard claims["token_use"]?.string == wanted else { throw .unauthorized("the token is no \(wanted) token") }
    }

    /// Claims as `$context` has them: lists of texts with commas between them.
    private static func texts(_ claims: JSONObject) -> JSONObject {
        var texts = JSONObject()
        for (name, value) in claims {
            switch value {
            case .string: texts[name] = value
            case .null: continue
            case .array(let items) where items.allSatisfy({ $0.string != nil }):
                texts[name] = .string(items.compactMap(\.string).joined(separator: ","))
            default: texts[name] = .string(JSONWriter.string(value))
            }
        }
        return texts
    }
}
