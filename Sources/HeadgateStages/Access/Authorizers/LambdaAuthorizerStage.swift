import Headgate
import JavaRegex
import OrderedJSON

/// Asks a Lambda function who the caller is and what it may do: API Gateway's TOKEN and REQUEST authorizers.
public struct LambdaAuthorizerStage: SuspendingStage {
    /// What the function gets to see.
    public enum Kind: String, Sendable, CaseIterable {
        /// One header field, and the method's ARN.
        case token = "TOKEN"
        /// The whole head: header fields, query, path parameters, stage variables and `$context`.
        case request = "REQUEST"
    }

    private static let function = Field(
        required: "function",
        FieldType<String>.functionName,
        "The function: its ARN, its name, or API Gateway's `authorizerUri`; `${stageVariables.NAME}` may stand in it.",
    )
    private static let type = Field(
        "type",
        FieldType<String>.oneOf(Kind.allCases.map(\.rawValue)).map { Kind(rawValue: $0) ?? .token },
        default: .token,
        shown: Kind.token.rawValue,
        "What the function gets: the caller's token (`TOKEN`), or the request without its body (`REQUEST`).",
    )
    private static let identitySource = Field(
        optional: "identitySource",
        IdentitySources.type("method.request.header.Authorization"),
        "Where the identity stands, with commas between several: `method.request.header.NAME`, "
            + "`method.request.querystring.NAME`, `stageVariables.NAME`, `context.NAME`. What lacks one of them gets a 401. "
            + "The default is the header `Authorization` for a token, and nothing for a request.",
    )
    private static let identityValidationExpression = Field(
        optional: "identityValidationExpression",
        FieldType<Pattern>.selectionPattern,
        "A Java regular expression that a token must match as a whole; others get a 401 without asking the function.",
    )
    private static let resultTTL = Field(
        "authorizerResultTtlInSeconds",
        FieldType<Int>.integer(0...3_600, unit: "seconds"),
        default: 300,
        shown: "300",
        "How long the function's answer holds for the same identity; 0 asks each time.",
    )
    private static let credentials = Field(
        optional: "authorizerCredentials",
        FieldType<String>.string,
        "The ARN of a role that may invoke the function.",
    )
    private static let timeout = Field(
        "timeoutInMillis",
        FieldType<Int>.integer(50...29_000, unit: "milliseconds"),
        default: 10_000,
        shown: "10000",
        "For the function's answer.",
    )

    /// `lambda-authorizer`: the function, what identifies a caller, and how long an answer holds, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "lambda-authorizer",
        phase: .authorize,
        summary: "Lets a Lambda function say who the caller is and what it may do.",
        documentation: """
            The function returns `principalId`, an IAM policy in `policyDocument`, and maybe `context` and \
            `usageIdentifierKey`. The policy is asked about the method's ARN for every request, also while the answer is \
            kept: a narrow one denies other methods until it is asked for again. Methods with the same authorizer share \
            what it said.

            `$context.authorizer.principalId` and the members of `context`, as texts, are there for mappings and templates; \
            an `api-key` stage with `source: AUTHORIZER` takes the key from `usageIdentifierKey`.

            A missing identity and a function that raises `Unauthorized` give 401, a denial 403, and a function that \
            raises anything else, is too slow or returns something else 500 with `{"message":null}`.
            """,
        example: """
            lambda-authorizer:
              function: arn:aws:lambda:us-east-1:123456789012:function:authorizer
              identitySource: method.request.header.Authorization
              authorizerResultTtlInSeconds: 60
            """,
        fields: [function, type, identitySource, identityValidationExpression, resultTTL, credentials, timeout],
    ) { settings, build in
        let kind = try settings[type]
        let written = try settings[identitySource]
        let sources = try written ?? IdentitySources(kind == .token ? "method.request.header.Authorization" : "")
        if kind == .token, sources.expressions.count != 1 || !sources.expressions[0].hasPrefix("method.request.header.")
        {
            throw InvalidValue(
                "a TOKEN authorizer has one identity source, a header",
                expected: "expected method.request.header.NAME",
                suggestion: "write type: REQUEST for others",
                at: settings.location(of: identitySource),
            )
        }
        let ttl = try settings[resultTTL]
        let stage = LambdaAuthorizerStage(
            function: try settings[function],
            kind: kind,
            sources: sources,
            validation: try settings[identityValidationExpression],
            // Without an identity nothing tells callers apart: nobody gets another's answer.
            ttlSeconds: sources.isEmpty ? 0 : ttl,
            credentials: try settings[credentials],
            timeoutMilliseconds: try settings[timeout],
            invoker: build.services[(any FunctionInvoker).self],
            caches: build.services[AuthorizerCaches.self] ?? AuthorizerCaches(),
        )
        return BuiltStage(stage, explanation: stage.explanation)
    }

    private let function: String
    private let kind: Kind
    private let sources: IdentitySources
    private let validation: Pattern?
    private let ttlSeconds: Int
    private let credentials: String?
    private let timeoutMilliseconds: Int
    private let invoker: (any FunctionInvoker)?
    private let cache: AuthorizerCache<AuthorizerResult>

    init(
        function: String,
        kind: Kind,
        sources: IdentitySources,
        validation: Pattern?,
        ttlSeconds: Int,
        credentials: String?,
        timeoutMilliseconds: Int,
        invoker: (any FunctionInvoker)?,
        caches: AuthorizerCaches,
    ) {
        self.function = function
        self.kind = kind
        self.sources = sources
        self.validation = validation
        self.ttlSeconds = ttlSeconds
        self.credentials = credentials
        self.timeoutMilliseconds = timeoutMilliseconds
        self.invoker = invoker
        let settings = [
            function, kind.rawValue, sources.expressions.joined(separator: ","), credentials ?? "", "\(ttlSeconds)",
        ]
        cache = caches.lambda(settings.joined(separator: "|"))
    }

    /// False: an authorizer sees the request's head only.
    public var readsPayload: Bool { false }

    private var explanation: String {
        let kept = ttlSeconds == 0 ? "asked each time" : "kept for \(ttlSeconds) s"
        let by = sources.isEmpty ? "" : " by \(sources.expressions.joined(separator: ", "))"
        return "\(kind.rawValue) authorizer \(function)\(by), \(kept)"
    }

    // MARK: Running

    /// Takes an answer that is kept, or waits for the function.
    /// - Throws: 401 without what identifies a caller, 403 where the policy denies, 500 where the function cannot be
    /// asked.
    public func start(_ exchange: Exchange, _ resumption: Resumption) throws -> StageOutcome? {
        try exchange.checkMethodARN()
        guard let identity = sources.values(exchange) else {
            throw GatewayFailure.unauthorized(
                "an identity source is missing or empty: \(sources.expressions.joined(separator: ", "))"
            )
        }
        if let validation, let token = identity.first, (try? validation.matches(token)) != true {
            throw GatewayFailure.unauthorized("the token does not match \(validation.source)")
        }
        let now = exchange.lane.clock.monotonicMicroseconds()
        let key = CallerKey([exchange.deployment.apiID, exchange.deployment.name] + identity)
        if ttlSeconds > 0, let known = cache.value(key, at: now) {
            exchange.trace?.note("authorizer", "answer kept from before")
            try Self.admit(known, exchange, latency: 0)
            return .proceed
        }
        guard let invoker else {
            throw GatewayFailure.authorizer(.authorizerConfigurationError, "this gateway cannot invoke functions")
        }
        invoker.invoke(
            exchange.deployment.substituted(in: function),
            payload: event(exchange, identity),
            credentials: credentials,
            timeoutMilliseconds: timeoutMilliseconds,
            for: exchange,
        ) { result in
            resumption.resume(
                Result {
                    let answer = try Self.read(result)
                    let end = exchange.lane.clock.monotonicMicroseconds()
                    cache.set(key, answer, for: Int64(ttlSeconds) * 1_000_000, at: end)
                    try Self.admit(answer, exchange, latency: (end - now) / 1000)
                    return .proceed
                }
            )
        }
        return nil
    }

    private func event(_ exchange: Exchange, _ identity: [String]) -> [UInt8] {
        var event = JSONObject()
        event["type"] = .string(kind.rawValue)
        event["methodArn"] = .string(exchange.methodARN)
        switch kind {
        case .token: event["authorizationToken"] = .string(identity.first ?? "")
        case .request:
            for (name, value) in RequestEvent.members(of: exchange) { event[name] = value }
        }
        return Array(JSONWriter.string(.object(event)).utf8)
    }

    private static func read(_ result: Result<FunctionResult, any Error>) throws -> AuthorizerResult {
        let answer: FunctionResult
        do {
            answer = try result.get()
        } catch {
            let cause = (error as? GatewayFailure)?.cause ?? String(describing: error)
            throw GatewayFailure.authorizer(
                .authorizerConfigurationError,
                "the authorizer could not be asked: \(cause)",
            )
        }
        if answer.isError {
            let message = (try? JSONValue(parsing: answer.payload))?["errorMessage"]?.string ?? ""
            if message == "Unauthorized" { throw GatewayFailure.unauthorized("the authorizer raised Unauthorized") }
            let shown = String(message.prefix(200)).quotedForMessage
            throw GatewayFailure.authorizer(.authorizerFailure, "the authorizer raised \(shown)")
        }
        do throws(InvalidAuthorizerResult) {
            return try AuthorizerResult(answer.payload)
        } catch {
            throw GatewayFailure.authorizer(.authorizerConfigurationError, error.description)
        }
    }

    /// Asks the policy, together with the API's own if there is one, and shares what was found out.
    private static func admit(_ result: AuthorizerResult, _ exchange: Exchange, latency: Int64) throws(GatewayFailure) {
        var members = result.context
        members["integrationLatency"] = .number(JSONNumber(latency))
        exchange.contextMembers.removeAll { $0.name == "authorizer" }
        exchange.contextMembers.append(("authorizer", .object(members)))
        if let key = result.usageIdentifierKey { exchange.variables["usageIdentifierKey"] = .string(key) }
        switch result.policy.decision(on: exchange.policyRequest()) {
        case .allow: return
        case .explicitDeny: throw .denied(isExplicit: true, by: "the authorizer's policy denies \(exchange.methodARN)")
        case .implicitDeny:
            guard exchange.isAllowedByResourcePolicy else {
                throw .denied(isExplicit: false, by: "the authorizer's policy does not allow \(exchange.methodARN)")
            }
        }
    }
}

extension FieldType where Value == String {
    /// A function's ARN or name; API Gateway's URI of an invocation is taken apart.
    static let functionName = FieldType<String>.scalar(
        .text(format: "function"),
        expectation: "the ARN or the name of a function",
    ) { scalar, _ throws(InvalidValue) in
        let text = scalar.text
        let marker = ":lambda:path/2015-03-31/functions/"
        var name = text[...]
        if text.hasPrefix("arn:"), let start = name.start(of: marker) {
            name = name[start...].dropFirst(marker.count)
            guard name.hasSuffix("/invocations") else {
                throw InvalidValue("the URI \(text.quotedForMessage) does not end with /invocations")
            }
            name = name.dropLast("/invocations".count)
        }
        guard !name.isEmpty, name.utf8.count <= 2_048, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw InvalidValue()
        }
        return String(name)
    }
}

extension Deployment {
    /// A text with stage variables in place of `${stageVariables.NAME}`; unknown ones are empty.
    fileprivate func substituted(in text: String) -> String {
        let marker = "${stageVariables."
        var output = ""
        var rest = text[...]
        while let start = rest.start(of: marker), let end = rest[start...].firstIndex(of: "}") {
            output += rest[..<start]
            output += variable(String(rest[start..<end].dropFirst(marker.count))) ?? ""
            rest = rest[rest.index(after: end)...]
        }
        return output + rest
    }
}

extension Substring {
    /// Where a text begins for the first time.
    fileprivate func start(of text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}
